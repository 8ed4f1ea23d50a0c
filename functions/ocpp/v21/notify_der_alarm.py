"""NotifyDERAlarm: the grid left or came back into the limits of a control (OCPP 2.1, block R)."""

from __future__ import annotations

from csms.domain.times import format_time
from csms.ocppj.meter_values import plausible_time
from csms.store.station_state import DER_ALARM, state_set
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row


def decide(frame: Frame) -> Decision:
    """Appends the event and sets the alarm of this kind of control; one write call, no read."""
    payload = frame.payload
    row = state_set(
        frame.charger_id,
        DER_ALARM,
        payload["controlType"],
        frame.now,
        active=not payload.get("alarmEnded", False),
        grid_event_fault=payload.get("gridEventFault"),
        extra_info=payload.get("extraInfo"),
        at=format_time(plausible_time(payload["timestamp"], frame.now)),
    )
    return Decision({}, (event_row(frame), row))
