"""DataTransfer: what vendors say to each other (P02). No vendor extension is known here yet; all is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Keeps the message and answers UnknownVendorId, as the standard wants of an unknown vendor."""
    return record(frame, {"status": "UnknownVendorId"})
