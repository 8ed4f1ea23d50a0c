"""Creators of what runs: functions, their rights, their event sources, schedules and the state machine."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from local.iam import MANAGED_POLICIES, statements
from local.model import Function, Permission, QueueMapping, Schedule, StreamMapping
from local.resources import Builder, Physical, creator
from local.template import Resource, TemplateError

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86400}
_DEFAULT_MEMORY_MB: Final = 128
_DEFAULT_TIMEOUT_SECONDS: Final = 3


def function_path(handler: str) -> str:
    """The function's folder from its handler string: `functions.ocpi.tokens.handler.handler` -> `ocpi/tokens`."""
    module, _, _ = handler.rpartition(".")
    if not module.startswith("functions."):
        return handler
    return module.removeprefix("functions.").removesuffix(".handler").replace(".", "/")


@creator("AWS::Lambda::Function")
def _function(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("FunctionName") or builder.name(resource)
    arn = builder.arn("lambda", f"function:{name}")
    builder.model.functions[arn] = Function(
        path=function_path(properties["Handler"]),
        name=name,
        arn=arn,
        handler=properties["Handler"],
        role_arn=properties["Role"],
        environment={key: str(value) for key, value in properties.get("Environment", {}).get("Variables", {}).items()},
        timeout_seconds=float(properties.get("Timeout", _DEFAULT_TIMEOUT_SECONDS)),
        memory_mb=int(properties.get("MemorySize", _DEFAULT_MEMORY_MB)),
    )
    return Physical(name, {"Arn": arn})


@creator("AWS::Lambda::LayerVersion")
def _layer(builder: Builder, resource: Resource, _properties: dict[str, Any]) -> Physical:
    return Physical(builder.arn("lambda", f"layer:{builder.name(resource)}:1"))


@creator("AWS::Lambda::Version", "AWS::Lambda::Alias")
def _qualified(builder: Builder, _resource: Resource, properties: dict[str, Any]) -> Physical:
    arn = _function_arn(builder, properties["FunctionName"])
    return Physical(arn, {"FunctionArn": arn, "Version": "$LATEST", "AliasArn": arn})


@creator("AWS::Lambda::EventInvokeConfig")
def _event_invoke_config(builder: Builder, resource: Resource, _properties: dict[str, Any]) -> Physical:
    return Physical(builder.identifier(resource))


@creator("AWS::Lambda::Permission")
def _permission(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    builder.model.permissions.append(
        Permission(
            _function_arn(builder, properties["FunctionName"]),
            properties["Principal"],
            properties.get("SourceArn", "*"),
        )
    )
    return Physical(builder.identifier(resource))


def _function_arn(builder: Builder, name_or_arn: str) -> str:
    return name_or_arn if name_or_arn.startswith("arn:") else builder.arn("lambda", f"function:{name_or_arn}")


@creator("AWS::IAM::Role")
def _role(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("RoleName") or builder.name(resource)
    arn = f"arn:aws:iam::{builder.cloud.account}:role/{name}"
    granted = builder.model.roles.setdefault(arn, [])
    for policy in properties.get("Policies", []):
        granted += statements(policy["PolicyDocument"], resource.address)
    for managed in properties.get("ManagedPolicyArns", []):
        known = MANAGED_POLICIES.get(managed.rsplit("/", 1)[-1])
        if known is not None:
            granted.append(known)
    return Physical(name, {"Arn": arn, "RoleId": builder.identifier(resource)})


@creator("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
def _policy(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    if properties.get("Users") or properties.get("Groups"):
        raise TemplateError(f"{resource.address}: only roles get policies here")
    for role in properties.get("Roles", []):
        arn = f"arn:aws:iam::{builder.cloud.account}:role/{role}"
        builder.model.roles.setdefault(arn, []).extend(statements(properties["PolicyDocument"], resource.address))
    return Physical(builder.identifier(resource))


@creator("AWS::Lambda::EventSourceMapping")
def _event_source_mapping(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    source = properties["EventSourceArn"]
    identifier = builder.identifier(resource)
    function_arn = _function_arn(builder, properties["FunctionName"])
    filters = tuple(json.loads(entry["Pattern"]) for entry in properties.get("FilterCriteria", {}).get("Filters", []))
    partial = "ReportBatchItemFailures" in properties.get("FunctionResponseTypes", [])
    window = float(properties.get("MaximumBatchingWindowInSeconds", 0))
    service = source.split(":")[2]
    if service == "dynamodb":
        builder.model.streams.append(
            StreamMapping(
                id=identifier,
                function_arn=function_arn,
                stream_arn=source,
                table=source.split(":table/")[1].split("/")[0],
                filters=filters,
                batch_size=int(properties.get("BatchSize", 100)),
                window_seconds=window,
                partial_answers=partial,
                bisect=bool(properties.get("BisectBatchOnFunctionError", False)),
                retries=int(properties.get("MaximumRetryAttempts", -1)),
                on_failure_arn=properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""),
                parallel=int(properties.get("ParallelizationFactor", 1)),
            )
        )
    elif service == "sqs":
        concurrency = properties.get("ScalingConfig", {}).get("MaximumConcurrency", 0)
        batch = int(properties.get("BatchSize", 10))
        builder.model.queues.append(
            QueueMapping(identifier, function_arn, source, filters, batch, window, partial, int(concurrency))
        )
    else:
        raise TemplateError(f"{resource.address}: event source {source}")
    return Physical(identifier, {"Id": identifier})


@creator("AWS::Events::Rule")
def _rule(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("Name") or builder.name(resource)
    arn = builder.arn("events", f"rule/{name}")
    expression = properties.get("ScheduleExpression")
    if expression is None:
        raise TemplateError(f"{resource.address}: only scheduled rules are built here")
    if properties.get("State", "ENABLED") == "ENABLED":
        for target in properties.get("Targets", []):
            value = json.loads(target["Input"]) if "Input" in target else None
            builder.model.schedules.append(Schedule(name, arn, _period(expression), target["Arn"], value))
    return Physical(name, {"Arn": arn})


@creator("AWS::Scheduler::Schedule")
def _schedule(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("Name") or builder.name(resource)
    arn = builder.arn("scheduler", f"schedule/default/{name}")
    target = properties["Target"]
    value = json.loads(target["Input"]) if "Input" in target else None
    period = _period(properties["ScheduleExpression"])
    builder.model.schedules.append(Schedule(name, arn, period, target["Arn"], value))
    return Physical(name, {"Arn": arn})


def _period(expression: str) -> float:
    match = _RATE.fullmatch(expression)
    return float(int(match[1]) * _SECONDS[match[2]]) if match else 0.0


@creator("AWS::StepFunctions::StateMachine")
def _state_machine(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    definition = properties.get("DefinitionString") or json.dumps(properties["Definition"])
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace("${" + name + "}", str(value))
    name = properties.get("StateMachineName") or builder.name(resource)
    arn = builder.cloud.client("stepfunctions").create_state_machine(
        name=name, definition=definition, roleArn=properties["RoleArn"]
    )["stateMachineArn"]
    builder.model.state_machines[arn] = properties["RoleArn"]
    return Physical(arn, {"Arn": arn, "Name": name})
