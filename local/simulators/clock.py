"""A clock that can run faster than real time, stand still, or be moved by hand."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """Simulated time: `scale` simulated seconds pass in one real second.

    With `scale=600` a charging session of 20 minutes takes 2 real seconds.
    With `scale=0` time stands still and moves only by `advance`, which makes energy figures exact in tests.
    `start` is the simulated time at creation (aware UTC); by default the real time.
    """

    def __init__(self, scale: float = 1.0, start: datetime | None = None) -> None:
        if scale < 0:
            raise ValueError("simulated time cannot run backwards")
        self.scale = scale
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()
        self._offset_seconds = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the simulated time, aware, in UTC."""
        elapsed_seconds = (time.monotonic() - self._began) * self.scale + self._offset_seconds
        return self._start + timedelta(seconds=elapsed_seconds)

    def advance(self, seconds: float) -> None:
        """Jump forward by `seconds` and wake everybody whose sleep ends by then."""
        self._offset_seconds += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds` of simulated time."""
        deadline = self.now() + timedelta(seconds=seconds)
        while (remaining_seconds := (deadline - self.now()).total_seconds()) > 0:
            real_seconds = remaining_seconds / self.scale if self.scale else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(real_seconds):
                    await self._moved.wait()


def wire_time(moment: datetime) -> str:
    """Return `moment` as it stands in OCPP and OCPI messages: `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
