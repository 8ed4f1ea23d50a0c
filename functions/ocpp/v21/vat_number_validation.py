"""VatNumberValidation: a driver typed a VAT number for his invoice (OCPP 2.1, block C).

The number is checked by its country's rules; whether the company exists only the tax offices' own service knows, which
is not asked. So no company is named in the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.vat import is_vat_number, normal_form
from functions.ocpp.recording import record

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Answers whether the number can be one, and keeps the question; one write, no read."""
    number = frame.payload["vatNumber"]
    valid = is_vat_number(number)
    answer: dict[str, Any] = {
        "vatNumber": normal_form(number) if valid else number,
        "status": "Accepted" if valid else "Rejected",
    }
    if not valid:
        answer["statusInfo"] = {"reasonCode": "InvalidValue"}
    if "evseId" in frame.payload:
        answer["evseId"] = frame.payload["evseId"]
    return record(frame, answer)
