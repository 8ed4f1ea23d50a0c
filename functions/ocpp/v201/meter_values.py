"""MeterValues: samples outside transactions, EVSE 0 being the station's own meter (J01). Always answered."""

from __future__ import annotations

from csms.ocppj.meter_values import ledger_entries, readings_2x
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Keeps the samples as the meter's own; one write, no read."""
    readings = readings_2x(frame.payload["meterValue"], frame.now)
    entries = ledger_entries(readings)
    at = readings[0].at if readings else frame.now
    row = chargers.recorded(frame.charger_id, "METER", at, frame.now, evse_id=frame.payload["evseId"], entries=entries)
    return Decision({}, (row,))
