"""LogStatusNotification: how a log upload goes (1.6 security extension, N01)."""

from __future__ import annotations

from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import record


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events; one write, no read."""
    return record(frame, {})
