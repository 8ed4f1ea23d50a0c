"""The answer to GetChargingProfiles (K09): reports follow, or there are no profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.smart_charging import profiles_answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Notes what is to be expected of the report."""
    return profiles_answered(reply)
