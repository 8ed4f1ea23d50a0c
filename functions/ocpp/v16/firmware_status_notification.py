"""FirmwareStatusNotification: how a firmware update goes (ocpp-1.6 §4.5); answered also where none was asked for."""

from __future__ import annotations

from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import record


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events; one write, no read."""
    return record(frame, {})
