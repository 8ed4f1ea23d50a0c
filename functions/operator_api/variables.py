"""The device model of a station: what it reports of its settings, what was desired of it, and where the two differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.contract import SORT_KEY
from csms.store import device_model
from functions.operator_api.api import Page, Reply
from functions.operator_api.problems import Invalid, NotFound
from functions.operator_api.stations import found

if TYPE_CHECKING:
    from csms.store.dynamo import Item
    from functions.operator_api.api import ApiRequest

_SHOWN: Final = (
    "component", "component_instance", "evse_id", "connector_id", "variable", "variable_instance", "secret", "unit",
    "data_type", "min_limit", "max_limit", "values_list", "supports_monitoring", "changed_at",
)  # fmt: skip


def list_variables(request: ApiRequest, charger_id: str) -> Reply:
    """Variables of a station (1.6: its configuration keys), by name. `component`, `variable`, `drift=true` filter."""
    query = request.http.query
    name, drift = (query.get("variable") or "").lower(), query.get("drift") or "false"
    if drift not in {"true", "false"}:
        raise Invalid(faults=[("drift", "not true or false")])
    after, limit = request.cursor() or "", request.limit()
    rows = device_model.variables(request.store, found(request, charger_id)["charger_id"], query.get("component"))
    wanted = [
        row
        for row in rows
        if row[SORT_KEY] > after
        and (not name or row["variable"].lower() == name)
        and (drift == "false" or _has_drifted(row))
    ]
    next_key = wanted[limit - 1][SORT_KEY] if len(wanted) > limit else None
    return Page(wanted[:limit], next_key).reply(_shown)


def get_report(request: ApiRequest, charger_id: str, request_id: str) -> Reply:
    """How far a report (GetBaseReport, GetReport) has come: its parts, and whether they are all there."""
    charger_id = found(request, charger_id)["charger_id"]
    number = int(request_id) if request_id.isascii() and request_id.lstrip("-").isdigit() else None
    parts = device_model.report_parts(request.store, charger_id, number) if number is not None else []
    if not parts:
        raise NotFound(f"No part of a report {request_id} has come")
    return Reply(
        {
            "request_id": number,
            "complete": device_model.report_is_complete(parts),
            "parts": len(parts),
            "variables": sum(int(part["variables"]) for part in parts),
        }
    )


def _has_drifted(row: Item) -> bool:
    return any(attribute["drift"] for attribute in device_model.attributes(row).values())


def _shown(row: Item) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN if name in row} | {"attributes": device_model.attributes(row)}
