"""What an OCPP 2.1 station is set to: streams, controls of energy resources, tariffs, schedules, swaps, settlements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import lists, station_state
from functions.operator_api.station_models import shown_row
from functions.operator_api.stations import found

if TYPE_CHECKING:
    from functions.operator_api.api import ApiRequest, Reply


def list_event_streams(request: ApiRequest, charger_id: str) -> Reply:
    """Periodic event streams that the station opened, and whether they still run."""
    return _rows(request, charger_id, station_state.STREAM)


def list_der_controls(request: ApiRequest, charger_id: str) -> Reply:
    """Controls of a distributed energy resource that were set or reported."""
    return _rows(request, charger_id, station_state.DER)


def list_der_alarms(request: ApiRequest, charger_id: str) -> Reply:
    """The latest alarm of each kind of control, and whether it is over."""
    return _rows(request, charger_id, station_state.DER_ALARM)


def list_station_tariffs(request: ApiRequest, charger_id: str) -> Reply:
    """Default tariffs by EVSE (0: all): what was wanted, what the station said to it, what it reported."""
    return _rows(request, charger_id, station_state.TARIFF)


def list_transaction_tariffs(request: ApiRequest, charger_id: str) -> Reply:
    """Tariffs that running transactions were changed to."""
    return _rows(request, charger_id, station_state.TRANSACTION_TARIFF)


def list_dynamic_schedules(request: ApiRequest, charger_id: str) -> Reply:
    """The last update of each dynamic charging schedule."""
    return _rows(request, charger_id, station_state.SCHEDULE)


def list_battery_swaps(request: ApiRequest, charger_id: str) -> Reply:
    """Battery swaps, each with its steps."""
    return _rows(request, charger_id, station_state.SWAP)


def list_settlements(request: ApiRequest, charger_id: str) -> Reply:
    """Payments that the station's own terminal settled, or could not."""
    return _rows(request, charger_id, station_state.SETTLEMENT)


def _rows(request: ApiRequest, charger_id: str, kind: str) -> Reply:
    station = found(request, charger_id)
    return request.page(lists.charger_rows(station["charger_id"], kind)).reply(shown_row)
