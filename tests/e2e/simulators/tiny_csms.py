"""A CSMS of a hundred lines for testing the charger simulators: plain JSON frames, no OCPP library."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from websockets.http11 import Request, Response

NOW = "2026-03-01T12:00:00.000Z"
Answer = dict[str, Any] | None

ANSWERS: dict[str, dict[str, Any]] = {
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "BootNotification": {"currentTime": NOW, "interval": 300, "status": "Accepted"},
    "DataTransfer": {"status": "Accepted"},
    "Heartbeat": {"currentTime": NOW},
}


class TinyCsms:
    """Records what chargers say; `answers` may hold a dict, a function of the payload, or None for silence."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.message_ids: list[str] = []
        self.paths: list[str] = []
        self.credentials: list[str] = []
        self.refuse_with: int | None = None
        self.answers: dict[str, dict[str, Any] | Callable[[dict[str, Any]], Answer] | None] = dict(ANSWERS)
        if version == "ocpp2.0.1":
            self.answers["Authorize"] = {"idTokenInfo": {"status": "Accepted"}}
        self.socket: ServerConnection | None = None
        self.results: dict[str, asyncio.Future[list[Any]]] = {}
        self.connections = 0
        self._transactions = 100
        self._server: Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}/ocpp"

    async def start(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol(self.version)],
            process_request=self._admit,
            compression=None,
        )

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def said(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.calls if name == action]

    def actions(self) -> list[str]:
        return [name for name, _ in self.calls]

    async def command(self, action: str, timeout_seconds: float = 5, **payload: Any) -> list[Any]:
        """Send a CALL and return the answering frame."""
        assert self.socket is not None
        message_id = f"c{len(self.results) + 1}"
        self.results[message_id] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps([2, message_id, action, payload]))
        return await asyncio.wait_for(self.results[message_id], timeout_seconds)

    def _admit(self, _connection: ServerConnection, request: Request) -> Response | None:
        self.paths.append(request.path)
        header = request.headers.get("Authorization", "")
        self.credentials.append(base64.b64decode(header.removeprefix("Basic ")).decode("latin-1"))
        if self.refuse_with is not None:
            return _connection.respond(self.refuse_with, "no")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.connections += 1
        with contextlib.suppress(Exception):  # a line cut by the test ends this handler, nothing else matters here
            async for text in socket:
                await self._hear(socket, json.loads(text))

    async def _hear(self, socket: ServerConnection, frame: list[Any]) -> None:
        if frame[0] != 2:
            self.results[frame[1]].set_result(frame)
            return
        _, message_id, action, payload = frame
        self.calls.append((action, payload))
        self.message_ids.append(message_id)
        answer = self._answer(action, payload)
        if answer is not None:
            await socket.send(json.dumps([3, message_id, answer]))

    def _answer(self, action: str, payload: dict[str, Any]) -> Answer:
        if action == "StartTransaction" and action not in self.answers:
            self._transactions += 1
            return {"transactionId": self._transactions, "idTagInfo": {"status": "Accepted"}}
        answer = self.answers.get(action, {})
        return answer(payload) if callable(answer) else answer


@contextlib.asynccontextmanager
async def tiny_csms(version: str) -> AsyncIterator[TinyCsms]:
    csms = TinyCsms(version)
    await csms.start()
    try:
        yield csms
    finally:
        await csms.stop()
