"""One JSON line an event, cheap enough for the path of a frame: `log.write(catalogue.OCPP_FRAME, charger_id=…)`.

Names and levels come from `log_catalogue`. Fields that look like a secret or like personal data are never written, whoever
passes them. Fields of `log.context` are on every line written inside it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csms.edge.log_catalogue import LogEvent

HIDDEN: Final = "***"
_SECRET_WORDS: Final = (
    "token",
    "password",
    "secret",
    "authorization",
    "eft",
    "id_tag",
    "idtag",
    "uid",
    "contract_id",
)
_NOT_SECRET: Final = frozenset({"evse_uid", "token_type"})
# The reference of a payment opens its receipt: lines about one payment are found by a digest of it.
_DIGESTED: Final = frozenset({"payment_id", "authorization_reference"})
_TEXT_MAX: Final = 1000
_FRAMES_MAX: Final = 12

_context: ContextVar[dict[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 - replaced, never changed


@contextmanager
def context(**fields: Any) -> Iterator[None]:
    """Adds fields to every line written inside."""
    before = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(before)


def write(event: LogEvent, *, error: BaseException | None = None, **fields: Any) -> None:
    """Writes one line. `error` adds its type and where it was raised, not its text: that may quote what was sent."""
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": event.level,
        "event": event.name,
    }
    line |= {name: _shown(name, value) for name, value in {**_context.get(), **fields}.items() if value is not None}
    if error is not None:
        line |= _described(error)
    sys.stdout.write(json.dumps(line, default=str, ensure_ascii=False, separators=(",", ":")) + "\n")


def reference(text: str) -> str:
    """The short digest under which a payment stands in the logs."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _shown(name: str, value: Any) -> Any:
    lower = name.lower()
    if lower in _DIGESTED:
        return reference(str(value))
    if lower not in _NOT_SECRET and any(word in lower for word in _SECRET_WORDS):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _shown(str(key), member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown("", member) for member in value]
    return value[:_TEXT_MAX] if isinstance(value, str) else value


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    where = [f"{frame.filename.rsplit('/python/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__
    return {
        "error": type(error).__name__,
        "error_cause": type(cause).__name__ if cause else None,
        "error_at": where,
    }
