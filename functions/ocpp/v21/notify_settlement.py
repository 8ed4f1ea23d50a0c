"""NotifySettlement: the station's own payment terminal settled a payment, or could not (OCPP 2.1, block C)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.ocppj.meter_values import plausible_time
from csms.store import chargers, sessions
from csms.store.station_state import SETTLEMENT, state_set
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row

if TYPE_CHECKING:
    from csms.store.dynamo import Write


def decide(frame: Frame) -> Decision:
    """Keeps the payment under the reference of its payment service provider, and on its transaction where that is known.

    The answer names a receipt of ours where the station made none of its own.
    """
    payload = frame.payload
    key = chargers.digest(payload["pspRef"])
    ours = {} if "receiptId" in payload or "receiptUrl" in payload else {"receiptId": f"S-{key}"}
    record = _record(frame, ours.get("receiptId"))
    kept: tuple[Write, ...] = (event_row(frame), state_set(frame.charger_id, SETTLEMENT, key, frame.now, **record))
    if "transactionId" not in payload:
        return Decision(ours, kept)
    noted = sessions.ledger_extended(frame.charger_id, payload["transactionId"], {}, frame.now, settlement=record)
    return Decision(ours, (*kept, noted), otherwise=lambda: Decision(ours, kept))


def _record(frame: Frame, receipt_id: str | None) -> dict[str, Any]:
    payload = frame.payload
    known = {
        "psp_ref": payload["pspRef"],
        "status": payload["status"],
        "status_info": payload.get("statusInfo"),
        "amount": payload["settlementAmount"],
        "settled_at": format_time(plausible_time(payload["settlementTime"], frame.now)),
        "transaction_id": payload.get("transactionId"),
        "receipt_id": payload.get("receiptId") or receipt_id,
        "receipt_url": payload.get("receiptUrl"),
        "vat_number": payload.get("vatNumber"),
        "vat_company": payload.get("vatCompany"),
    }
    return {name: value for name, value in known.items() if value is not None}
