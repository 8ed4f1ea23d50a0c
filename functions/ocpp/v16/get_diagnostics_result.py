"""The answer to GetDiagnostics: the name of the file, or none where there is nothing to upload (ocpp-1.6 §5.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs
from functions.ocpp.jobs import answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The job is accepted, or empty where no file is named."""
    return answered(
        reply, jobs.DIAGNOSTICS, {"": jobs.ACCEPTED if (reply.payload or {}).get("fileName") else jobs.NOTHING}
    )
