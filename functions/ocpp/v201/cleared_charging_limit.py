"""ClearedChargingLimit: a limit that somebody else had set is over (K13)."""

from __future__ import annotations

from csms.store import charging_profiles
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row


def decide(frame: Frame) -> Decision:
    """Drops the limit, which may not be known, and keeps the event. One write call, no read."""
    payload = frame.payload
    cleared = charging_profiles.limit_cleared(
        frame.charger_id, payload.get("evseId", 0), payload["chargingLimitSource"]
    )
    return Decision({}, (cleared, event_row(frame)))
