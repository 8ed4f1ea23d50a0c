"""API Gateway WebSocket: the handshake, routes by message content, @connections, and AWS's limits."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from websockets.utils import accept_key

from local import events
from local.authorizer import authorize
from local.settings import MESSAGE_BYTES_MAX
from local.websocket_link import Link

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest

    from local.cloud import Answer, Call, Cloud
    from local.lambdas import Lambdas, Outcome
    from local.model import Api, Route
    from local.settings import Settings

logger = logging.getLogger(__name__)

GOING_AWAY: Final = 1001
_STEP: Final = re.compile(r"\.?\[(\d+)\]|\.?([A-Za-z0-9_-]+)|\.?\['([^']+)'\]")


@dataclass
class Open:
    """An open connection."""

    connection: events.Connection
    link: Link
    last_message: float
    billed_until: float


@dataclass(frozen=True)
class Refused:
    """A handshake that is not answered with 101."""

    status: int
    message: str
    body: str = ""


class WebSocketGateway:
    """One WebSocket API with one stage. Lives in the stack's event loop."""

    def __init__(self, cloud: Cloud, api: Api, lambdas: Lambdas, settings: Settings) -> None:
        self._cloud = cloud
        self._api = api
        self._lambdas = lambdas
        self._settings = settings
        self.stage = api.stages[0]
        self.domain = f"{api.id}.execute-api.{cloud.region}.amazonaws.com"
        self.connections: dict[str, Open] = {}
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    async def handshake(self, raw: BaseRequest, request: events.Request) -> Refused | None:
        """Let a connection in, and serve it to its end (None), or say why not."""
        key = request.header("sec-websocket-key")
        if (request.header("upgrade") or "").lower() != "websocket" or key is None:
            return Refused(426, "Upgrade Required")
        if request.path.rstrip("/") != f"/{self.stage}":  # the API knows no path behind its stage
            return Refused(403, "Forbidden")
        connection = self._new_connection(request)
        connect = self._api.routes.get("$connect")
        protocol = None
        if connect is not None:
            refused = await self._authorized(connect, connection, request)
            if refused is not None:
                return refused
            event = events.handshake(connection, request)
            outcome = await self._invoke(connect, event, "$connect")
            refused, protocol = self._connect_answer(outcome)
            if refused is not None:
                return refused
        await self._serve(raw, connection, _switching(key, protocol))
        return None

    async def stop(self) -> None:
        """Close all connections as an API going away does."""
        for entry in list(self.connections.values()):
            entry.link.close(GOING_AWAY, "Going away")
        for _ in range(40):
            if not self.connections:
                break
            await asyncio.sleep(0.005)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def bill(self) -> None:
        """Count the minutes of open connections up to now."""
        now = time.monotonic()
        for entry in list(self.connections.values()):
            self._cloud.usage.add("websocket.connection_minutes", by=(now - entry.billed_until) / 60)
            entry.billed_until = now

    # --- the handshake

    def _new_connection(self, request: events.Request) -> events.Connection:
        identifier = base64.b64encode(os.urandom(9)).decode().replace("+", "-").replace("/", "_") + "M="
        return events.Connection(
            identifier,
            self._api.id,
            self.stage,
            self.domain,
            self._cloud.region,
            request.source_ip,
            request.header("user-agent"),
            events.now_ms(),
        )

    async def _authorized(
        self, connect: Route, connection: events.Connection, request: events.Request
    ) -> Refused | None:
        if connect.authorizer_id is None:
            return None
        arn = f"arn:aws:execute-api:{self._cloud.region}:{self._cloud.account}:{self._api.id}/{self.stage}/$connect"
        limit = self._settings.integration_seconds
        authorizer = self._api.authorizers[connect.authorizer_id]
        verdict = await authorize(self._lambdas, authorizer, connection, request, arn, limit)
        connection.authorizer = verdict.context
        if verdict.status == 200:
            return None
        messages = {401: "Unauthorized", 403: "Forbidden", 500: "Internal server error"}
        return Refused(verdict.status, messages[verdict.status])

    @staticmethod
    def _connect_answer(outcome: Outcome) -> tuple[Refused | None, str | None]:
        answer = outcome.payload
        if outcome.error is not None or not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
            return Refused(502, "Internal server error"), None
        status = answer["statusCode"]
        if not 200 <= status < 300:
            return Refused(status, "", str(answer.get("body") or "")), None
        headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        return None, headers.get("sec-websocket-protocol")

    # --- an open connection

    async def _serve(self, raw: BaseRequest, connection: events.Connection, head: bytes) -> None:
        if raw.transport is None:
            return
        link = Link(raw.transport, lambda text: self._received(connection, text))
        now = time.monotonic()
        entry = self.connections[connection.id] = Open(connection, link, now, now)
        link.start(raw.protocol, head)  # only now may the charger know
        lifetime = self._loop.call_later(self._settings.lifetime_seconds, link.close, GOING_AWAY, "Going away")
        idle = self._task(self._close_when_idle(entry))
        try:
            code, reason = await link.closed
        finally:
            lifetime.cancel()
            idle.cancel()
            del self.connections[connection.id]
            minutes = (time.monotonic() - entry.billed_until) / 60
            self._cloud.usage.add("websocket.connection_minutes", by=minutes)
        disconnect = self._api.routes.get("$disconnect")
        if disconnect is not None:
            event = events.disconnection(connection, code, reason)
            self._task(self._disconnected(disconnect, event))

    async def _close_when_idle(self, entry: Open) -> None:
        while True:
            left = entry.last_message + self._settings.idle_seconds - time.monotonic()
            if left <= 0:
                entry.link.close(GOING_AWAY, "Going away")
                return
            await asyncio.sleep(left)

    def _received(self, connection: events.Connection, text: str) -> None:
        entry = self.connections.get(connection.id)
        if entry is None:
            return
        entry.last_message = time.monotonic()
        self._cloud.usage.message("in", len(text.encode()))
        self._task(self._message(entry, text))

    async def _message(self, entry: Open, text: str) -> None:
        request_id = events.request_id()
        key = select_route(self._api.route_selection, text)
        route = self._api.routes.get(key) or self._api.routes.get("$default")
        if route is None:
            self._error(entry, "Forbidden", request_id)
            return
        event = events.frame(entry.connection, route.key, text, request_id)
        label = route.key if route.key != "$default" else _label(text)
        started = time.monotonic()
        outcome = await self._invoke(route, event, label)
        if outcome.timed_out and time.monotonic() - started >= self._settings.integration_seconds:
            self._error(entry, "Endpoint request timed out", request_id)
        elif outcome.error is not None:
            self._error(entry, "Internal server error", request_id)
        elif route.two_way:
            self._answer(entry, outcome.payload, request_id)

    def _answer(self, entry: Open, payload: Any, request_id: str) -> None:
        if not isinstance(payload, dict) or "statusCode" not in payload:
            self._error(entry, "Internal server error", request_id)
        elif payload.get("body"):
            self._send(entry, str(payload["body"]).encode())

    def _error(self, entry: Open, message: str, request_id: str) -> None:
        document = {"message": message, "connectionId": entry.connection.id, "requestId": request_id}
        self._send(entry, json.dumps(document).encode())

    def _send(self, entry: Open, data: bytes) -> bool:
        if not entry.link.send_text(data):
            return False
        entry.last_message = time.monotonic()
        self._cloud.usage.message("out", len(data))
        return True

    async def _invoke(self, route: Route, event: dict[str, Any], label: str) -> Outcome:
        limit = self._settings.integration_seconds
        return await self._lambdas.invoke(route.function_arn, event, label=label, limit_seconds=limit)

    def _task(self, work: Any) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _disconnected(self, route: Route, event: dict[str, Any]) -> None:
        """Best effort: nobody gets the answer."""
        await self._invoke(route, event, "$disconnect")

    # --- @connections

    def manage(self, method: str, connection_id: str, data: bytes) -> tuple[int, dict[str, Any]]:
        """POST, GET or DELETE of @connections/{id}: (status, JSON). To be called in the event loop."""
        entry = self.connections.get(connection_id)
        if entry is None or entry.link.closed.done():
            return 410, {"__type": "GoneException", "message": "Gone"}
        if method == "GET":
            idle = time.monotonic() - entry.last_message
            return 200, {
                "connectedAt": _iso(entry.connection.connected_at_ms / 1000),
                "identity": {"sourceIp": entry.connection.source_ip, "userAgent": entry.connection.user_agent or ""},
                "lastActiveAt": _iso(time.time() - idle),
            }
        if method == "DELETE":
            entry.link.close(1000, "Connection Closed Normally")
            return 204, {}
        if len(data) > MESSAGE_BYTES_MAX:
            return 413, {"__type": "PayloadTooLargeException", "message": "Payload too large"}
        if not self._send(entry, data):
            return 429, {"__type": "LimitExceededException", "message": "the client does not take what was sent before"}
        return 200, {}

    def answer(self, call: Call) -> Answer:
        """The same for a handler's boto3 client, from its thread and without a socket in between."""
        path = urlsplit(call.request.url or "").path
        connection_id = unquote(path.partition("/@connections/")[2])
        method = call.request.method or ""
        status, document = asyncio.run_coroutine_threadsafe(
            self._managed(method, connection_id, call.raw), self._loop
        ).result()
        return status, {}, json.dumps(document)

    async def _managed(self, method: str, connection_id: str, data: bytes) -> tuple[int, dict[str, Any]]:
        return self.manage(method, connection_id, data)


def select_route(expression: str, text: str) -> str:
    """The route key a message selects: the value at the path, as text; "" where there is none or it is not JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return ""
    for match in _STEP.finditer(expression.removeprefix("$request.body")):
        index, name, quoted = match.groups()
        try:
            value = value[int(index)] if index is not None else value[name or quoted]
        except (IndexError, KeyError, TypeError):
            return ""
    return value if isinstance(value, str) else json.dumps(value)


def _label(text: str) -> str:
    """What a message without a route of its own is counted under."""
    kind = select_route("$request.body.[0]", text)
    if kind == "2":
        return select_route("$request.body.[2]", text)
    return {"3": "CALLRESULT", "4": "CALLERROR"}.get(kind, "$default")


def _switching(key: str, protocol: str | None) -> bytes:
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(key)}",
        *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
