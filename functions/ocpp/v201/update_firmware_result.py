"""The answer to UpdateFirmware (L01, L02); a bad certificate is a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs
from functions.ocpp.jobs import AGREED, answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Accepts or rejects the firmware job; an older one that is still open gave way to it."""
    return answered(reply, jobs.FIRMWARE, AGREED)
