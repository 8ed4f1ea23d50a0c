"""The answer to SetChargingProfile (ocpp-1.6 §5.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.smart_charging import profile_answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps an accepted profile in the place of those that it replaces."""
    return profile_answered(reply)
