"""StatusNotification: a connector's (0: the whole charge point's) status and its faults (ocpp-1.6 §4.9)."""

from __future__ import annotations

from csms.ocppj.meter_values import plausible_time
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends one status row; what follows from it follows from the row. No read."""
    payload = frame.payload
    connector_id = payload["connectorId"]
    at = plausible_time(payload.get("timestamp"), frame.now)
    row = chargers.status_reported(
        frame.charger_id,
        connector_id,
        1 if connector_id else 0,
        payload["status"],
        at,
        frame.now,
        error_code=payload.get("errorCode"),
        vendor_error_code=payload.get("vendorErrorCode"),
        vendor_id=payload.get("vendorId"),
        info=payload.get("info"),
        rules=list(frame.rules) or None,
    )
    return Decision({}, (row,))
