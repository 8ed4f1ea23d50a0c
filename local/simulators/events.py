"""What happened in a simulator, in order: to wait for, to iterate over, to print."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime


@dataclass(frozen=True)
class Event:
    """One thing that happened: `kind` is a word such as `status`, `details` are its facts."""

    at: datetime
    kind: str
    details: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.details.get(key)

    def matches(self, kind: str, **details: Any) -> bool:
        """Tell whether this is an event of `kind` in which each of `details` has the given value."""
        return self.kind == kind and all(self.details.get(key) == value for key, value in details.items())

    def __str__(self) -> str:
        facts = " ".join(f"{key}={value}" for key, value in self.details.items())
        return f"{self.at:%H:%M:%S} {self.kind} {facts}".rstrip()


class EventLog:
    """Keeps every event and tells listeners and waiters about new ones."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._changed = asyncio.Event()
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []

    def record(self, kind: str, **details: Any) -> Event:
        """Append an event that happens now."""
        event = Event(self._now(), kind, details)
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        return event

    def all(self, kind: str, **details: Any) -> list[Event]:
        """Return the recorded events of `kind` with these details, oldest first."""
        return [event for event in self.events if event.matches(kind, **details)]

    @property
    def mark(self) -> int:
        """The present end of the log, to be given as `since` later."""
        return len(self.events)

    async def wait_for(self, predicate: Callable[[Event], bool], timeout_seconds: float = 5, since: int = 0) -> Event:
        """Return the first event from index `since` on for which `predicate` holds, waiting for it if need be.

        Raises TimeoutError, naming the last events, when none comes within `timeout_seconds` of real time.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                async for event in self.follow(since):
                    if predicate(event):
                        return event
        except TimeoutError:
            recent = "\n  ".join(str(event)[:300] for event in self.events[-8:])
            raise TimeoutError(f"not seen within {timeout_seconds} s; the last events were:\n  {recent}") from None
        raise AssertionError("an event log has no end")

    async def wait_for_kind(self, kind: str, timeout_seconds: float = 5, since: int = 0, **details: Any) -> Event:
        """Return the first event of `kind` with these details (see `wait_for`)."""
        return await self.wait_for(lambda event: event.matches(kind, **details), timeout_seconds, since)

    async def follow(self, since: int = 0) -> AsyncIterator[Event]:
        """Yield the events from index `since` on, then new ones as they come, without end."""
        position = since
        while True:
            changed = self._changed
            while position < len(self.events):
                yield self.events[position]
                position += 1
            if changed is self._changed:
                await changed.wait()
