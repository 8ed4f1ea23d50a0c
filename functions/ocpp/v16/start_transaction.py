"""StartTransaction: always answered with a real transaction id (ocpp-1.6 §4.8), once for the same content.

Retries come under new message ids and must get the first answer: judging the token anew would give another status and
the charger would stop. The stored answer is found by (connector, idTag, time stamp, meterStart).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.contract import CHARGERS
from csms.domain.transaction import entry, sample_key
from csms.edge.ending import lost_writes
from csms.ocppj.meter_values import number, plausible_time
from csms.store import chargers, sessions
from csms.store.dynamo import Put, absent
from functions.ocpp.authorization import id_tag_info, verdict_of
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.starting import Start, start_writes

if TYPE_CHECKING:
    from csms.store.dynamo import Item


def decide(frame: Frame) -> Decision:
    """Draws a transaction id and records the start, or repeats the stored answer."""
    pk, sk = _key(frame.payload, frame.charger_id)
    known = frame.store.get(CHARGERS, pk, sk)
    if known:
        return Decision(known["answer"])
    again = _under_another_time(frame)
    if again:
        return Decision(again)
    payload = frame.payload
    verdict = verdict_of(frame.store, frame.charger_id, payload["idTag"], frame.now, starts="")
    started_at = plausible_time(payload.get("timestamp"), frame.now)
    meter_start = number(payload["meterStart"])
    transaction_id = str(_next_transaction_id(frame))
    start = Start(
        frame.charger,
        transaction_id,
        payload["connectorId"],
        1,
        payload["idTag"],
        started_at,
        {
            sample_key(started_at, "Transaction.Begin"): entry(
                started_at, context="Transaction.Begin", energy_wh=meter_start
            )
        },
        meter_start,
        {"reservation_id": payload.get("reservationId"), "rules": list(frame.rules) or None},
    )
    answer = {"transactionId": int(transaction_id), "idTagInfo": id_tag_info(verdict)}
    row = {
        "pk": pk,
        "sk": sk,
        "kind": "START",
        "charger_id": frame.charger_id,
        "answer": answer,
        "expires_at_s": chargers.expiry(frame.now),
    }
    writes = (Put(CHARGERS, row, (absent(),)), *start_writes(start, verdict, frame.now, frame.store))
    lost = lost_writes(frame.store, frame.charger_id, payload["connectorId"], started_at, frame.now)
    return Decision(answer, writes, otherwise=lambda: decide(frame), after=lambda _: lost)


def unusable(frame: Frame) -> dict[str, Any]:
    """The answer to a start that could not be read: a real id, never 0, and a status that makes the charger stop."""
    return {"transactionId": _next_transaction_id(frame), "idTagInfo": {"status": "Invalid"}}


def _key(payload: dict[str, Any], charger_id: str) -> tuple[str, str]:
    return chargers.start_key(
        charger_id, payload["connectorId"], payload["idTag"], payload["timestamp"], str(payload["meterStart"])
    )


def _under_another_time(frame: Frame) -> dict[str, Any] | None:
    """The same start, repeated after the charger's clock was set: the connector's open transaction has its card and meter.

    Only while nothing else was metered: a new session of the same card starts at a higher register.
    """
    payload = frame.payload
    active = chargers.get_active(frame.store, frame.charger_id, payload["connectorId"])
    if not active or active["state"] != "open" or active["id_token"].upper() != payload["idTag"].upper():
        return None
    if active.get("meter_start_wh") != number(payload["meterStart"]):
        return None
    transaction: Item | None = sessions.get_transaction(frame.store, frame.charger_id, active["transaction_id"])
    if transaction is None or any(
        "wh" in e and e["wh"] > active["meter_start_wh"] for e in transaction["ledger"].values()
    ):
        return None
    status = transaction["token_status"]
    return {
        "transactionId": int(transaction["transaction_id"]),
        "idTagInfo": {"status": "Invalid" if status == "Unknown" else status},
    }


def _next_transaction_id(frame: Frame) -> int:
    drawn = frame.store.commit(sessions.next_transaction_id())
    if drawn is None:
        raise LookupError("a counter returns its value")
    return int(drawn["value"])
