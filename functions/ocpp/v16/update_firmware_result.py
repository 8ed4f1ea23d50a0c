"""The answer to UpdateFirmware is empty: the charger will try (ocpp-1.6 §5.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs
from functions.ocpp.jobs import answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The job is accepted; only an error refuses it."""
    return answered(reply, jobs.FIRMWARE, {"": jobs.ACCEPTED})
