"""FirmwareStatusNotification: how a firmware update goes (ocpp-1.6 §4.5); answered also where none was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events; one write, no read."""
    return record(frame, {})
