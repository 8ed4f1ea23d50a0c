"""NotifyEvent: what the station's monitors report (N07). An AvailabilityState is a status report by another name (G01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.ocppj.meter_values import plausible_time
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row

if TYPE_CHECKING:
    from csms.store.dynamo import Put

_STATUSES: Final = frozenset({"Available", "Occupied", "Reserved", "Unavailable", "Faulted"})
_ROWS_MAX: Final = 90  # a commit takes 100 items


def decide(frame: Frame) -> Decision:
    """Appends the event and, for availability, the same status rows that StatusNotification writes. No read."""
    rows: dict[str, Put] = {}
    told = [data for data in frame.payload["eventData"] if _tells_status(data)]
    by_connector = {_evse(data).get("id") for data in told if "connectorId" in _evse(data)}
    for data in told:
        if "connectorId" in _evse(data) or _evse(data).get("id") not in by_connector:
            row = _status_row(frame, data)
            rows[row.item["sk"]] = row
    newest = sorted(rows.values(), key=lambda row: str(row.item["reported_at"]))[-_ROWS_MAX:]
    return Decision({}, (event_row(frame), *newest))


def _tells_status(data: dict[str, Any]) -> bool:
    return data["variable"]["name"] == "AvailabilityState" and data["actualValue"] in _STATUSES


def _evse(data: dict[str, Any]) -> dict[str, Any]:
    return data["component"].get("evse") or {}


def _status_row(frame: Frame, data: dict[str, Any]) -> Put:
    """An EVSE that names no connector speaks for its first one; what names no EVSE speaks for the station."""
    evse_id = _evse(data).get("id", 0)
    return chargers.status_reported(
        frame.charger_id,
        evse_id,
        _evse(data).get("connectorId", 1 if evse_id else 0),
        data["actualValue"],
        plausible_time(data["timestamp"], frame.now),
        frame.now,
        vendor_error_code=data.get("techCode"),
        info=data.get("techInfo"),
    )
