"""NotifyEvent: what the station's monitors report (N07). An AvailabilityState is a status report by another name (G01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.device_model import read_variable
from csms.domain.secrecy import HIDDEN, is_secret
from csms.domain.times import format_time
from csms.ocppj.meter_values import plausible_time
from csms.store import chargers, monitors
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row

if TYPE_CHECKING:
    from csms.store.dynamo import Put, Update

_STATUSES: Final = frozenset({"Available", "Occupied", "Reserved", "Unavailable", "Faulted"})
_ROWS_MAX: Final = 90  # a commit takes 100 items
_WRITES_MAX: Final = 99  # beside the event itself


def decide(frame: Frame) -> Decision:
    """Appends the event with its monitors and, for availability, the status rows of StatusNotification. No read."""
    rows: dict[str, Put] = {}
    told = [data for data in frame.payload["eventData"] if _tells_status(data)]
    by_connector = {_evse(data).get("id") for data in told if "connectorId" in _evse(data)}
    for data in told:
        if "connectorId" in _evse(data) or _evse(data).get("id") not in by_connector:
            row = _status_row(frame, data)
            rows[row.item["sk"]] = row
    newest = sorted(rows.values(), key=lambda row: str(row.item["reported_at"]))[-_ROWS_MAX:]
    known, monitored = _monitors(frame)
    event = event_row(frame, **({"monitor_ids": known} if known else {}))
    return Decision({}, (event, *newest, *monitored[: _WRITES_MAX - len(newest)]))


def _monitors(frame: Frame) -> tuple[list[int], list[Update]]:
    """The monitors that the event names, and the rows of those that changed or raise an alarm.

    What a monitor tells periodically is found by the event's own `monitor_ids`: it costs no row of its own.
    """
    told = sorted(frame.payload["eventData"], key=lambda data: plausible_time(data["timestamp"], frame.now))
    rows: dict[int, Update] = {}
    known: set[int] = set()
    for data in told:
        monitor_id, variable = data.get("variableMonitoringId"), read_variable(data)
        if monitor_id is None or variable is None:
            continue
        known.add(monitor_id)
        if data["trigger"] == "Periodic":
            continue
        event = {
            "last_event_id": data["eventId"],
            "last_event_at": format_time(plausible_time(data["timestamp"], frame.now)),
            "last_value": HIDDEN if is_secret(variable.name) else data["actualValue"],
            "alerting": data["trigger"] == "Alerting" and not data.get("cleared", False),
        }
        rows[monitor_id] = monitors.noticed(frame.charger_id, monitor_id, variable, event, frame.now)
    return sorted(known), list(rows.values())


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
