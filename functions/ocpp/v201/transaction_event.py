"""TransactionEvent: everything of a transaction (OCPP 2.0.1 E01 to E15). Cannot be refused, is always answered.

A transaction is (station, transactionId). Its events come in any order, twice, without their first, and with sequence
numbers that cannot be trusted: whichever is seen first makes the transaction, each adds its entries to the ledger, a
late one finds its place and never reopens what ended. An Updated is the hot path: one write, no read.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time, parse_time
from csms.edge.ending import end_writes, lost_writes, payment_ended
from csms.store import sessions
from csms.store.dynamo import Condition, ConditionFailed, Put, StorageUnavailable, exists
from functions.ocpp.authorization import Verdict, id_token_info, verdict_of
from functions.ocpp.costs import limit_answer, running_cost_answer, station_facts
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.joining import is_due, join_writes, place_writes
from functions.ocpp.running import guard_limit
from functions.ocpp.starting import Start, start_writes
from functions.ocpp.v201.event import ENDED, STARTED, UPDATED, Event, event_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Update, Write

_TRIES: Final = 6
_NOBODY: Final = Verdict("")


def decide(frame: Frame) -> Decision:
    """Adds the event to its transaction; begins or ends it where it says so for the first time."""
    event = event_of(frame)
    if event.kind == UPDATED and event.id_token is None:
        return _updated(event)
    return _with_reads(event)


def unusable(frame: Frame) -> dict[str, Any]:
    """The answer to an event that could not be read: a token that nobody could check is not accepted."""
    return {"idTokenInfo": {"status": "Invalid"}} if frame.payload.get("idToken") else {}


def _updated(event: Event) -> Decision:
    """The hot path. What the event names (a remote start, an EVSE) the transaction must know already; else it is read."""
    write = _extended(event)
    if event.remote_start_id is not None:
        write = replace(write, conditions=(*write.conditions, exists("token_status")))
    if event.evse_id:
        write = replace(write, conditions=(*write.conditions, Condition("evse_id", ">", 0)))
    return Decision(
        lambda item: running_cost_answer(event.frame, item),
        (write,),
        otherwise=lambda: _with_reads(event),
        after=lambda item: _after(event, item),
    )


def _after(event: Event, transaction: Item) -> tuple[Write, ...]:
    """An event that is older than the start known so far moves it; else the driver's limit is guarded."""
    if _moves_start(event, transaction):
        time = format_time(event.first_at)
        moved = sessions.ledger_extended(
            event.frame.charger_id, event.transaction_id, {}, event.frame.now, started_at=time
        )
        return (replace(moved, conditions=(Condition("started_at", ">", time),)),)
    return guard_limit(event.frame.charger, transaction, event.frame.now)


def _moves_start(event: Event, transaction: Item) -> bool:
    return "authorized_at" not in transaction and event.first_at < parse_time(transaction["started_at"])


def _with_reads(event: Event, tries: int = _TRIES) -> Decision:
    """What the event changes, step by step: the transaction is made, gets its token, gets its place, ends.

    Steps before the last one are committed here, because one transaction item takes one change a commit. Each stands
    for itself: where a later one fails, the station repeats the event and finds what was done.
    """
    if not tries:
        raise StorageUnavailable("others keep changing this transaction")
    frame = event.frame
    transaction = sessions.get_transaction(frame.store, frame.charger_id, event.transaction_id)
    verdict = _verdict(event)
    answer = {"idTokenInfo": id_token_info(verdict)} if event.id_token is not None and verdict else {}

    def again() -> Decision:
        return _with_reads(event)

    if transaction is None:
        return _first(event, verdict or _NOBODY, answer, tries)
    start = _start(event, verdict or _NOBODY, transaction)
    steps = (
        join_writes(start, transaction, verdict, frame.now, frame.store)
        if verdict and is_due(transaction, verdict)
        else ()
    )
    if steps:
        return _step(event, steps, tries)
    facts, place = place_writes(start, transaction, frame.now, frame.store)
    if event.names_starter and event.kind != ENDED:
        answer |= limit_answer(frame, transaction)
    if event.kind == ENDED and transaction["state"] == "open":
        return Decision(answer, _end(event, transaction), otherwise=again)
    if event.kind == STARTED and event.begin_wh is not None:
        facts["meter_start_wh"] = event.begin_wh
    if _moves_start(event, transaction):
        facts["started_at"] = format_time(event.first_at)
    writes = (_extended(event, **facts), *place, *_untold_end(event, transaction))
    return Decision(answer, writes, otherwise=again)


