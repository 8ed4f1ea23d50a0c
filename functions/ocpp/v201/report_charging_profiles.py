"""ReportChargingProfiles: a part of the profiles that the station has, its own and those of others too (K09)."""

from __future__ import annotations

from csms.store import charging_profiles
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Keeps the part; the report is complete with the part that no other follows. One write call, no read."""
    payload, charger_id = frame.payload, frame.charger_id
    part = charging_profiles.report_part(charger_id, payload["requestId"], payload, frame.now)
    last = {} if payload.get("tbc") else {"complete": True}
    return Decision({}, (part, charging_profiles.report_told(charger_id, payload["requestId"], frame.now, **last)))
