"""The answer to GetCompositeSchedule (K08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.smart_charging import composite_told

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps the schedule that results from all profiles."""
    return composite_told(reply)
