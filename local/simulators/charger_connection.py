"""How a simulated charger holds its line: dialling, booting, losing the line, queueing and replaying."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from local.simulators.background import Background
from local.simulators.charger_link import (
    CallRefusedError,
    ChargerLink,
    Handler,
    HandshakeRefusedError,
    LineDownError,
    basic_authorization,
    describe_frame,
    endpoint_url,
)
from local.simulators.events import EventLog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from ssl import SSLContext

    from local.simulators.charger_options import ChargerOptions
    from local.simulators.clock import SimulatedClock

BOOT_ACCEPTED = "Accepted"


@dataclass
class QueuedMessage:
    """A transaction message that must reach the CSMS: `send(message_id)` delivers it, `offline` tells when it arose."""

    name: str
    send: Callable[[str | None], Awaitable[None]]
    offline: bool
    message_id: str | None = None
    attempts: int = field(default=0)


class ChargerConnection(ABC):
    """The line of a simulated charger, the same for every OCPP version.

    The events recorded here: connected, dial_refused, line_lost, frame_sent, frame_received, boot, queued, replayed,
    unanswered, dropped, error.
    """

    subprotocol: str
    charge_point_class: Any

    def __init__(
        self,
        url: str,
        charger_id: str,
        password: str | bytes | None,
        *,
        clock: SimulatedClock,
        options: ChargerOptions,
        headers: Mapping[str, str] | None = None,
        ssl: SSLContext | None = None,
    ) -> None:
        self.url = url
        self.charger_id = charger_id
        self.password = password
        self.clock = clock
        self.options = options
        self.headers = dict(headers or {})
        self.ssl = ssl
        self.log = EventLog(clock.now)
        self.queue: deque[QueuedMessage] = deque()
        self.firmware_version = "1.0.0"
        self.registration_status: str | None = None
        self.heartbeat_interval_seconds = 0.0
        self._link: ChargerLink | None = None
        self._background = Background(
            self._note_error, (LineDownError, CallRefusedError, HandshakeRefusedError, TimeoutError)
        )
        self.spawn = self._background.spawn
        self._replaying = asyncio.Lock()
        self._stay_offline = False
        self._heartbeat_task: asyncio.Future[Any] | None = None

    @abstractmethod
    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands this charger understands, by action."""

    @abstractmethod
    def boot_request(self, reason: str) -> Any:
        """Return the BootNotification of this charger."""

    @abstractmethod
    async def report_all_statuses(self) -> None:
        """Send the status of everything, as after a boot or a reconnect."""

    @abstractmethod
    async def send_heartbeat(self) -> None:
        """Send a Heartbeat."""

    @property
    def online(self) -> bool:
        """Whether the line is up."""
        return self._link is not None and not self._link.closed.is_set()

    async def connect(self) -> None:
        """Dial the CSMS. Raises HandshakeRefusedError when it is refused."""
        link = ChargerLink(
            self.charge_point_class,
            self.routes(),
            self._record_frame,
            self.spawn,
            answer_timeout_seconds=self.options.answer_timeout_real_seconds,
            counting_ids=self.options.counting_message_ids,
        )
        headers = dict(self.headers)
        if self.password is not None:
            headers["Authorization"] = basic_authorization(self.charger_id, self.password)
        await link.open(endpoint_url(self.url, self.charger_id), self.charger_id, self.subprotocol, headers, self.ssl)
        link.ignore_calls = self.options.ignore_commands
        self._link, self._stay_offline = link, False
        self.log.record("connected", url=self.url)
        self.spawn(self._serve(link))

    async def boot(self, reason: str = "PowerUp", attempts: int = 1) -> str:
        """Send BootNotification up to `attempts` times, `interval` apart, and return the last registration status.

        Once accepted, sends what is queued, then every status, and keeps up the heartbeat.
        """
        for attempt in range(1, attempts + 1):
            answer = await self.call(self.boot_request(reason))
            self.registration_status = str(answer.status)
            self.heartbeat_interval_seconds = float(answer.interval)
            self.log.record("boot", status=self.registration_status, interval=answer.interval, reason=reason)
            if self.registration_status == BOOT_ACCEPTED:
                self._keep_heartbeat()
                await self.replay_queue()
                await self.report_all_statuses()
                break
            if attempt < attempts:
                await asyncio.sleep(self.heartbeat_interval_seconds)
        return self.registration_status or ""

    async def call(self, request: Any, message_id: str | None = None) -> Any:
        """Send a request of the `ocpp` package and return the answer.

        Raises LineDownError, CallRefusedError or TimeoutError.
        """
        if self._link is None:
            raise LineDownError("the charger never dialled")
        return await self._link.call(request, message_id)

    async def send_raw(self, text: str) -> None:
        """Send any text as a frame: for tests of what a CSMS does with nonsense."""
        if self._link is None:
            raise LineDownError("the charger never dialled")
        await self._link.send(text)

    async def notify(self, request: Any) -> bool:
        """Send a message that is not worth queueing; tell whether it was answered."""
        try:
            await self.call(request)
        except (LineDownError, CallRefusedError, TimeoutError) as error:
            self.log.record("error", message=type(request).__name__, error=str(error))
            return False
        return True

    async def deliver(self, name: str, send: Callable[[str | None], Awaitable[None]]) -> None:
        """Queue a transaction message and, while the line is up, send everything that waits, in order."""
        message = QueuedMessage(name, send, offline=not self.online)
        self.queue.append(message)
        if message.offline:
            self.log.record("queued", message=name)
        else:
            await self.replay_queue()

    async def replay_queue(self) -> None:
        """Send the queued transaction messages in order, until done or until the line fails."""
        async with self._replaying:
            while self.queue and self.online:
                if not await self._send_queued(self.queue[0]):
                    return
                self.queue.popleft()

    async def _send_queued(self, message: QueuedMessage) -> bool:
        """Send one queued message; return False when it has to stay in the queue."""
        if message.message_id is None or not self.options.same_id_on_retry:
            message.message_id = self._link.new_id() if self._link else None
        message.attempts += 1
        try:
            await message.send(message.message_id)
        except (LineDownError, TimeoutError) as error:
            self.log.record("unanswered", message=message.name, error=str(error))
            return False
        except CallRefusedError as refusal:
            self.log.record("dropped", message=message.name, code=refusal.code, error=str(refusal))
            return True
        if message.offline or message.attempts > 1:
            self.log.record("replayed", message=message.name, attempts=message.attempts)
        return True

    def lose_line(self) -> None:
        """Cut the line, without a goodbye, until `restore_line`."""
        self._stay_offline = True
        if self._link is not None:
            self._link.abort()

    async def restore_line(self) -> None:
        """Dial again after `lose_line`: the queue first, then the status of everything, and no boot."""
        await self.connect()
        await self._after_reconnect()

    async def go_offline(self) -> None:
        """Close the line in good order until `restore_line`."""
        self._stay_offline = True
        if self._link is not None:
            await self._link.close()
            await self._link.closed.wait()

    async def close(self) -> None:
        """Switch the charger off: close the line and end all its tasks."""
        await self.go_offline()
        await self._background.end()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    def _note_error(self, error: Exception, unexpected: bool) -> None:
        self.log.record("error", error=f"{type(error).__name__}: {error}", unexpected=unexpected)

    def _record_frame(self, direction: str, text: str) -> None:
        self.log.record(f"frame_{direction}", **describe_frame(text))

    async def _serve(self, link: ChargerLink) -> None:
        await link.serve()
        if link is not self._link:
            return
        self.log.record("line_lost", wanted=self._stay_offline)
        while self.options.reconnect and not self._stay_offline:
            await asyncio.sleep(self.options.reconnect_real_seconds)
            if await self._dial_again():
                return

    async def _dial_again(self) -> bool:
        """Try to come back after the server closed the line; return whether trying is over."""
        if self._stay_offline:
            return True
        try:
            await self.connect()
        except HandshakeRefusedError as refusal:
            self.log.record("dial_refused", error=str(refusal), http_status=refusal.http_status)
            return False
        self.spawn(self._after_reconnect())
        return True

    async def _after_reconnect(self) -> None:
        if self.options.boot_on_reconnect:
            await self.boot()
            return
        await self.replay_queue()
        if self.online:
            await self.report_all_statuses()

    def _keep_heartbeat(self) -> None:
        if self._heartbeat_task:
            self._heartbeat_task.cancel()
        if self.heartbeat_interval_seconds > 0:
            self._heartbeat_task = self.spawn(self._heartbeats())

    async def _heartbeats(self) -> None:
        """Heartbeats follow real time, so that a hurried clock does not flood the CSMS."""
        while True:
            await asyncio.sleep(self.heartbeat_interval_seconds)
            if self.online:
                await self.send_heartbeat()
