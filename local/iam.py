"""Checks each call of a function against the policies its role has in the template, and remembers what was used.

Allow and Deny, wildcards in actions and resources. A statement with NotAction, NotResource or a Condition is refused
when the template is read: better no answer than a wrong one.
"""

from __future__ import annotations

import functools
import re
import threading
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from local.template import TemplateError


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def covers(self, action: str, resource: str) -> bool:
        """Whether the statement speaks about the action on the resource."""
        return any(like(pattern.lower(), action.lower()) for pattern in self.actions) and any(
            like(pattern, resource) for pattern in self.resources
        )


@dataclass(frozen=True)
class Refusal:
    """A call that the caller's role does not allow."""

    principal: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.principal} is not authorized to perform: {self.action} on resource: {self.resource}"


@functools.lru_cache(maxsize=4096)
def like(pattern: str, text: str) -> bool:
    """Whether a pattern with * and ? covers the text."""
    if pattern == "*":
        return True
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, text) is not None


# What AWS lets every function with the managed policy do; the emulation has no logs of its own to protect.
MANAGED_POLICIES: Final = {
    "AWSLambdaBasicExecutionRole": Statement(
        True, ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"), ("*",)
    ),
}


def statements(document: dict[str, Any], where: str) -> list[Statement]:
    """The statements of a (resolved) policy document. Raises TemplateError for what cannot be checked."""
    found = document.get("Statement", [])
    result = []
    for statement in found if isinstance(found, list) else [found]:
        unknown = set(statement) - {"Sid", "Effect", "Action", "Resource"}
        if unknown:
            raise TemplateError(
                f"{where}: a policy statement uses {', '.join(sorted(unknown))}, which is not checked here"
            )
        result.append(
            Statement(statement["Effect"] == "Allow", _tuple(statement["Action"]), _tuple(statement["Resource"]))
        )
    return result


