"""API Gateway HTTP API: finds the route, checks the token, calls the function, makes an HTTP answer of what it returns."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from local import events
from local.jwt import Unauthorized, claims

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.lambdas import Lambdas, Outcome
    from local.model import Api, Route
    from local.settings import Settings

PAYLOAD_BYTES_MAX: Final = 10 * 1024 * 1024


@dataclass(frozen=True)
class Response:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


def message(status: int, text: str, *headers: tuple[str, str]) -> Response:
    """An answer of API Gateway's own."""
    return Response(status, json.dumps({"message": text}).encode(), [("Content-Type", "application/json"), *headers])


class RouteTable:
    """Routes of an HTTP API, found by API Gateway's rule: the most specific path, then the method before ANY."""

    def __init__(self, routes: dict[str, Route]) -> None:
        self._default = routes.get("$default")
        entries = []
        for key, route in routes.items():
            if key != "$default":
                method, _, path = key.partition(" ")
                entries.append((_specificity(path), method, _pattern(path), route))
        self._entries = sorted(entries, key=lambda entry: (entry[0], entry[1] == "ANY"))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its path parameters, decoded; None where nothing matches."""
        for _, wanted, pattern, route in self._entries:
            match = pattern.fullmatch(path)
            if match and wanted in {method, "ANY"}:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return (self._default, {}) if self._default else None


def _specificity(path: str) -> tuple[int, ...]:
    return tuple(2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in path.split("/"))


def _pattern(path: str) -> re.Pattern[str]:
    parts = []
    for part in path.split("/"):
        if part.endswith("+}"):
            parts.append(f"(?P<{part[1:-2]}>.*)")
        elif part.startswith("{"):
            parts.append(f"(?P<{part[1:-1]}>[^/]+)")
        else:
            parts.append(re.escape(part))
    return re.compile("/".join(parts))


class HttpGateway:
    """One HTTP API with its default stage."""

    def __init__(self, cloud: Cloud, api: Api, lambdas: Lambdas, settings: Settings) -> None:
        self._cloud = cloud
        self._api = api
        self._lambdas = lambdas
        self._settings = settings
        self._table = RouteTable(api.routes)
        self.domain = f"{api.id}.execute-api.{cloud.region}.amazonaws.com"
        self.stage = api.stages[0]

    async def handle(self, request: events.Request) -> Response:
        """Answer one request."""
        found = self._table.find(request.method, request.path)
        if found is None:
            return message(404, "Not Found")
        route, parameters = found
        self._cloud.usage.http_request(route.key, len(request.body))
        if len(request.body) > PAYLOAD_BYTES_MAX:
            return message(413, "Request Entity Too Large")
        granted = None
        if route.authorizer_id is not None:
            try:
                granted = claims(self._api.authorizers[route.authorizer_id], request.header("authorization"))
            except Unauthorized as error:
                challenge = (
                    f'Bearer error="invalid_token" error_description="{error.reason}"' if error.reason else "Bearer"
                )
                return message(401, "Unauthorized", ("www-authenticate", challenge))
        event = events.http(
            request,
            route.key,
            parameters,
            api_id=self._api.id,
            domain=self.domain,
            stage=self.stage,
            account=self._cloud.account,
            claims=granted,
        )
        started = time.monotonic()
        limit = self._settings.integration_seconds
        outcome = await self._lambdas.invoke(route.function_arn, event, label=route.key, limit_seconds=limit)
        if outcome.timed_out and time.monotonic() - started >= limit:
            return message(503, "Service Unavailable")
        return answer(outcome)


def answer(outcome: Outcome) -> Response:
    """What API Gateway makes of a function's return value (payload format 2.0)."""
    if outcome.error is not None:
        return message(500, "Internal Server Error")
    payload = outcome.payload
    if not isinstance(payload, dict) or "statusCode" not in payload:
        body = payload if isinstance(payload, str) else json.dumps(payload)
        return Response(200, body.encode(), [("Content-Type", "application/json")])
    text, status = payload.get("body"), payload["statusCode"]
    if not isinstance(status, int) or not (text is None or isinstance(text, str)):
        return message(500, "Internal Server Error")
    try:
        data = base64.b64decode(text or "") if payload.get("isBase64Encoded") else (text or "").encode()
    except binascii.Error:
        return message(500, "Internal Server Error")
    return Response(status, data, _headers(payload))


def _headers(payload: dict[str, Any]) -> list[tuple[str, str]]:
    headers = [(name, str(value)) for name, value in (payload.get("headers") or {}).items()]
    for name, values in (payload.get("multiValueHeaders") or {}).items():
        headers += [(name, str(value)) for value in values]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "text/plain;charset=UTF-8"))
    return headers + [("Set-Cookie", cookie) for cookie in payload.get("cookies") or []]
