"""The one way of a request: who asks, which route, may they, do it, answer.

A resource returns a `Reply` or raises a `Problem`. StorageUnavailable becomes 503, a change that somebody else made at
the same moment 409, anything else 500 without details.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from csms.edge import log
from csms.edge import log_catalogue as catalogue
from csms.edge.http import answer, read_request
from csms.ocpi import jsontext
from csms.store.dynamo import ConditionFailed, StorageUnavailable, Store
from functions.operator_api import problems, routes
from functions.operator_api.api import ApiRequest, Reply
from functions.operator_api.rights import Caller, caller_of

if TYPE_CHECKING:
    from csms.edge.http import Request
    from functions.operator_api.problems import Problem


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An HTTP API event behind the JWT authorizer."""
    http = read_request(event)
    request_context = event.get("requestContext", {})
    claims = (request_context.get("authorizer") or {}).get("jwt", {}).get("claims") or {}
    caller = caller_of(claims)
    request_id = request_context.get("requestId")
    with log.context(method=http.method, path=http.path, request_id=request_id, caller=caller.sub if caller else None):
        return _answered(http, caller, request_id)


def _answered(http: Request, caller: Caller | None, request_id: str | None) -> dict[str, Any]:
    try:
        reply = _reply(http, caller)
    except problems.Problem as problem:
        log.write(catalogue.OPERATOR_REQUEST_REFUSED, http_status=problem.status, why=problem.kind)
        return _problem(problem, request_id)
    except ConditionFailed:
        log.write(catalogue.OPERATOR_REQUEST_REFUSED, http_status=409, why="changed meanwhile")
        return _problem(problems.Conflict("It was changed at the same moment; look at it and try again"), request_id)
    except StorageUnavailable as error:
        log.write(catalogue.STORAGE_UNAVAILABLE, error=error)
        return _problem(problems.Unavailable(headers={"Retry-After": "2"}), request_id)
    except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the caller gets a problem and no details
        log.write(catalogue.UNEXPECTED_ERROR, error=error)
        return _problem(problems.Unexpected(), request_id)
    log.write(catalogue.OPERATOR_REQUEST, http_status=reply.status)
    body = "" if reply.document is None else jsontext.encode(reply.document)
    return answer(reply.status, body, {"X-Content-Type-Options": "nosniff", **reply.headers})


def _reply(http: Request, caller: Caller | None) -> Reply:
    if caller is None:
        raise problems.Unauthorized
    route, segments = routes.find(http.method, http.segments[1:])
    if route.right not in caller.rights:
        raise problems.Forbidden(f"It takes the right '{route.right}'")
    return route.function(ApiRequest(http, caller, datetime.now(UTC), Store()), **segments)


def _problem(problem: Problem, request_id: str | None) -> dict[str, Any]:
    document = {**problem.document(), "request_id": request_id}
    headers = {"Content-Type": "application/problem+json", "X-Content-Type-Options": "nosniff", **problem.headers}
    return answer(problem.status, jsontext.encode(document), headers)
