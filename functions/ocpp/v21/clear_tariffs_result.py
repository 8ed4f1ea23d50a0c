"""The answer to ClearTariffs (OCPP 2.1, block I): one result a tariff, without an id where all were to be cleared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from csms.store.station_state import TARIFF, list_states, state_set
from functions.ocpp.v21.answers import members

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write
    from functions.ocpp.decision import Reply

_CLEARED: Final = frozenset({"Accepted", "NoTariff"})
_ROWS_MAX: Final = 90  # a commit takes 100 items


def writes(reply: Reply) -> tuple[Write, ...]:
    """Forgets the wanted tariffs that the station cleared or does not have."""
    results = members(reply, "clearTariffsResult")
    cleared = {result.get("tariffId") for result in results if result.get("status") in _CLEARED}
    asked, charger_id = reply.command["payload"], reply.charger.charger_id
    if not cleared:
        return ()
    rows = [row for row in list_states(reply.store, charger_id, TARIFF) if _is_meant(row, asked, cleared)]
    gone = ("desired", "desired_status")
    return tuple(
        replace(state_set(charger_id, TARIFF, row["name"], reply.now), remove=gone) for row in rows[:_ROWS_MAX]
    )


def _is_meant(row: Item, asked: dict[str, Any], cleared: set[Any]) -> bool:
    """A result without an id speaks of every tariff that was asked for."""
    if "desired" not in row or ("evseId" in asked and str(asked["evseId"]) != row["name"]):
        return False
    tariff_id = row["desired"]["tariffId"]
    named = asked.get("tariffIds")
    return tariff_id in cleared or (None in cleared and (not named or tariff_id in named))
