"""ReservationStatusUpdate: the station ended a reservation, because of its time or because it cannot keep it (H04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.reserving import status_told

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events and ends the reservation, where it is known and open."""
    return status_told(frame)
