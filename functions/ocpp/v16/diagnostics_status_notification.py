"""DiagnosticsStatusNotification: how a diagnostics upload goes (ocpp-1.6 §4.4)."""

from __future__ import annotations

from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import record


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events; one write, no read."""
    return record(frame, {})
