"""Stranded transactions: the connector is free again, the end was never reported, and nothing more has come.

Real chargers lose the end of a transaction: killed in the middle, an answer that never arrived, a stop that is skipped.
Without this the driver's card would stay held until the state machine gives up after days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.domain.times import format_time, parse_time
from csms.edge import log, log_catalogue
from csms.edge.ending import end_writes
from csms.store import chargers, sessions
from csms.store.dynamo import ConditionFailed

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store

# Some chargers report the free connector first and the stop after it, some after a queue was worked off.
GRACE: Final = timedelta(minutes=5)
_FREE: Final = "Available"
_TRANSACTIONS_MAX: Final = 500


def sweep_transactions(store: Store, now: datetime) -> dict[str, int]:
    """End what is stranded; a stop that comes later adds its samples. Returns how many were ended."""
    until = format_time(now - GRACE)
    ended = 0
    for transaction in sessions.open_matters(store, sessions.OPEN_STRANDED, until, _TRANSACTIONS_MAX):
        current = sessions.get_transaction(store, transaction["charger_id"], transaction["transaction_id"])
        if current is None or current["state"] != "open" or "free_since" not in current:
            continue
        try:
            if _goes_on(store, current, now):
                store.commit(sessions.transaction_found(current["charger_id"], current["transaction_id"]))
            else:
                _end(store, current, now)
                ended += 1
        except ConditionFailed:
            continue  # its own end came at this moment, or the charger reported something: the next sweep sees it
    return {"transactions_ended": ended}


def _goes_on(store: Store, transaction: Item, now: datetime) -> bool:
    """Whether it is metered still, or its connector is not free any more."""
    if now - parse_time(transaction["updated_at"]) < GRACE:
        return True
    connector_id = int(transaction.get("connector_id") or 1)
    row = chargers.latest_status(store, transaction["charger_id"], int(transaction["evse_id"]), connector_id)
    return row is not None and row["status"] != _FREE


def _end(store: Store, transaction: Item, now: datetime) -> None:
    """It ended when its connector became free, at the latest metered register."""
    writes = end_writes(
        transaction,
        parse_time(transaction["free_since"]),
        {},
        now,
        store,
        stopped_reason="Other",
        ended_by="connector-free",
        incomplete=True,
    )
    store.commit(*writes)
    log.write(
        log_catalogue.TRANSACTION_STRANDED,
        charger_id=transaction["charger_id"],
        transaction_id=transaction["transaction_id"],
        session_id=transaction["session_id"],
    )
