"""DataTransfer of chargers (ocpp-1.6 §4.3, 2.0.1 P02): the vendors and messages that are known here, and who handles them.

`VENDORS`: for each vendor id its message ids, each with the module whose `decide(frame)` answers it ("" stands for a
message without id). A vendor that has no messages here only listens: `csms.domain.price_display` sends under its name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from csms.domain.price_display import VENDOR_ID
from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame

VENDORS: Final[dict[str, dict[str, str]]] = {VENDOR_ID: {}}


def transferred(frame: Frame) -> Decision:
    """The answer of the message's handler. What nobody handles is kept, and said to be unknown: never an error."""
    messages = VENDORS.get(str(frame.payload["vendorId"]).lower())
    if messages is None:
        return record(frame, {"status": "UnknownVendorId"})
    module = messages.get(str(frame.payload.get("messageId") or ""))
    if module is None:
        return record(frame, {"status": "UnknownMessageId"})
    decision: Decision = import_module(module).decide(frame)
    return decision
