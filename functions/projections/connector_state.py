"""A 1.6 connector's status becomes an entry of the transaction that runs on it: parked or charging is told nowhere else.

2.x stations say it in the transaction's own events (chargingState); their connector statuses do not tell it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from csms.domain.times import parse_time
from csms.domain.transaction import entry, state_key
from csms.store import chargers, sessions
from csms.store.dynamo import Condition, ConditionFailed

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store

_TELLING: Final = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"})


def note_state(store: Store, row: Item) -> None:
    """Add the status to the open transaction of its connector, so that the running cost knows of it."""
    if row["status"] not in _TELLING:
        return
    active = chargers.get_active(store, row["charger_id"], int(row["evse_id"]))
    if active is None or active["state"] != "open" or row["reported_at"] < active["started_at"]:
        return
    at = parse_time(row["reported_at"])
    noted = sessions.ledger_extended(
        row["charger_id"],
        active["transaction_id"],
        {state_key(at, row["status"]): entry(at, st=row["status"])},
        parse_time(row["received_at"]),
    )
    try:
        store.commit(replace(noted, conditions=(*noted.conditions, Condition("state", "=", "open"))))
    except ConditionFailed:
        return  # it ended meanwhile: settling reads the statuses themselves
