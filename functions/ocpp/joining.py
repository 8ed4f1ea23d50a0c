"""A running transaction gets its token: the cable was plugged in first, or the message that named the token came late.

OCPP 2.x only: its transactions may begin before anybody is authorised (E01), and events arrive in any order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store import chargers, outbox, sessions
from csms.store.dynamo import Condition
from functions.ocpp.paying import charging_writes, snapshot, start_used, waiting_payment
from functions.ocpp.placing import place_of
from functions.ocpp.reserving import used_writes
from functions.ocpp.starting import cdr_token, partner_of
from functions.ocpp.stopping import stop_command

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Update, Write
    from functions.ocpp.authorization import Verdict
    from functions.ocpp.starting import Start


def is_due(transaction: Item, verdict: Verdict | None) -> bool:
    """Whether what was presented changes anything: the first token counts, and an accepted one after a refused one."""
    if verdict is None:
        return False
    known = transaction.get("token_status")
    return known is None or (verdict.accepted and known != "Accepted")


def join_writes(start: Start, transaction: Item, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    """Everything that is written when a known transaction gets its token. `start` says it as if it began here."""
    payment = waiting_payment(verdict, store)
    if payment is not None:
        return (*_paid(start, transaction, payment, verdict, now, store), *used_writes(start, verdict, store))
    if verdict.accepted:
        return (*_plain(start, transaction, verdict, now, store), *used_writes(start, verdict, store))
    return _refused(start, transaction, verdict, now)


def place_writes(
    start: Start, transaction: Item, now: datetime, store: Store
) -> tuple[dict[str, Any], tuple[Write, ...]]:
    """Facts for the transaction, and the EVSE's row, where a later event says at last where it runs."""
    if not start.evse_id or transaction["evse_id"]:
        return {}, ()
    place = {} if transaction.get("tariff") else place_of(
        start.charger.charger_id, start.evse_id, start.connector_id, store
    ).facts  # fmt: skip
    facts = {"evse_id": start.evse_id, "connector_id": start.connector_id, **place}
    known = {name: value for name, value in facts.items() if value is not None}
    active = chargers.get_active(store, start.charger.charger_id, start.evse_id)
    if transaction["state"] != "open" or (active and active["state"] == "open"):
        return known, ()
    row = chargers.active_put(
        start.charger.charger_id,
        start.evse_id,
        start.transaction_id,
        now,
        session_id=transaction["session_id"],
        id_token=transaction.get("id_token", ""),
        started_at=transaction["started_at"],
    )
    return known, (row,)


def _paid(
    start: Start, transaction: Item, payment: Item, verdict: Verdict, now: datetime, store: Store
) -> tuple[Write, ...]:
    """The session that stood for the plugged-in cable stays behind as INVALID; the payment's own takes its place."""
    remote_start: Any = verdict.remote_start
    writes: tuple[Write, ...] = (
        _token_known(start, transaction, verdict, now, **snapshot(payment)),
        *charging_writes(payment, remote_start, start.transaction_id, start.started_at, now, store),
    )
    active = chargers.get_active(store, start.charger.charger_id, int(transaction["evse_id"]))
    if active and active["transaction_id"] == start.transaction_id and active["state"] == "open":
        known = {"session_id": payment["session_id"], "id_token": start.id_token}
        writes += (
            chargers.active_changed(start.charger.charger_id, int(transaction["evse_id"]), start.transaction_id, known),
        )
    return writes


def _plain(start: Start, transaction: Item, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    owner = partner_of(verdict)
    more = {"partner_id": owner} if owner else {}
    writes: list[Write] = [_token_known(start, transaction, verdict, now, **more)]
    if verdict.remote_start is not None:
        writes.append(start_used(verdict.remote_start, start.transaction_id))
    session = sessions.get_session(store, transaction["session_id"])
    if session is None or session["session"]["status"] != "INVALID":
        return tuple(writes)
    changes = {
        "status": "ACTIVE",
        "start_date_time": format_time(start.started_at),
        "cdr_token": cdr_token(verdict, start.id_token),
    }
    facts = {**more, "owner": f"{owner or sessions.LOCAL_OWNER}#SESSIONS", "pushed_at": format_time(now)}
    time = format_time(now)
    writes.append(sessions.session_changed(transaction["session_id"], changes, time, was=("INVALID",), **facts))
    if owner:
        document = {**session["session"], **changes, "last_updated": time}
        writes.append(outbox.to_partner(owner, "sessions", transaction["session_id"], "PUT", document, now))
    if transaction["state"] == "ended":
        writes.append(outbox.to_settlement(transaction["session_id"], now))
    return tuple(writes)


def _refused(start: Start, transaction: Item, verdict: Verdict, now: datetime) -> tuple[Write, ...]:
    known = _token_known(start, transaction, verdict, now)
    late = verdict.remote_start is not None and transaction["state"] == "open"
    if not late or "stop_requested_at" in transaction:
        return (known,)
    # A start that was given up for lost: the driver's hold is released already, so nothing may be charged.
    asked = replace(known, set={**known.set, "stop_requested_at": format_time(now), "stop_reason": "late-start"})
    return (asked, *stop_command(start.charger, start.transaction_id, now, reason="late-start"))


def _token_known(start: Start, transaction: Item, verdict: Verdict, now: datetime, **facts: Any) -> Update:
    write = sessions.ledger_extended(
        start.charger.charger_id,
        start.transaction_id,
        start.ledger,
        now,
        id_token=start.id_token,
        token_status=verdict.status,
        started_at=format_time(start.started_at),
        **start.facts,
        **facts,
    )
    token_as_read = (
        Condition("token_status", "=", transaction["token_status"])
        if "token_status" in transaction
        else Condition("token_status", "absent")
    )
    return replace(write, conditions=(token_as_read, Condition("state", "=", transaction["state"])))
