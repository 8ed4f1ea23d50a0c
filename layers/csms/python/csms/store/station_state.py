"""What a charger is set to now, one row a thing: the newest word about it stands, however often and late it is said.

Items of partition `CP#<charger_id>` beside those of `csms.store.chargers`:

| sort key | what |
|---|---|
| `STREAM#<id>` | a periodic event stream: parameters, monitor, open or closed |
| `DER#<control_id>` | a control of a distributed energy resource: what was set, what was reported, whether it runs |
| `DERALARM#<control_type>` | the latest alarm of a kind of control |
| `TARIFF#<evse_id>` | the default tariff that was set, and the tariffs that the station reported (EVSE 0: all) |
| `TXTARIFF#<transaction_id>` | the tariff that a running transaction was changed to |
| `SCHEDULE#<profile_id>` | the last update of a dynamic charging schedule |
| `SWAP#<request_id>` | a battery swap and its steps |
| `SETTLEMENT#<psp_ref>` | a payment that the station's own terminal settled |
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.store import station_rows
from csms.store.chargers import partition
from csms.store.dynamo import Delete, Item, Store, Update

if TYPE_CHECKING:
    from datetime import datetime

STREAM: Final = "STREAM"
DER: Final = "DER"
DER_ALARM: Final = "DERALARM"
TARIFF: Final = "TARIFF"
TRANSACTION_TARIFF: Final = "TXTARIFF"
SCHEDULE: Final = "SCHEDULE"
SWAP: Final = "SWAP"
SETTLEMENT: Final = "SETTLEMENT"

_PASSING: Final = frozenset({SETTLEMENT, SWAP, TRANSACTION_TARIFF})  # kept for the usual time, then of no interest
_KEEP_SETTINGS: Final = timedelta(days=3650)


def state_set(charger_id: str, kind: str, key: str | int, now: datetime, **facts: Any) -> Update:
    """Sets what is now known of the thing `key`; facts that are None stay as they were, the row is made where absent."""
    keep = station_rows.KEEP if kind in _PASSING else _KEEP_SETTINGS
    return station_rows.kept(charger_id, kind, str(key), now, keep=keep, name=str(key), **facts)


def state_removed(charger_id: str, kind: str, key: str | int) -> Delete:
    """The thing is there no more; removing it again changes nothing."""
    return Delete(CHARGERS, partition(charger_id), f"{kind}#{key}")


def get_state(store: Store, charger_id: str, kind: str, key: str | int) -> Item | None:
    """What is known of one thing, or None."""
    return station_rows.get(store, charger_id, kind, str(key))


def list_states(store: Store, charger_id: str, kind: str) -> list[Item]:
    """Every thing of a kind, in the order of their keys."""
    return station_rows.all_of(store, charger_id, kind)
