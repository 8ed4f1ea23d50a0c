"""OpenPeriodicEventStream: the station will send a monitored value at an interval, unconfirmed (OCPP 2.1, block N)."""

from __future__ import annotations

from csms.domain.times import format_time
from csms.store.station_state import STREAM, state_set
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Notes the stream as open and accepts it: its values are taken as they come. One write, no read."""
    stream = frame.payload["constantStreamData"]
    row = state_set(
        frame.charger_id,
        STREAM,
        stream["id"],
        frame.now,
        state="open",
        params=stream["params"],
        variable_monitoring_id=stream["variableMonitoringId"],
        opened_at=format_time(frame.now),
    )
    return Decision({"status": "Accepted"}, (row,))
