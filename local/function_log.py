"""Where the functions' own log lines go: a file, so that what a person reads on the screen is the story alone."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from local import scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Split:
    """A standard output that sends what an invocation writes to the log file."""

    def __init__(self, screen: TextIO, log: TextIO) -> None:
        self._screen, self._log = screen, log

    def write(self, text: str) -> int:
        """Write to the file inside an invocation, else to the screen."""
        running = scope.current()
        return (self._log if running is not None and running.invocation is not None else self._screen).write(text)

    def flush(self) -> None:
        """Flush both."""
        self._screen.flush()
        self._log.flush()

    def isatty(self) -> bool:
        """Whether the screen is a terminal."""
        return self._screen.isatty()


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Send the functions' output to a file (replaced) while the block runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = sys.stdout
    with path.open("w", encoding="utf-8", buffering=1) as log:
        sys.stdout = _Split(before, log)
        try:
            yield
        finally:
            sys.stdout = before
