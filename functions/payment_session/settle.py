"""Settle: price the ended session, make its CDR and tell its partner. For payments and for sessions without one.

Two callers: the state machine with a payment, the settlement queue with a session. Everything is written by one
transaction, on the condition that the TX item is still the one that was priced; a session that has its CDR is not
settled again. Energy that is not believed is held for a person: who approves sends the session through the queue again.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import SESSIONS
from csms.domain import payment as rules
from csms.domain.times import parse_time
from csms.domain.transaction import missing_seq
from csms.edge import log, log_catalogue
from csms.store import chargers, master, sessions
from csms.store.dynamo import ConditionFailed, Store
from functions.payment_session import steps
from functions.payment_session.billing import Case, bill, with_states
from functions.payment_session.settlement_writes import held_writes, settled_writes, unbilled_writes

if TYPE_CHECKING:
    from csms.store.dynamo import Item

# A 2.x station may send the end before what it metered while offline: the rest of a ledger with gaps is waited for.
PATIENCE: Final = timedelta(seconds=10)
_PAUSE_SECONDS: Final = 2.0
_TRIES: Final = 5
_MAKES_NO_INVOICE: Final = "PTP"


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The state machine's `{"payment"}`, answered with `{"await_capture"}`; or messages of the settlement queue.

    A message is `{"session_id"}`; those that fail are reported and come again.
    """
    store = Store()
    if "Records" not in event:
        return {"await_capture": settle_payment(store, steps.payment_id_of(event))}
    failures = []
    for record in event["Records"]:
        try:
            settle_session(store, json.loads(record["body"])["session_id"])
        except Exception as error:  # noqa: BLE001 - one message must not hold up the others
            log.write(log_catalogue.UNEXPECTED_ERROR, error=error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def settle_payment(store: Store, payment_id: str) -> bool:
    """Settle the session of a payment. Returns whether a capture is to be waited for."""
    payment = steps.payment_of(store, payment_id)
    if payment["state"] in {"REJECTED", "EXPIRED"}:
        return False
    if payment["state"] not in rules.SETTLED_STATES:
        settle_session(store, payment["session_id"])
        payment = steps.payment_of(store, payment_id)
    return payment["state"] == "SETTLED" and bool(payment.get("await_capture"))


def settle_session(store: Store, session_id: str) -> None:
    """Settle a session once; it stays as it is where that was done, or where a person must approve it first."""
    for _ in range(_TRIES):
        session = sessions.get_session(store, session_id)
        if session is None or "transaction" not in session:
            raise LookupError("a session that ended has a transaction")
        waits_for_person = "review" in session and not session.get("review_approved")
        if "cdr_id" in session or "settled_at" in session or waits_for_person:
            return
        try:
            _settle(store, session)
        except ConditionFailed:
            continue  # another run was quicker, or a late message changed the ledger
        return
    raise steps.ContendedError


def _settle(store: Store, session: Item) -> None:
    payment = sessions.get_payment(store, session["payment_id"]) if session.get("payment_id") else None
    case = _case(store, session, payment)
    now = datetime.now(UTC)
    session_id = session["session_id"]
    if session["session"]["status"] == "INVALID":
        store.commit(*unbilled_writes(case, now))
        return
    made = bill(case, cdr_id=session_id, now=now)
    if made.reasons:
        store.commit(*held_writes(case, made.reasons, payment, now))
        log.write(log_catalogue.SESSION_HELD_FOR_REVIEW, session_id=session_id, reasons=made.reasons)
        return
    report_due = payment is not None and invoices_are_ours(payment)
    store.commit(*settled_writes(case, made, payment, now, await_capture=report_due and made.amount > 0))
    log.write(log_catalogue.SESSION_SETTLED, session_id=session_id, payment_id=(payment or {}).get("payment_id"))


def invoices_are_ours(payment: Item) -> bool:
    """Whether we make the invoice (terminal's `invoice_creator`): then, and only then, captures are reported to us."""
    return payment.get("invoice_creator") != _MAKES_NO_INVOICE


def _case(store: Store, session: Item, payment: Item | None) -> Case:
    transaction, ledger = _ripe_ledger(store, session["transaction"])
    case = Case(session, transaction, ledger, master.get_location(store, session["session"]["location_id"]))
    if transaction.get("protocol") == "ocpp1.6":
        statuses = chargers.statuses_between(
            store, transaction["charger_id"], int(transaction["evse_id"]), 1, case.started_at, case.ended_at
        )
        case = replace(case, ledger=with_states(ledger, statuses))
    if payment is not None and invoices_are_ours(payment):
        case = replace(case, invoice_reference_id=payment["authorization_reference"])
    return case


def _ripe_ledger(store: Store, key: str) -> tuple[Item, dict[str, Any]]:
    """The transaction with its whole ledger. While messages are missing that may be on their way, wait a little."""
    while True:
        transaction = store.get(SESSIONS, key, sessions.TX)
        if transaction is None:
            raise LookupError("a session that ended has a transaction")
        ledger = sessions.full_ledger(store, transaction)
        waited_since = parse_time(transaction["updated_at"])
        if not missing_seq(ledger.values()) or datetime.now(UTC) >= waited_since + PATIENCE:
            return transaction, ledger
        time.sleep(_PAUSE_SECONDS)
