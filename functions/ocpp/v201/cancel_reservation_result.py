"""The answer to CancelReservation (H02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.reserving import cancelled

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The reservation is over, also where the charger knew of none."""
    return cancelled(reply)
