"""The events that AWS hands to functions, in AWS's shapes."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def now_ms() -> int:
    """The present in milliseconds since 1970."""
    return int(time.time() * 1000)


def clf(milliseconds: int) -> str:
    """A moment as `requestTime` has it: 20/Nov/2026:11:20:03 +0000."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


@dataclass(frozen=True)
class Request:
    """A request as it reaches API Gateway: behind CloudFront, so with CloudFront's changes."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    def header(self, name: str) -> str | None:
        """The (last) value of a header, whatever its case."""
        found = None
        for key, value in self.headers:
            if key.lower() == name.lower():
                found = value
        return found

    def parameters(self) -> list[tuple[str, str]]:
        """The query string's pairs, decoded."""
        return parse_qsl(self.query, keep_blank_values=True)


def single_and_multi(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The last value per name, and all values per name."""
    multi: dict[str, list[str]] = {}
    for name, value in pairs:
        multi.setdefault(name, []).append(value)
    return {name: values[-1] for name, values in multi.items()}, multi


@dataclass
class Connection:
    """What API Gateway knows of a WebSocket connection."""

    id: str
    api_id: str
    stage: str
    domain: str
    region: str
    source_ip: str
    user_agent: str | None
    connected_at_ms: int
    authorizer: dict[str, Any] = field(default_factory=dict)

    def context(self, route_key: str, event_type: str, request_id: str, **more: Any) -> dict[str, Any]:
        """The `requestContext` of an event of this connection."""
        now = now_ms()
        context: dict[str, Any] = {
            "routeKey": route_key,
            "eventType": event_type,
            "extendedRequestId": request_id,
            "requestTime": clf(now),
            "messageDirection": "IN",
            "stage": self.stage,
            "connectedAt": self.connected_at_ms,
            "requestTimeEpoch": now,
            "identity": {"sourceIp": self.source_ip, "userAgent": self.user_agent},
            "requestId": request_id,
            "domainName": self.domain,
            "connectionId": self.id,
            "apiId": self.api_id,
            **more,
        }
        if self.authorizer:
            context["authorizer"] = dict(self.authorizer)
        return context


def handshake(connection: Connection, request: Request) -> dict[str, Any]:
    """The event of $connect."""
    headers, multi_headers = single_and_multi(request.headers)
    event: dict[str, Any] = {"headers": headers, "multiValueHeaders": multi_headers}
    parameters, multi_parameters = single_and_multi(request.parameters())
    if parameters:
        event |= {"queryStringParameters": parameters, "multiValueQueryStringParameters": multi_parameters}
    event["requestContext"] = connection.context("$connect", "CONNECT", request_id())
    event["isBase64Encoded"] = False
    return event


def authorization(connection: Connection, request: Request, method_arn: str) -> dict[str, Any]:
    """The event of a REQUEST authorizer on $connect."""
    headers, multi_headers = single_and_multi(request.headers)
    parameters, multi_parameters = single_and_multi(request.parameters())
    return {
        "type": "REQUEST",
        "methodArn": method_arn,
        "headers": headers,
        "multiValueHeaders": multi_headers,
        "queryStringParameters": parameters,
        "multiValueQueryStringParameters": multi_parameters,
        "stageVariables": {},
        "requestContext": connection.context("$connect", "CONNECT", request_id()),
    }


def frame(connection: Connection, route_key: str, text: str, request: str) -> dict[str, Any]:
    """The event of a message."""
    context = connection.context(route_key, "MESSAGE", request, messageId=request)
    return {"requestContext": context, "body": text, "isBase64Encoded": False}


def disconnection(connection: Connection, code: int, reason: str) -> dict[str, Any]:
    """The event of $disconnect."""
    headers = {"Host": connection.domain, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    context = connection.context(
        "$disconnect", "DISCONNECT", request_id(), disconnectStatusCode=code, disconnectReason=reason
    )
    return {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": context,
        "isBase64Encoded": False,
    }


def request_id() -> str:
    """An id like API Gateway's extended request ids: letters, digits, dashes and a `=` at the end."""
    return uuid.uuid4().hex[:15] + "="


def http(
    request: Request,
    route_key: str,
    path_parameters: Mapping[str, str],
    *,
    api_id: str,
    domain: str,
    stage: str,
    account: str,
    claims: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The event of an HTTP API, payload format 2.0."""
    from base64 import b64encode

    now, identifier = now_ms(), request_id()
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        key = name.lower()
        if key == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";")]
        else:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    parameters: dict[str, str] = {}
    for name, value in request.parameters():
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    context: dict[str, Any] = {
        "accountId": account,
        "apiId": api_id,
        "domainName": domain,
        "domainPrefix": api_id,
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": identifier,
        "routeKey": route_key,
        "stage": stage,
        "time": clf(now),
        "timeEpoch": now,
    }
    if claims is not None:
        context["authorizer"] = {
            "jwt": {"claims": {key: _claim(value) for key, value in claims.items()}, "scopes": None}
        }
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if parameters:
        event["queryStringParameters"] = parameters
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if request.body:
        try:
            event["body"] = request.body.decode()
        except UnicodeDecodeError:
            event["body"] = b64encode(request.body).decode()
            event["isBase64Encoded"] = True
    return event


def _claim(value: Any) -> str:
    """Claims reach a function as strings: a list as `[a b]`, as API Gateway writes it."""
    if isinstance(value, list):
        return "[" + " ".join(str(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def schedule(rule_arn: str, region: str, account: str) -> dict[str, Any]:
    """The event of a scheduled rule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }
