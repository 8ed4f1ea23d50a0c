"""StopTransaction: always answered, ends a transaction once (ocpp-1.6 §4.10).

Unknown ids, -1 (a start that was never confirmed) and 0 occur: the stop is matched to the charger's open transaction by
idTag, or where only one is open; what matches nothing is parked. A repeated stop gets the same answer and changes
nothing but the samples that it adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.transaction import Entry, entry, sample_key
from csms.edge.ending import end_writes
from csms.ocppj.meter_values import ledger_entries, number, plausible_time, readings_16
from csms.store import chargers, sessions
from functions.ocpp.authorization import id_tag_info, verdict_of
from functions.ocpp.decision import Answer, Decision, Frame

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item


def decide(frame: Frame) -> Decision:
    """Ends the transaction with its final register and the samples that came along."""
    payload = frame.payload
    answer = _answer(frame)
    transaction = _find(frame)
    if transaction is None:
        parked = chargers.parked(frame.charger_id, frame.action, payload, "no transaction to stop", frame.now)
        return Decision(answer, (parked,))
    ended_at = plausible_time(payload.get("timestamp"), frame.now)
    entries = _entries(payload, ended_at, frame.now)
    transaction_id = transaction["transaction_id"]
    if transaction["state"] == "ended":
        return Decision(answer, (sessions.ledger_extended(frame.charger_id, transaction_id, entries, frame.now),))
    writes = end_writes(
        transaction,
        ended_at,
        entries,
        frame.now,
        frame.store,
        meter_stop_wh=number(payload.get("meterStop")),
        stopped_reason=payload.get("reason", "Local"),
        stop_id_token=payload.get("idTag"),
        ended_by="charger",
    )
    return Decision(answer, writes, otherwise=lambda: decide(frame))


def _answer(frame: Frame) -> Answer:
    id_tag = frame.payload.get("idTag")
    if not id_tag:
        return {}
    return {"idTagInfo": id_tag_info(verdict_of(frame.store, frame.charger_id, id_tag, frame.now))}


def _entries(payload: dict[str, Any], ended_at: datetime, now: datetime) -> dict[str, Entry]:
    entries = ledger_entries(readings_16(payload.get("transactionData") or (), now))
    register = number(payload.get("meterStop"))
    key = sample_key(ended_at, "Transaction.End")
    if key not in entries:
        entries[key] = entry(ended_at, context="Transaction.End", energy_wh=register)
    return entries


def _find(frame: Frame) -> Item | None:
    """The transaction that is meant. The id of another charger's transaction never matches: the key holds the charger."""
    given = frame.payload.get("transactionId")
    if isinstance(given, int) and given > 0:
        found = sessions.get_transaction(frame.store, frame.charger_id, given)
        if found:
            return found
    running = [row for row in chargers.list_active(frame.store, frame.charger_id) if row["state"] == "open"]
    id_tag = frame.payload.get("idTag", "").upper()
    register = number(frame.payload.get("meterStop"))
    plausible = [row for row in running if register is None or register >= row.get("meter_start_wh", 0)]
    same_card = [row for row in plausible if id_tag and row["id_token"].upper() == id_tag]
    candidates = same_card or plausible
    if len(candidates) != 1:
        return None
    return sessions.get_transaction(frame.store, frame.charger_id, candidates[0]["transaction_id"])
