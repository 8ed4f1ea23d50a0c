"""LogStatusNotification: how a log upload goes (N01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the station's events; one write, no read."""
    return record(frame, {})
