"""The answer to GetVariables: the station's values, kept in the rows of its device model. Secrets are never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.device_model import read_variable
from csms.store import device_model, station_rows
from csms.store.device_model import Told

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Add the reported values to those known of the station."""
    found = (reply.payload or {}).get("getVariableResult")
    told = filter(None, map(_told, found if isinstance(found, list) else []))
    rows = device_model.reported(reply.charger.charger_id, told, reply.now)
    return station_rows.commit_but_last(reply.store, rows)


def _told(result: Any) -> Told | None:
    """One attribute of one variable; None for what was not told, or for an answer of another shape."""
    variable = read_variable(result)
    if variable is None or result.get("attributeStatus") != "Accepted" or "attributeValue" not in result:
        return None
    return Told(variable, result.get("attributeType", "Actual"), str(result["attributeValue"]))
