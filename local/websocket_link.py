"""One WebSocket on an aiohttp connection: after the handshake the bytes go through the sans-IO protocol of `websockets`.

aiohttp's own WebSocket knows no limit per frame, and API Gateway has one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from local.settings import FRAME_BYTES_MAX, MESSAGE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

UNSUPPORTED_DATA: Final = 1003
INVALID_DATA: Final = 1007
ABNORMAL: Final = 1006
NO_STATUS: Final = 1005
CLOSE_SECONDS: Final = 2.0
SEND_BUFFER_BYTES_MAX: Final = 1024 * 1024


class Link:
    """An open WebSocket. `on_text` gets each message; `closed` resolves to (code, reason) when it is over."""

    def __init__(self, transport: asyncio.Transport, on_text: Callable[[str], None]) -> None:
        self._transport = transport
        self._on_text = on_text
        self._protocol = Protocol(Side.SERVER, max_size=(MESSAGE_BYTES_MAX, FRAME_BYTES_MAX))
        self._parts: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._forced: tuple[int, str] | None = None
        self.closed: asyncio.Future[tuple[int, str]] = self._loop.create_future()

    def start(self, protocol: Any, head: bytes) -> None:
        """Answer the handshake with `head` and take the connection over from aiohttp's request handler."""
        self._transport.write(head)
        protocol.keep_alive(False)
        protocol.set_parser(self)

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Aiohttp's call with what arrived."""
        self._protocol.receive_data(bytes(data))
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._received(event)
        self._flush()
        return False, b""

    def feed_eof(self) -> None:
        """Aiohttp's call when the peer is gone."""
        self._protocol.receive_eof()
        self._finish()

    def send_text(self, data: bytes) -> bool:
        """Send a message; False when the peer does not take what was sent before."""
        if self._transport.get_write_buffer_size() > SEND_BUFFER_BYTES_MAX:
            return False
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(data)
            self._flush()
        return True

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake; the connection is cut if the peer does not answer it."""
        if self._protocol.state is State.OPEN:
            self._forced = (code, reason)
            self._protocol.send_close(code, reason)
            self._flush()

    def _received(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self._protocol.fail(UNSUPPORTED_DATA, "binary frames are not supported")
            return
        # A frame may arrive together with the peer's close behind it: it counts. After a close of our own it does not.
        given_up = self._protocol.close_sent is not None and self._protocol.close_rcvd is None
        if frame.opcode not in {Opcode.TEXT, Opcode.CONT} or given_up:
            return
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return
        message, self._parts = b"".join(self._parts), []
        try:
            self._on_text(message.decode())
        except UnicodeDecodeError:
            self._protocol.fail(INVALID_DATA, "not UTF-8")

    def _flush(self) -> None:
        try:
            written = self._protocol.data_to_send()
        except ProtocolError:
            written = []
        for data in written:
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof() and not self._transport.is_closing():
                self._transport.write_eof()
        if self._protocol.close_expected() and not self.closed.done():
            self._loop.call_later(CLOSE_SECONDS, self._finish)
        if self._protocol.state is State.CLOSED or (self._protocol.close_rcvd and self._protocol.close_sent):
            self._finish()

    def _finish(self) -> None:
        if self.closed.done():
            return
        received, sent = self._protocol.close_rcvd, self._protocol.close_sent
        if self._forced is not None:
            outcome = self._forced
        elif received is not None and (sent is None or self._protocol.close_rcvd_then_sent):
            outcome = (received.code, received.reason)
        elif sent is not None:
            outcome = (sent.code, sent.reason)
        else:
            outcome = (ABNORMAL, "Connection closed abnormally")
        self.closed.set_result(outcome)
        self._transport.close()