def _first(event: Event, verdict: Verdict, answer: dict[str, Any], tries: int) -> Decision:
    """The first event that is seen of a transaction makes it, whichever it is."""
    frame = event.frame
    start = _start(event, verdict, None)
    writes = start_writes(start, verdict, frame.now, frame.store)
    if event.kind == ENDED:
        return _step(event, writes, tries)
    answer |= limit_answer(frame, _made(writes))
    lost = lost_writes(frame.store, frame.charger_id, start.evse_id, start.started_at, frame.now)
    return Decision(answer, writes, otherwise=lambda: _with_reads(event), after=lambda _: lost)


def _made(writes: tuple[Write, ...]) -> Mapping[str, Any]:
    """The transaction among what begins it."""
    return next((w.item for w in writes if isinstance(w, Put) and w.item.get("kind") == "TX"), {})


def _step(event: Event, writes: tuple[Write, ...], tries: int) -> Decision:
    with suppress(ConditionFailed):  # somebody was there first: what stands now is read
        event.frame.store.commit(*writes)
    return _with_reads(event, tries - 1)


def _verdict(event: Event) -> Verdict | None:
    """None where the event names nobody."""
    if not event.names_starter:
        return None
    frame = event.frame
    return verdict_of(
        frame.store,
        frame.charger_id,
        event.id_token or "",
        frame.now,
        event.remote_start_id,
        starts=event.transaction_id,
    )


def _start(event: Event, verdict: Verdict, transaction: Item | None) -> Start:
    """The event as a start: of a new transaction, or of a known one that gets its token by it."""
    remote_start = verdict.remote_start or {}
    started_at = event.first_at
    if transaction is not None and not event.authorises:
        started_at = min(started_at, parse_time(transaction["started_at"]))
    facts: dict[str, Any] = {"authorized_at": format_time(event.at)} if event.authorises else {}
    if transaction is None:
        facts["rules"] = list(event.frame.rules) or None
    if transaction is None or "reservationId" in event.frame.payload:
        facts["reservation_id"] = event.frame.payload.get("reservationId")
        facts |= station_facts(event.frame)
    return Start(
        event.frame.charger,
        event.transaction_id,
        event.evse_id or int(remote_start.get("evse_id", 0)),
        event.connector_id,
        event.id_token if event.id_token is not None else remote_start.get("id_tag", ""),
        started_at,
        event.entries,
        event.begin_wh,
        facts,
        over=event.kind == ENDED,
    )


def _extended(event: Event, **facts: Any) -> Update:
    return sessions.ledger_extended(
        event.frame.charger_id,
        event.transaction_id,
        event.entries,
        event.frame.now,
        **station_facts(event.frame),
        **facts,
    )


def _end(event: Event, transaction: Item) -> tuple[Write, ...]:
    about = event.frame.payload["transactionInfo"]
    return end_writes(
        transaction,
        event.at,
        event.entries,
        event.frame.now,
        event.frame.store,
        stopped_reason=about.get("stoppedReason", "Local"),
        stop_id_token=event.id_token,
        ended_by="charger",
        **station_facts(event.frame),
    )


def _untold_end(event: Event, transaction: Item) -> tuple[Write, ...]:
    """The end of the payment of a transaction that had ended before it was known whose it is."""
    if transaction["state"] != "ended" or not transaction.get("payment_id"):
        return ()
    payment = sessions.get_payment(event.frame.store, transaction["payment_id"])
    return payment_ended(payment, event.frame.now) if payment else ()
