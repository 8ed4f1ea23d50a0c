"""A scripted charger: raw OCPP-J frames over a WebSocket, and nothing of the product's own code.

It sends what a case tells it to, answers commands with the answers that it was given, and holds every frame of the CSMS
against the schemas of the `ocpp` package (read from its files: its own validator keeps a cache that forgets how numbers
were parsed). What is wrong with a frame is a fault: `faults` must be empty when a case ends.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft4Validator
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.typing import Subprotocol

WAIT_SECONDS: Final = 10
CALL, RESULT, ERROR = 2, 3, 4
_FOLDERS: Final = {"ocpp1.6": ("v16", ""), "ocpp2.0.1": ("v201", "Request")}


class Refused(Exception):  # noqa: N818 - it is an answer, which a case may want
    """The CSMS answered a request with a CALLERROR."""

    def __init__(self, action: str, code: str, description: str) -> None:
        super().__init__(f"{action}: {code} {description}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Received:
    """A request of the CSMS as it came."""

    message_id: str
    action: str
    payload: dict[str, Any]


@dataclass
class Station:
    """One charger and its connection. `url` ends without the identity, as in a charger's set-up page."""

    url: str
    identity: str
    protocol: str
    password: str
    faults: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._answers: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        self._pending: dict[str, asyncio.Future[list[Any]]] = {}
        self._arrived = asyncio.Condition()
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(self, *, user: str | None = None, password: str | None = None) -> None:
        """Open the connection with Basic credentials. Raises websockets' InvalidStatus where it is refused."""
        credentials = f"{user or self.identity}:{password or self.password}".encode()
        subprotocol: Any = self.protocol
        offered: list[Subprotocol] = [subprotocol]
        self._socket = await connect(
            f"{self.url}/{self.identity}",
            subprotocols=offered,
            additional_headers={"Authorization": f"Basic {base64.b64encode(credentials).decode()}"},
        )
        if self._socket.subprotocol != self.protocol:
            self.faults.append(f"subprotocol {self._socket.subprotocol}")
        self._reader = asyncio.create_task(self._read(self._socket))

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader
        self._socket = self._reader = None

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a request; the answer's payload. Raises Refused on a CALLERROR, TimeoutError on silence."""
        broken = _problems(self.protocol, action, payload)
        assert not broken, f"the case itself sends a wrong {action}: {broken}"
        assert self._socket is not None, "not connected"
        message_id = f"{self.identity}-{next(self._ids)}"[-36:]
        answer = self._pending[message_id] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps([CALL, message_id, action, payload]))
        async with asyncio.timeout(WAIT_SECONDS):
            frame = await answer
        if frame[0] == ERROR:
            raise Refused(action, frame[2], frame[3])
        self.faults += [f"answer to {action}: {p}" for p in _problems(self.protocol, action, frame[2], answer=True)]
        result: dict[str, Any] = frame[2]
        return result

    def answers(self, action: str, answer: dict[str, Any]) -> None:
        """The next command of this action gets this answer. A command without one is a fault."""
        broken = _problems(self.protocol, action, answer, answer=True)
        assert not broken, f"the case itself gives a wrong answer to {action}: {broken}"
        self._answers[action].append(answer)

    async def command(self, action: str, since: int = 0) -> Received:
        """The first command of this action after the first `since` commands; waits for it."""
        async with asyncio.timeout(WAIT_SECONDS), self._arrived:
            while True:
                for received in self.received[since:]:
                    if received.action == action:
                        return received
                await self._arrived.wait()

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                await self._take(socket, json.loads(text, parse_float=Decimal))
        except ConnectionClosed:
            return

    async def _take(self, socket: ClientConnection, frame: list[Any]) -> None:
        if frame[0] in {RESULT, ERROR}:
            waiting = self._pending.pop(frame[1], None)
            if waiting is None:
                self.faults.append(f"an answer to nothing: {frame}")
            else:
                waiting.set_result(frame)
            return
        if frame[0] != CALL or len(frame) != 4 or not 0 < len(frame[1]) <= 36:
            self.faults.append(f"no OCPP-J frame: {frame}")
            return
        received = Received(*frame[1:])
        if any(earlier.message_id == received.message_id for earlier in self.received):
            self.faults.append(f"message id {received.message_id} was used before")
        self.faults += [f"{received.action}: {p}" for p in _problems(self.protocol, received.action, received.payload)]
        await socket.send(json.dumps(self._answer(received)))
        async with self._arrived:
            self.received.append(received)
            self._arrived.notify_all()

    def _answer(self, received: Received) -> list[Any]:
        if self._answers[received.action]:
            return [RESULT, received.message_id, self._answers[received.action].popleft()]
        self.faults.append(f"unexpected {received.action}")
        return [ERROR, received.message_id, "NotSupported", "the case has no answer to this", {}]


def _problems(protocol: str, action: str, payload: Any, *, answer: bool = False) -> list[str]:
    try:
        validator = _validator(protocol, action, answer)
    except FileNotFoundError:
        return [f"{protocol} has no {action}"]
    exact = json.loads(json.dumps(payload, default=float), parse_float=Decimal)
    return [f"{error.json_path}: {error.validator}" for error in validator.iter_errors(exact)]


@cache
def _validator(protocol: str, action: str, answer: bool) -> Draft4Validator:
    folder, request = _FOLDERS[protocol]
    name = f"{action}{'Response' if answer else request}.json"
    text = (files("ocpp") / folder / "schemas" / name).read_text("utf-8-sig")
    return Draft4Validator(json.loads(text, parse_float=Decimal))
