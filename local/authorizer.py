"""Asks a REQUEST authorizer of a WebSocket API whether a handshake may go on, by API Gateway's rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from local import events
from local.iam import statements

if TYPE_CHECKING:
    from local.lambdas import Lambdas
    from local.model import Authorizer

RESULT_BYTES_MAX: Final = 8 * 1024
_ACTION: Final = "execute-api:Invoke"


@dataclass(frozen=True)
class Verdict:
    """200 with the context for later events, or the status the handshake is refused with."""

    status: int
    context: dict[str, Any] = field(default_factory=dict)


async def authorize(
    lambdas: Lambdas,
    authorizer: Authorizer,
    connection: events.Connection,
    request: events.Request,
    method_arn: str,
    limit_seconds: float,
) -> Verdict:
    """401 for a missing identity source or the error "Unauthorized", 403 for a policy without Allow, 500 for a fault."""
    if not all(_identity(source, request) for source in authorizer.identity_sources):
        return Verdict(401)
    event = events.authorization(connection, request, method_arn)
    outcome = await lambdas.invoke(authorizer.function_arn, event, label="$connect", limit_seconds=limit_seconds)
    if outcome.error is not None:
        return Verdict(401 if outcome.error["errorMessage"] == "Unauthorized" else 500)
    answer = outcome.payload
    if (
        not isinstance(answer, dict)
        or not isinstance(answer.get("policyDocument"), dict)
        or "principalId" not in answer
    ):
        return Verdict(500)
    context = answer.get("context") or {}
    if len(json.dumps(answer)) > RESULT_BYTES_MAX or not all(
        isinstance(v, str | int | float | bool) for v in context.values()
    ):
        return Verdict(500)
    covering = [s for s in statements(answer["policyDocument"], "authorizer") if s.covers(_ACTION, method_arn)]
    if not covering or not all(statement.allow for statement in covering):
        return Verdict(403)
    values = {name: _as_string(value) for name, value in context.items()}
    return Verdict(200, {"principalId": str(answer["principalId"]), "integrationLatency": 0, **values})


def _as_string(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _identity(source: str, request: events.Request) -> str | None:
    kind, _, name = source.removeprefix("route.request.").partition(".")
    if kind == "header":
        return request.header(name)
    if kind == "querystring":
        return dict(request.parameters()).get(name)
    return "present"  # context and stage variables
