"""A 1.6 connector's status becomes an entry of the transaction that runs on it: parked or charging is told nowhere else.

2.x stations say it in the transaction's own events (chargingState); their connector statuses do not tell it.

In both a connector that is free while its transaction stands open says that its end was lost, or has not arrived yet
(the order differs from charger to charger): the transaction is put on the list of stranded ones, and the sweeper ends it
when nothing more comes.
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

FREE: Final = "Available"
_TELLING: Final = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"})


def note_state(store: Store, row: Item) -> None:
    """Add the status to the open transaction of its connector, so that the running cost knows of it."""
    if row["status"] not in _TELLING and row["status"] != FREE:
        return
    active = chargers.get_active(store, row["charger_id"], int(row["evse_id"]))
    if active is None or active["state"] != "open" or row["reported_at"] < active["started_at"]:
        return
    if row["status"] == FREE:
        _strand(store, row, active["transaction_id"])
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


def _strand(store: Store, row: Item, transaction_id: str) -> None:
    received_at = parse_time(row["received_at"])
    try:
        store.commit(sessions.transaction_stranded(row["charger_id"], transaction_id, row["reported_at"], received_at))
    except ConditionFailed:
        return  # it ended meanwhile, or is on the list already
