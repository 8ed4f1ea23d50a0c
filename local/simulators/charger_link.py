"""One WebSocket connection of a simulated charger, spoken by the `ocpp` package's ChargePoint."""

from __future__ import annotations

import asyncio
import base64
import inspect
import itertools
import json
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import ocpp.messages
from ocpp.exceptions import OCPPError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

if TYPE_CHECKING:
    from ssl import SSLContext

# Validation in a thread pool (the package's default) costs more than the validation itself.
ocpp.messages.ASYNC_VALIDATION = False

CALL = 2
logger = logging.getLogger(__name__)

FollowUp = Callable[[], Coroutine[Any, Any, Any]]
Handler = Callable[..., Any]


class LineDownError(Exception):
    """There is no connection, or it broke before the answer came."""


class HandshakeRefusedError(Exception):
    """The server refused the WebSocket; `http_status` is its answer (None when it gave none)."""

    def __init__(self, message: str, http_status: int | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status


class CallRefusedError(Exception):
    """The CSMS answered with a CALLERROR; `code` and `description` are what it said."""

    def __init__(self, action: str, code: str, description: str) -> None:
        super().__init__(f"{action}: {code} {description}".rstrip())
        self.code = code
        self.description = description


@dataclass(frozen=True)
class Then:
    """The answer to a command and what the charger does once the answer is on its way."""

    answer: Any
    follow_up: FollowUp


def endpoint_url(url: str, charger_id: str) -> str:
    """Return the address to dial: `url` + `/` + id, or `url` itself when it names the charger by `?cp=`."""
    identity = quote(charger_id, safe="")
    if "?" not in url:
        return f"{url.rstrip('/')}/{identity}"
    return url + identity if url.endswith("=") else url


def basic_authorization(charger_id: str, password: str | bytes) -> str:
    """Return the Authorization header of HTTP Basic; a password in bytes goes out as it is."""
    raw = password if isinstance(password, bytes) else password.encode()
    return "Basic " + base64.b64encode(charger_id.encode() + b":" + raw).decode()


class ChargerLink:
    """Carries calls in both directions over one socket.

    `charge_point_class` is the package's ChargePoint of a version, `routes` maps an action to its handler,
    `on_frame(direction, text)` sees every frame, `spawn` runs follow-ups as tracked tasks.
    """

    def __init__(
        self,
        charge_point_class: Any,
        routes: Mapping[str, Handler],
        on_frame: Callable[[str, str], None],
        spawn: Callable[[Coroutine[Any, Any, Any]], object],
        *,
        answer_timeout_seconds: float = 30,
        counting_ids: bool = False,
    ) -> None:
        self._charge_point_class = charge_point_class
        self._routes = routes
        self._on_frame = on_frame
        self._spawn = spawn
        self._answer_timeout_seconds = answer_timeout_seconds
        self._counter = itertools.count(1) if counting_ids else None
        self._socket: ClientConnection | None = None
        self._charge_point: Any = None
        self.ignore_calls = False
        self.closed = asyncio.Event()

    async def open(
        self, url: str, charger_id: str, subprotocol: str, headers: Mapping[str, str], ssl: SSLContext | None = None
    ) -> None:
        """Dial `url`; raises HandshakeRefusedError when the server says no or picks no subprotocol."""
        try:
            self._socket = await connect(
                url,
                subprotocols=[Subprotocol(subprotocol)],
                additional_headers=dict(headers),
                compression=None,
                ping_interval=None,
                open_timeout=20,
                close_timeout=2,
                proxy=None,
                ssl=ssl or (True if url.startswith("wss:") else None),
            )
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            raise HandshakeRefusedError(f"{url} answered {status}", status) from refusal
        except (InvalidHandshake, OSError) as refusal:
            raise HandshakeRefusedError(f"{url}: {refusal}") from refusal
        if self._socket.subprotocol != subprotocol:
            await self._socket.close(1002)
            raise HandshakeRefusedError(f"{url} chose the subprotocol {self._socket.subprotocol}, not {subprotocol}")
        self._charge_point = self._charge_point_class(charger_id, self, self._answer_timeout_seconds)
        self._charge_point.route_map = {action: self._route(handler) for action, handler in self._routes.items()}
        self._charge_point._unique_id_generator = self.new_id  # noqa: SLF001 - the package has no public way

    def new_id(self) -> str:
        """Return the id of the next CALL."""
        return str(next(self._counter)) if self._counter else str(uuid.uuid4())

    def _route(self, handler: Handler) -> dict[str, Any]:
        """Return the package's routing entry; a `Then` is taken apart into answer and follow-up."""
        follow_ups: dict[str, FollowUp] = {}

        async def on(call_unique_id: str, **payload: Any) -> Any:
            answer = handler(**payload)
            answer = await answer if inspect.isawaitable(answer) else answer
            if isinstance(answer, Then):
                follow_ups[call_unique_id] = answer.follow_up
                return answer.answer
            return answer

        def after(call_unique_id: str, **_payload: Any) -> None:
            follow_up = follow_ups.pop(call_unique_id, None)
            if follow_up:
                self._spawn(follow_up())

        return {"_on_action": on, "_after_action": after, "_skip_schema_validation": False}

    async def serve(self) -> None:
        """Read frames until the line ends. A CALL gets a task of its own, so a handler may itself call."""
        assert self._socket is not None  # noqa: S101 - open() comes first
        try:
            async for text in self._socket:
                frame = text if isinstance(text, str) else text.decode()
                self._on_frame("received", frame)
                if not frame.lstrip("[ \t\r\n").startswith(str(CALL)):
                    await self._charge_point.route_message(frame)
                elif not self.ignore_calls:
                    self._spawn(self._charge_point.route_message(frame))
        except ConnectionClosed:
            logger.debug("the line was cut")
        finally:
            self.closed.set()

    async def send(self, text: str) -> None:
        """Send one frame as it is (ChargePoint calls this, and so may a test that wants to send nonsense)."""
        if self._socket is None or self.closed.is_set():
            raise LineDownError("the line is down")
        try:
            await self._socket.send(text)
        except ConnectionClosed as closed:
            raise LineDownError("the line broke while sending") from closed
        self._on_frame("sent", text)

    async def call(self, request: Any, message_id: str | None = None) -> Any:
        """Send a request of the package and return its answer.

        Raises LineDownError, CallRefusedError, TimeoutError (no answer in time).
        """
        if self._charge_point is None or self.closed.is_set():
            raise LineDownError("the line is down")
        answering = asyncio.ensure_future(self._charge_point.call(request, suppress=False, unique_id=message_id))
        breaking = asyncio.ensure_future(self.closed.wait())
        try:
            await asyncio.wait({answering, breaking}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                return answering.result()
            raise LineDownError("the line broke before the answer came")
        except OCPPError as error:
            raise CallRefusedError(type(request).__name__, error.code, error.description) from error
        finally:
            answering.cancel()
            breaking.cancel()

    async def close(self) -> None:
        """Close the line in good order."""
        if self._socket is not None:
            await self._socket.close()

    def abort(self) -> None:
        """Cut the line without a goodbye, as when the network dies."""
        if self._socket is not None:
            self._socket.transport.abort()
        self.closed.set()


def describe_frame(text: str) -> dict[str, Any]:
    """Return the parts of an OCPP-J frame by name, for the event log."""
    try:
        message = json.loads(text)
        kind, message_id, *rest = message
    except (ValueError, TypeError):
        return {"text": text}
    if kind == CALL:
        return {"type": kind, "id": message_id, "action": rest[0], "payload": rest[1]}
    return {"type": kind, "id": message_id, "payload": rest[0] if len(rest) == 1 else rest}
