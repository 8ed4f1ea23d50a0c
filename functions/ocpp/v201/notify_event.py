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
    for data in frame.payload["eventData"]:
        row = _status_row(frame, data)
        if row is not None:
            rows[row.item["sk"]] = row
    newest = sorted(rows.values(), key=lambda row: str(row.item["reported_at"]))[-_ROWS_MAX:]
    return Decision({}, (event_row(frame), *newest))


def _status_row(frame: Frame, data: dict[str, Any]) -> Put | None:
    component, status = data["component"], data["actualValue"]
    if data["variable"]["name"] != "AvailabilityState" or status not in _STATUSES:
        return None
    evse = component.get("evse") or {}
    at = plausible_time(data["timestamp"], frame.now)
    return chargers.status_reported(
        frame.charger_id,
        evse.get("id", 0),
        evse.get("connectorId", 0),
        status,
        at,
        frame.now,
        vendor_error_code=data.get("techCode"),
        info=data.get("techInfo"),
    )
