"""The answer to ClearVariableMonitoring (N06): the monitors that are not there any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.store import monitors, station_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Cleared now, or (NotFound) not there anyway; a monitor that may not be cleared stays."""
    results: Any = (reply.payload or {}).get("clearMonitoringResult")
    gone = {
        result["id"]
        for result in (results if isinstance(results, list) else [])
        if isinstance(result, dict)
        and result.get("status") in {"Accepted", "NotFound"}
        and isinstance(result.get("id"), int)
    }
    rows = [monitors.cleared(reply.charger.charger_id, monitor_id, reply.now) for monitor_id in sorted(gone)]
    return station_rows.commit_but_last(reply.store, rows)
