"""SignedFirmwareStatusNotification: how a signed firmware update goes (1.6 security extension, L01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events; one write, no read."""
    return record(frame, {})
