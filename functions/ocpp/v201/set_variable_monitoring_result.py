"""The answer to SetVariableMonitoring (N04): each monitor that was taken, under the id that the station gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.device_model import read_variable
from csms.store import monitors, station_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Update, Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The rows of the monitors that were accepted; value and scope stand in the request only."""
    results: Any = (reply.payload or {}).get("setMonitoringResult")
    asked = {_key(entry): entry for entry in reply.command["payload"].get("setMonitoringData") or []}
    rows: dict[int, Update] = {}
    for result in results if isinstance(results, list) else []:
        variable = read_variable(result)
        if variable is None or result.get("status") != "Accepted" or not isinstance(result.get("id"), int):
            continue
        facts = {"transaction": False, **asked.get(_key(result), {}), **result}
        rows[result["id"]] = monitors.told(
            reply.charger.charger_id, result["id"], variable, facts, monitors.SET, reply.now
        )
    return station_rows.commit_but_last(reply.store, list(rows.values()))


def _key(entry: Any) -> tuple[Any, ...]:
    variable = read_variable(entry)
    return (variable.key, entry.get("type"), entry.get("severity")) if variable is not None else ()
