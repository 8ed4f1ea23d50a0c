"""StatusNotification: a connector's status (G01); EVSE 0, connector 0 is the station itself."""

from __future__ import annotations

from csms.ocppj.meter_values import plausible_time
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends one status row; what follows from it follows from the row. No read."""
    payload = frame.payload
    row = chargers.status_reported(
        frame.charger_id,
        payload["evseId"],
        payload["connectorId"],
        payload["connectorStatus"],
        plausible_time(payload["timestamp"], frame.now),
        frame.now,
        rules=list(frame.rules) or None,
    )
    return Decision({}, (row,))