def _tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class Iam:
    """The roles of one stack."""

    def __init__(self, region: str, account: str) -> None:
        self.refusals: list[Refusal] = []
        self.used: set[tuple[str, str, str]] = set()
        self.state_machines: list[str] = []
        self.websocket: dict[str, str] = {}  # stage -> "<api id>/<stage>"
        self.enforced = True
        self._region = region
        self._account = account
        self._roles: dict[str, list[Statement]] = {}
        self._lock = threading.Lock()

    def grant(self, principal: str, granted: list[Statement]) -> None:
        """Give a principal statements, besides those it has."""
        self._roles.setdefault(principal, []).extend(granted)

    def allows(self, principal: str, action: str, resource: str) -> bool:
        """Whether the principal's policies allow the action: some Allow and no Deny."""
        covering = [statement for statement in self._roles.get(principal, []) if statement.covers(action, resource)]
        return bool(covering) and all(statement.allow for statement in covering)

    def check(self, principal: str, service: str, operation: str, body: dict[str, Any], url: str) -> str | None:
        """None when the call is allowed, otherwise the sentence AWS refuses it with; both are remembered."""
        if not self.enforced:
            return None
        for action, resources in self.needs(service, operation, body, url):
            allowed = next((resource for resource in resources if self.allows(principal, action, resource)), None)
            if allowed is None:
                refusal = Refusal(principal, action, resources[0] if resources else "*")
                with self._lock:
                    self.refusals.append(refusal)
                return f"User: {refusal} because no identity-based policy allows the {action} action"
            self.used.add((principal, action, allowed))
        return None

    def unused(self) -> set[tuple[str, str, str]]:
        """(principal, action pattern, resource pattern) of every Allow that no call has needed so far."""
        with self._lock:
            used = set(self.used)
        return {
            (principal, action, resource)
            for principal, granted in self._roles.items()
            for statement in granted
            if statement.allow
            for action in statement.actions
            for resource in statement.resources
            if not any(
                who == principal and like(action.lower(), what.lower()) and like(resource, which)
                for who, what, which in used
            )
        }

    def needs(self, service: str, operation: str, body: dict[str, Any], url: str) -> list[tuple[str, list[str]]]:
        """The (action, resources) pairs a call needs; of several resources one must be allowed."""
        find = getattr(self, "_needs_" + service.replace("-", "_"), None)
        if find is not None:
            needed: list[tuple[str, list[str]]] = find(operation, body, url)
            return needed
        return [(f"{service}:{operation}", ["*"])]

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self._region}:{self._account}:{resource}"

    def _table(self, name: str, index: str | None = None) -> str:
        arn = name if name.startswith("arn:") else self._arn("dynamodb", f"table/{name}")
        return f"{arn}/index/{index}" if index else arn

    def _needs_dynamodb(self, operation: str, body: dict[str, Any], _url: str) -> list[tuple[str, list[str]]]:
        if operation == "TransactWriteItems":
            actions = {
                "Put": "PutItem",
                "Update": "UpdateItem",
                "Delete": "DeleteItem",
                "ConditionCheck": "ConditionCheckItem",
            }
            return [
                (f"dynamodb:{actions[kind]}", [self._table(write["TableName"])])
                for item in body["TransactItems"]
                for kind, write in item.items()
            ]
        if operation == "TransactGetItems":
            return [("dynamodb:GetItem", [self._table(item["Get"]["TableName"])]) for item in body["TransactItems"]]
        if operation in {"BatchGetItem", "BatchWriteItem"}:
            return [(f"dynamodb:{operation}", [self._table(name)]) for name in body["RequestItems"]]
        return [(f"dynamodb:{operation}", [self._table(body.get("TableName", "*"), body.get("IndexName"))])]

    def _needs_sqs(self, operation: str, body: dict[str, Any], _url: str) -> list[tuple[str, list[str]]]:
        name = body.get("QueueUrl", body.get("QueueName", "*")).rsplit("/", 1)[-1]
        return [(f"sqs:{operation.removesuffix('Batch')}", [self._arn("sqs", name)])]

    def _needs_ssm(self, operation: str, body: dict[str, Any], _url: str) -> list[tuple[str, list[str]]]:
        names = body.get("Names") or [body.get("Name") or body.get("Path") or "*"]
        return [(f"ssm:{operation}", [self._arn("ssm", f"parameter/{name.lstrip('/')}")]) for name in names]

    def _needs_stepfunctions(self, operation: str, body: dict[str, Any], _url: str) -> list[tuple[str, list[str]]]:
        if operation.startswith("SendTask"):  # the token does not say whose it is
            return [(f"states:{operation}", self.state_machines or ["*"])]
        arn = body.get("stateMachineArn") or body.get("executionArn") or "*"
        return [(f"states:{operation}", [arn])]

    def _needs_apigatewaymanagementapi(
        self, operation: str, _body: dict[str, Any], url: str
    ) -> list[tuple[str, list[str]]]:
        method = {"PostToConnection": "POST", "GetConnection": "GET", "DeleteConnection": "DELETE"}[operation]
        before, _, connection = urlsplit(url).path.partition("/@connections/")
        stage = before.rsplit("/", 1)[-1]
        api = self.websocket.get(stage, f"unknown/{stage}")
        return [
            (
                "execute-api:ManageConnections",
                [self._arn("execute-api", f"{api}/{method}/@connections/{unquote(connection)}")],
            )
        ]

    def _needs_lambda(self, operation: str, _body: dict[str, Any], url: str) -> list[tuple[str, list[str]]]:
        name = unquote(urlsplit(url).path.split("/functions/")[-1].split("/")[0])
        arn = name if name.startswith("arn:") else self._arn("lambda", f"function:{name}")
        return [("lambda:InvokeFunction" if operation.startswith("Invoke") else f"lambda:{operation}", [arn])]

    def _needs_s3(self, operation: str, _body: dict[str, Any], url: str) -> list[tuple[str, list[str]]]:
        parts = urlsplit(url)
        bucket, _, rest = (parts.hostname or "").partition(".s3.")
        key = unquote(parts.path.lstrip("/"))
        if not rest:
            bucket, _, key = key.partition("/")
        if operation in {"ListObjectsV2", "ListObjects", "HeadBucket"}:
            return [("s3:ListBucket", [f"arn:aws:s3:::{bucket}"])]
        action = {"HeadObject": "GetObject", "CopyObject": "PutObject"}.get(operation, operation)
        return [(f"s3:{action}", [f"arn:aws:s3:::{bucket}/{key}"])]

    def _needs_cognito_idp(self, operation: str, body: dict[str, Any], _url: str) -> list[tuple[str, list[str]]]:
        pool = body.get("UserPoolId", "*")
        return [(f"cognito-idp:{operation}", [self._arn("cognito-idp", f"userpool/{pool}")])]
