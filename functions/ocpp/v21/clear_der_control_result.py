"""The answer to ClearDERControl (OCPP 2.1, block R): one control by its id, or all of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.store.station_state import DER, list_states, state_removed
from functions.ocpp.v21.answers import accepted

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write
    from functions.ocpp.decision import Reply

_ROWS_MAX: Final = 90  # a commit takes 100 items


def writes(reply: Reply) -> tuple[Write, ...]:
    """Forgets what the station cleared."""
    if not accepted(reply):
        return ()
    asked, charger_id = reply.command["payload"], reply.charger.charger_id
    if "controlId" in asked:
        return (state_removed(charger_id, DER, asked["controlId"]),)
    known = [row for row in list_states(reply.store, charger_id, DER) if _is_meant(row, asked)]
    return tuple(state_removed(charger_id, DER, row["name"]) for row in known[:_ROWS_MAX])


def _is_meant(row: Item, asked: dict[str, Any]) -> bool:
    of_kind = asked.get("controlType") in (None, row.get("control_type"))
    return of_kind and row.get("is_default") == asked["isDefault"]
