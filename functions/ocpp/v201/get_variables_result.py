"""The answer to GetVariables: the station's values, kept as they were said. Secrets are never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store import chargers
from functions.ocpp.secrecy import is_secret

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Add the reported values to those known of the station, secrets left out."""
    found = (reply.payload or {}).get("getVariableResult")
    known = dict(filter(None, map(_variable, found if isinstance(found, list) else [])))
    station = chargers.get_station(reply.store, reply.charger.charger_id) if known else None
    if station is None:
        return ()
    variables = {**station.get("variables", {}), **known}
    return (
        chargers.station_changed(
            station["charger_id"], {"variables": variables, "variables_at": format_time(reply.now)}
        ),
    )


def _variable(result: Any) -> tuple[str, dict[str, Any]] | None:
    """`Component/evse/connector.Variable` and its value; None for what was not told or must not be kept."""
    try:
        component, variable = result["component"], result["variable"]
        name = _named(component) + "".join(f"/{component['evse'][n]}" for n in _places(component))
        key = f"{name}.{_named(variable)}"
        attribute = result.get("attributeType", "Actual")
        if result["attributeStatus"] != "Accepted" or "attributeValue" not in result or is_secret(variable["name"]):
            return None
        return key if attribute == "Actual" else f"{key}#{attribute}", {"value": str(result["attributeValue"])}
    except (AttributeError, KeyError, TypeError):
        return None  # an answer of another shape; it stands with its command all the same


def _named(thing: dict[str, Any]) -> str:
    return f"{thing['name']}[{thing['instance']}]" if thing.get("instance") else str(thing["name"])


def _places(component: dict[str, Any]) -> list[str]:
    return [name for name in ("id", "connectorId") if name in (component.get("evse") or {})]
