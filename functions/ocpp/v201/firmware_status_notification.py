"""FirmwareStatusNotification: how a firmware update goes (L01, L02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs
from functions.ocpp.jobs import status_told

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events and takes its firmware job further, where one is known."""
    return status_told(frame, jobs.FIRMWARE)
