"""A transaction ends: once, whoever says so first, and what must follow is written with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time, parse_time
from csms.domain.transaction import came_late
from csms.store import chargers, outbox, sessions
from csms.store.dynamo import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write


def end_writes(
    transaction: Item,
    ended_at: datetime,
    entries: Mapping[str, Mapping[str, Any]],
    now: datetime,
    store: Store,
    **facts: Any,
) -> tuple[Write, ...]:
    """Everything that is written when an open transaction ends. `facts`: meter_stop_wh, stopped_reason, ended_by."""
    charger_id, transaction_id = transaction["charger_id"], transaction["transaction_id"]
    ended_at = max(ended_at, parse_time(transaction["started_at"]))  # a clock that was set back in between
    known = {name: value for name, value in facts.items() if value is not None}
    writes: list[Write] = [
        sessions.transaction_ended(charger_id, transaction_id, entries, now, ended_at=format_time(ended_at), **known)
    ]
    active = chargers.get_active(store, charger_id, int(transaction["evse_id"]))
    if active and active["transaction_id"] == transaction_id:
        writes.append(chargers.active_ended(charger_id, int(transaction["evse_id"]), transaction_id))
    payment = sessions.get_payment(store, transaction["payment_id"]) if transaction.get("payment_id") else None
    if payment is None:
        writes.append(outbox.to_settlement(transaction["session_id"], now))
        return tuple(writes)
    return (*writes, *payment_ended(payment, now))


def lost_writes(store: Store, charger_id: str, evse_id: int, started_at: datetime, now: datetime) -> tuple[Write, ...]:
    """End the transaction that still stands open on an EVSE where another one begins: its own end was never reported.

    It ends at what was last metered. A stop that arrives later finds it ended and adds its samples. A start that comes
    late out of the charger's queue (it began at `started_at`, before the one that runs) ends nothing.
    """
    active = chargers.get_active(store, charger_id, evse_id) if evse_id else None
    if active is None or active["state"] != "open" or came_late(active, started_at, now):
        return ()
    transaction = sessions.get_transaction(store, charger_id, active["transaction_id"])
    if transaction is None or transaction["state"] != "open":
        return ()
    last = max((parse_time(e["t"]) for e in transaction["ledger"].values()), default=now)
    writes = end_writes(
        transaction, last, {}, now, store, stopped_reason="Other", ended_by="next-start", incomplete=True
    )
    # The EVSE's row belongs to the newer transaction by the time this is written.
    return tuple(write for write in writes if getattr(write, "sk", "") != f"ACTIVE#{evse_id}")


def payment_ended(payment: Item, now: datetime) -> tuple[Write, ...]:
    """Tell the state machine, where it waits already; else it finds `transaction_ended` when it comes to wait.

    Nothing where the payment does not charge: it was told before.
    """
    if payment["state"] != "CHARGING":
        return ()
    token = payment.get("charge_token")
    same = Condition("charge_token", "=", token) if token else Condition("charge_token", "absent")
    ended = sessions.payment_changed(
        payment["payment_id"],
        was=("CHARGING",),
        conditions=(same,),
        state="ENDED",
        transaction_ended=True,
        ended_at=format_time(now),
    )
    if not token:
        return (ended,)
    signal = outbox.to_workflow(
        payment["payment_id"], "success", now, task_token=token, row_id=f"ended-{payment['payment_id']}", output={}
    )
    return (ended, signal)
