"""MeterValues: samples outside transactions, EVSE 0 being the station's own meter (J01). Always answered."""

from __future__ import annotations

from csms.domain.transaction import entry, sample_key
from csms.ocppj.meter_values import readings_2x, signed_entries
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Keeps the samples as the meter's own; one write, no read."""
    readings = readings_2x(frame.payload["meterValue"], frame.now)
    entries = {
        sample_key(r.at, r.context): entry(
            r.at,
            context=r.context,
            energy_wh=r.energy_wh,
            power_w=r.power_w,
            current_a=r.current_a,
            soc_percent=r.soc_percent,
            sig=signed_entries(r.signed),
        )
        for r in readings
    }
    at = readings[0].at if readings else frame.now
    row = chargers.recorded(frame.charger_id, "METER", at, frame.now, evse_id=frame.payload["evseId"], entries=entries)
    return Decision({}, (row,))
