"""Checks the wires between resources that AWS would only miss at run time, and points the functions at this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms import contract
from local.iam import like
from local.template import TemplateError

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.model import Api, Model

_STREAM_ACTIONS = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
_QUEUE_ACTIONS = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


def bind(cloud: Cloud, model: Model, *, enforced: bool) -> None:
    """Give functions and state machines their roles' statements; check what their callers need.

    Raises TemplateError listing every missing role, permission or right.
    """
    iam = cloud.iam
    iam.enforced = enforced
    problems = []
    for function in model.functions.values():
        if function.role_arn not in model.roles:
            problems.append(f"{function.path}: its role {function.role_arn} is in no template")
        iam.grant(function.path, model.roles.get(function.role_arn, []))
    for arn, role in model.state_machines.items():
        iam.grant(arn, model.roles.get(role, []))
        iam.state_machines.append(arn)
    for api in model.apis.values():
        for stage in api.stages:
            iam.websocket[stage] = f"{api.id}/{stage}"
        problems += _unpermitted_routes(cloud, model, api)
    for schedule in model.schedules:
        if not _permits(model, schedule.function_arn, "events.amazonaws.com", schedule.arn):
            problems.append(f"rule {schedule.name} may not invoke {schedule.function_arn}")
    problems += _event_source_rights(cloud, model)
    if problems and enforced:
        raise TemplateError("; ".join(problems))


def _unpermitted_routes(cloud: Cloud, model: Model, api: Api) -> list[str]:
    base = f"arn:aws:execute-api:{cloud.region}:{cloud.account}:{api.id}"
    wanted = [(route.function_arn, f"{base}/*/{_route_resource(route.key)}") for route in api.routes.values()]
    wanted += [(a.function_arn, f"{base}/authorizers/x") for a in api.authorizers.values() if a.function_arn]
    return [
        f"API {api.id} may not invoke {function} for {source}"
        for function, source in wanted
        if not _permits(model, function, "apigateway.amazonaws.com", source)
    ]


def _route_resource(key: str) -> str:
    method, _, path = key.partition(" ")
    return f"{method}{path}" if path else key


def _permits(model: Model, function_arn: str, principal: str, source_arn: str) -> bool:
    return any(
        permission.function == function_arn
        and permission.principal == principal
        and like(permission.source_arn, source_arn)
        for permission in model.permissions
    )


def _event_source_rights(cloud: Cloud, model: Model) -> list[str]:
    """AWS refuses to create a mapping whose function may not read the source."""
    needed: list[tuple[str, str, str]] = []
    for stream in model.streams:
        needed += [(stream.function_arn, action, stream.stream_arn) for action in _STREAM_ACTIONS]
        if stream.on_failure_arn:
            needed.append((stream.function_arn, "sqs:SendMessage", stream.on_failure_arn))
    for queue in model.queues:
        needed += [(queue.function_arn, action, queue.queue_arn) for action in _QUEUE_ACTIONS]
    missing = []
    for function_arn, action, resource in needed:
        path = model.functions[function_arn].path
        if cloud.iam.allows(path, action, resource):
            cloud.iam.used.add((path, action, resource))
        else:
            missing.append(f"{path} lacks {action} on {resource} for its event source")
    return missing


def point_to_here(model: Model, base_url: str, websocket_endpoint: str, overrides: dict[str, str]) -> None:
    """Replace in every function's environment what is different on a laptop."""
    here = {
        contract.ENV_PUBLIC_URL: base_url,
        contract.ENV_WEBSOCKET_ENDPOINT: websocket_endpoint,
        contract.ENV_OUTGOING: "any",
        **overrides,
    }
    for function in model.functions.values():
        function.environment.update({key: value for key, value in here.items() if key in function.environment})
