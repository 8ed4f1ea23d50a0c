"""NotifyCustomerInformation: one part of what the station has stored of a customer (N09, N10)."""

from __future__ import annotations

from csms.store import customer_information
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Keeps the part until it expires; the parts are put together when they are read."""
    said = frame.payload
    row = customer_information.part(
        frame.charger_id, said["requestId"], said["seqNo"], said["data"], frame.now, tbc=bool(said.get("tbc"))
    )
    return Decision({}, (row,))
