"""Reservations in frames: answered, used by a transaction, cancelled, ended by the charger. Both protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import reservations as rules
from csms.domain.times import format_time
from csms.store import reservations
from functions.ocpp.decision import Decision
from functions.ocpp.recording import event_row

if TYPE_CHECKING:
    from csms.store.dynamo import Store, Write
    from functions.ocpp.authorization import Verdict
    from functions.ocpp.decision import Frame, Reply
    from functions.ocpp.starting import Start


def reserved(reply: Reply) -> tuple[Write, ...]:
    """The answer to ReserveNow: anything but Accepted refuses, with the status as the reason."""
    if reply.error is not None:
        return _told(reply, rules.REFUSED, reason=reply.error)
    status = str((reply.payload or {}).get("status", ""))
    if status == "Accepted":
        return _told(reply, rules.ACCEPTED)
    return _told(reply, rules.REFUSED, reason=status)


def cancelled(reply: Reply) -> tuple[Write, ...]:
    """The answer to CancelReservation: Rejected means that the charger knows of none, so there is none any more."""
    status = str((reply.payload or {}).get("status", ""))
    event = {"Accepted": rules.CANCELLED, "Rejected": rules.UNKNOWN}.get(status)
    return _told(reply, event) if event else ()


def status_told(frame: Frame) -> Decision:
    """ReservationStatusUpdate: recorded, and the reservation ends where it was open."""
    row = reservations.get(frame.store, frame.charger_id, reservations.key(frame.payload["reservationId"]))
    event = str(frame.payload["reservationUpdateStatus"])
    steps = reservations.changed(row, event, ended_at=format_time(frame.now)) if row else ()
    return Decision({}, (event_row(frame), *steps), otherwise=lambda: status_told(frame))


def used_writes(start: Start, verdict: Verdict, store: Store) -> tuple[Write, ...]:
    """A transaction ends the reservation that it was reserved by. Most chargers do not name it."""
    named = start.facts.get("reservation_id")
    group_id = (verdict.token or {}).get("group_id")
    for row in reservations.list_of(store, start.charger.charger_id):
        if rules.is_used_by(
            row,
            reservation_id=named,
            evse_id=start.evse_id,
            id_token=start.id_token,
            group_id=group_id,
            started_at=start.started_at,
        ):
            return reservations.changed(row, rules.STARTED, transaction_id=start.transaction_id)
    return ()


def _told(reply: Reply, event: str, **facts: str) -> tuple[Write, ...]:
    key = reply.command["origin"].get("reservation")
    row = reservations.get(reply.store, reply.charger.charger_id, key) if key else None
    return reservations.changed(row, event, answered_at=format_time(reply.now), **facts) if row else ()
