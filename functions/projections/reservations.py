"""Reservations that a connector cannot keep: Faulted and Unavailable end them (ocpp-1.6 §5.13, 2.0.1 H01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csms.domain import reservations as rules
from csms.domain.times import parse_time
from csms.store import lists, reservations
from csms.store.dynamo import ConditionFailed

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store

_OUT_OF_ORDER: Final = frozenset({"Faulted", "Unavailable"})


def release_reservations(store: Store, status: Item) -> None:
    """End what was reserved on an EVSE none of whose connectors works any more; EVSE 0 speaks for the whole station."""
    if status["status"] not in _OUT_OF_ORDER:
        return
    charger_id, evse_id, at = status["charger_id"], status["evse_id"], parse_time(status["reported_at"])
    held = [
        row
        for row in reservations.list_of(store, charger_id)
        if row["state"] in rules.OPEN
        and (not evse_id or row["evse_id"] == evse_id)
        and row["requested_at"] <= status["reported_at"]
    ]
    if not held or (evse_id and _some_connector_works(store, charger_id, int(evse_id))):
        return
    for row in held:
        event = rules.OUT_OF_ORDER if rules.state_at(row, at) in rules.OPEN else rules.EXPIRED
        try:
            store.commit(*reservations.changed(row, event, ended_at=status["received_at"], reason=status["status"]))
        except ConditionFailed:
            continue  # it ended otherwise at this very moment


def _some_connector_works(store: Store, charger_id: str, evse_id: int) -> bool:
    rows = [row for row in lists.latest_statuses(store, charger_id) if row["evse_id"] == evse_id]
    return any(row["status"] not in _OUT_OF_ORDER for row in rows)
