"""Metered values of a running transaction: one write, and the guard of the driver's limit on what it returned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from csms.domain.times import format_time
from csms.store import sessions
from csms.store.dynamo import Condition
from functions.ocpp.stopping import stop_command

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Write
    from functions.ocpp.decision import Charger


def guard_limit(charger: Charger, transaction: Item, now: datetime) -> tuple[Write, ...]:
    """The remote stop, once, where the running cost comes near the limit; nothing for transactions without one."""
    if transaction.get("limit_amount") is None or transaction["state"] != "open" or "stop_requested_at" in transaction:
        return ()
    from csms.domain.limit import stop_due

    if not stop_due(transaction, now):
        return ()
    requested = sessions.ledger_extended(
        charger.charger_id,
        transaction["transaction_id"],
        {},
        now,
        stop_requested_at=format_time(now),
        stop_reason="limit",
    )
    once = replace(requested, conditions=(*requested.conditions, Condition("stop_requested_at", "absent")))
    return (once, *stop_command(charger, transaction["transaction_id"], now, reason="limit"))
