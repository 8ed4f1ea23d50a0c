"""Work that a simulator does beside everything else, and ends when the simulator ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Background:
    """Runs coroutines as tasks; `on_error` hears what they raise, `expected` errors end there."""

    def __init__(self, on_error: Callable[[Exception, bool], None], expected: tuple[type[Exception], ...]) -> None:
        self._on_error = on_error
        self._expected = expected
        self._tasks: set[asyncio.Future[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        """Begin `work` and return its task."""
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before it began, it would warn otherwise
        return task

    async def end(self) -> None:
        """Cancel everything that still runs and wait until it is gone."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except self._expected as error:
            self._on_error(error, False)
        except Exception as error:
            self._on_error(error, True)
            raise
        return None
