"""The answer to ClearChargingProfile (ocpp-1.6 §5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.smart_charging import profiles_cleared

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Drops the profiles that are not in force any more."""
    return profiles_cleared(reply)
