"""Reservations of a charger, `RESERVATION#<id>` (`csms.domain.reservations` is their life). The ids are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.domain import reservations as rules
from csms.domain.times import format_time
from csms.store.chargers import expiry, partition
from csms.store.dynamo import Condition, Item, Put, Store, Update

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PREFIX: Final = "RESERVATION#"


def key(reservation_id: int) -> str:
    """The sort key of a reservation."""
    return f"{PREFIX}{reservation_id:010d}"


def opened(
    charger_id: str, reservation_id: int, valid_until: datetime, now: datetime, *, evse_id: int, **facts: Any
) -> Put:
    """A new reservation of an EVSE (1.6: connector; 0: any). `facts`: id_token, group_id, connector_type, command_id.

    The id may be used again once its reservation has ended.
    """
    row = {
        "pk": partition(charger_id),
        "sk": key(reservation_id),
        "kind": "RESERVATION",
        "charger_id": charger_id,
        "reservation_id": reservation_id,
        "evse_id": evse_id,
        "state": "REQUESTED",
        "requested_at": format_time(now),
        "valid_until": format_time(valid_until),
        "expires_at_s": expiry(valid_until),
        **facts,
    }
    ended = Condition("state", "in", tuple(sorted(rules.ENDED)))
    return Put(CHARGERS, row, (Condition("pk", "absent", or_else=ended),))


def get(store: Store, charger_id: str, sort_key: str) -> Item | None:
    """A reservation by its sort key, or None."""
    return store.get(CHARGERS, partition(charger_id), sort_key)


def list_of(store: Store, charger_id: str) -> list[Item]:
    """A charger's reservations by id."""
    return store.query(CHARGERS, partition(charger_id), prefix=PREFIX)


def changed(reservation: Mapping[str, Any], event: str, **facts: Any) -> tuple[Update, ...]:
    """The step that `event` makes of the reservation as it was read; nothing where it changes nothing."""
    state = rules.next_state(str(reservation["state"]), event)
    if state == reservation["state"]:
        return ()
    known = {name: value for name, value in facts.items() if value is not None}
    unchanged = Condition("state", "=", reservation["state"])
    update = Update(
        CHARGERS, str(reservation["pk"]), str(reservation["sk"]), set={"state": state, **known}, conditions=(unchanged,)
    )
    return (update,)
