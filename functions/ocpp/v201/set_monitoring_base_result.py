"""The answer to SetMonitoringBase (N05): which monitors are on; any base but All takes those away that we set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import monitors, station_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The base that was taken, and the end of custom monitors where it is a return to the station's own."""
    if (reply.payload or {}).get("status") != "Accepted":
        return ()
    base, charger_id = reply.command["payload"]["monitoringBase"], reply.charger.charger_id
    ended = [
        monitors.cleared(charger_id, int(row["monitor_id"]), reply.now)
        for row in (monitors.all_of(reply.store, charger_id) if base != "All" else [])
        if "set_at" in row and row["state"] != monitors.CLEARED
    ]
    taken = monitors.base_or_level(charger_id, reply.now, monitoring_base=base)
    return station_rows.commit_but_last(reply.store, [*ended, taken])
