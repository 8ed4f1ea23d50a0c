"""FirmwareStatusNotification: how a firmware update goes (L01); answered also where none was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the station's events; one write, no read."""
    return record(frame, {})
