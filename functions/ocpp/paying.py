"""The payment that a transaction belongs to: found by the remote start, told that charging has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.store import chargers, outbox, sessions

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write
    from functions.ocpp.authorization import Verdict

# What a transaction takes over from its payment: it is priced and limited without another read.
_SNAPSHOT: Final = ("tariff", "limit_amount", "currency", "time_zone", "payment_id", "partner_id", "session_id")


def waiting_payment(verdict: Verdict, store: Store) -> Item | None:
    """The payment that this start belongs to, while it still waits for it."""
    row = verdict.remote_start
    if row is None or row["state"] != "pending" or "payment_id" not in row:
        return None
    payment = sessions.get_payment(store, row["payment_id"])
    return payment if payment and payment["state"] == "STARTING" else None


def snapshot(payment: Item) -> dict[str, Any]:
    """What the transaction keeps of its payment."""
    return {name: payment[name] for name in _SNAPSHOT if payment.get(name) is not None}


def charging_writes(
    payment: Item, remote_start: Item, transaction_id: str, started_at: datetime, now: datetime, store: Store
) -> tuple[Write, ...]:
    """The payment charges: its start is used up, its session is active, the partner and the state machine learn of it."""
    session = sessions.get_session(store, payment["session_id"])
    if session is None:
        raise LookupError("a payment that waits for its start has a session")
    begun = {"status": "ACTIVE", "start_date_time": format_time(started_at)}
    document = {**session["session"], **begun, "last_updated": format_time(now)}
    identity, charger_id = payment["payment_id"], remote_start["charger_id"]
    key = sessions.transaction_key(charger_id, transaction_id)
    return (
        start_used(remote_start, transaction_id),
        sessions.session_changed(
            payment["session_id"], begun, format_time(now), was=("PENDING",), transaction=key, pushed_at=format_time(now)
        ),
        sessions.payment_changed(
            identity,
            was=("STARTING",),
            state="CHARGING",
            transaction_id=transaction_id,
            transaction=key,
            charging_since=format_time(started_at),
        ),
        outbox.to_partner(
            payment["partner_id"], "sessions", payment["session_id"], "PUT", document, now,
            row_id=f"active-{payment['session_id']}",
        ),
        outbox.to_workflow(
            identity, "success", now, task_token=payment["start_token"], row_id=f"started-{identity}",
            output={"transaction_id": transaction_id},
        ),
    )  # fmt: skip


def start_used(remote_start: Item, transaction_id: str) -> Write:
    """The remote start has its transaction: it starts no other one."""
    return chargers.remote_start_changed(
        remote_start["charger_id"],
        int(remote_start["remote_start_id"]),
        "bound",
        was="pending",
        transaction_id=transaction_id,
    )
