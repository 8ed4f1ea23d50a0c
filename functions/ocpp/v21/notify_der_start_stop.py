"""NotifyDERStartStop: a scheduled control begins or ends (OCPP 2.1, block R), and which ones it supersedes meanwhile."""

from __future__ import annotations

from csms.domain.times import format_time
from csms.ocppj.meter_values import plausible_time
from csms.store.station_state import DER, state_set
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row


def decide(frame: Frame) -> Decision:
    """Appends the event and sets the controls it speaks of; one write call, no read."""
    payload = frame.payload
    at = format_time(plausible_time(payload["timestamp"], frame.now))
    started = payload["started"]
    rows = {
        other: state_set(frame.charger_id, DER, other, frame.now, is_superseded=started)
        for other in payload.get("supersededIds") or ()
    }
    rows[payload["controlId"]] = state_set(
        frame.charger_id, DER, payload["controlId"], frame.now, started=started, started_changed_at=at
    )
    return Decision({}, (event_row(frame), *rows.values()))
