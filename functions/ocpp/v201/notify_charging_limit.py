"""NotifyChargingLimit: somebody else limits the charging, e.g. the grid or an energy management system (K12)."""

from __future__ import annotations

from csms.store import charging_profiles
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row


def decide(frame: Frame) -> Decision:
    """Keeps the limit beside the station until it is cleared, and the event. One write call, no read."""
    payload = frame.payload
    said = payload["chargingLimit"]
    row = charging_profiles.limit_set(
        frame.charger_id,
        payload.get("evseId", 0),
        said["chargingLimitSource"],
        frame.now,
        is_grid_critical=bool(said.get("isGridCritical")),
        document=charging_profiles.text_of(payload.get("chargingSchedule", [])),
    )
    return Decision({}, (row, event_row(frame)))
