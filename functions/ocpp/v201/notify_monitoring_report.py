"""NotifyMonitoringReport: one part of the station's monitors, asked for with GetMonitoringReport (N02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.device_model import read_variable
from csms.store import monitors, station_rows
from functions.ocpp.decision import Decision, Frame

if TYPE_CHECKING:
    from csms.store.dynamo import Update


def decide(frame: Frame) -> Decision:
    """One row a monitor. No part depends on another: nothing is put together."""
    rows: dict[int, Update] = {}
    for entry in frame.payload.get("monitor") or []:
        variable = read_variable(entry)
        if variable is None:
            continue
        for facts in entry["variableMonitoring"]:
            rows[facts["id"]] = monitors.told(
                frame.charger_id, facts["id"], variable, facts, monitors.REPORTED, frame.now
            )
    return Decision({}, station_rows.commit_but_last(frame.store, list(rows.values())))
