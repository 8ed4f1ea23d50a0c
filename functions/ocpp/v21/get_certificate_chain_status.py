"""GetCertificateChainStatus: is each certificate of an EV's chain still good (OCPP 2.1, block M)?

No OCSP responder or CRL source is configured here, so the honest answer for each is Failed: it could not be found out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.domain.times import format_time
from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame

_ASK_AGAIN: Final = timedelta(hours=1)


def decide(frame: Frame) -> Decision:
    """Answers Failed for every certificate asked about, to be asked again in an hour, and keeps the question."""
    again = format_time(frame.now + _ASK_AGAIN)
    statuses = [
        {
            "certificateHashData": asked["certificateHashData"],
            "source": asked["source"],
            "status": "Failed",
            "nextUpdate": again,
        }
        for asked in frame.payload["certificateStatusRequests"]
    ]
    return record(frame, {"certificateStatus": statuses})
