"""Housekeeping of a TX item: its ledger is kept short, and its EVSE is free once it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.contract import SESSIONS
from csms.domain.compaction import moved_out
from csms.store import chargers
from csms.store.dynamo import ConditionFailed, Put, Update, exists

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store


def keep_short(store: Store, transaction: Item) -> None:
    """Move what the running cost does not need into a row of its own; settling reads both.

    The row's key is made of what it holds, so that moving the same again writes the same. Entries that arrive meanwhile
    are not touched: only the moved keys are removed.
    """
    moved = moved_out(transaction["ledger"])
    if not moved:
        return
    row = {
        "pk": transaction["pk"],
        "sk": f"LEDGER#{chargers.digest(moved)}",
        "kind": "LEDGER",
        "ledger": {key: transaction["ledger"][key] for key in moved},
    }
    store.commit(
        Put(SESSIONS, row),
        Update(
            SESSIONS,
            transaction["pk"],
            transaction["sk"],
            set={"spilled": True},
            remove=tuple(("ledger", key) for key in moved),
            conditions=(exists(),),
        ),
    )


def end_active(store: Store, transaction: Item) -> None:
    """Free the EVSE of a transaction that ended without the charger saying so (settled as it was last metered)."""
    evse_id, transaction_id = int(transaction["evse_id"]), transaction["transaction_id"]
    active = chargers.get_active(store, transaction["charger_id"], evse_id)
    if active is None or active["state"] != "open" or active["transaction_id"] != transaction_id:
        return
    try:
        store.commit(chargers.active_ended(transaction["charger_id"], evse_id, transaction_id))
    except ConditionFailed:
        return  # the next transaction stands there already
