"""ClosePeriodicEventStream: the station sends no more of a stream (OCPP 2.1, block N)."""

from __future__ import annotations

from csms.domain.times import format_time
from csms.store.station_state import STREAM, state_set
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Notes the stream as closed; one write, no read."""
    row = state_set(
        frame.charger_id, STREAM, frame.payload["id"], frame.now, state="closed", closed_at=format_time(frame.now)
    )
    return Decision({}, (row,))
