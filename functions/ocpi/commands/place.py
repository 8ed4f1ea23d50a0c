"""Where a command is to act: from OCPI's location, EVSE and connector to the charger's own numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.edge import partners
from csms.ocpi.errors import NotEnoughInformation, UnknownLocation
from csms.store import chargers

if TYPE_CHECKING:
    from csms.edge.ocpi_http import OcpiRequest

_GONE: Final = frozenset({"REMOVED", "PLANNED"})


@dataclass(frozen=True, slots=True)
class Place:
    """An EVSE and one of its connectors, in OCPI and at its charger. `charger_id` None: no charger stands there."""

    location: dict[str, Any]
    evse: dict[str, Any]
    connector: dict[str, Any]
    charger_id: str | None
    evse_id: int
    connector_id: int


def find_place(request: OcpiRequest, location_id: str, evse_uid: str | None, connector_id: str | None) -> Place:
    """Find the place a command names. Raises UnknownLocation, NotEnoughInformation where several EVSEs are possible."""
    row = partners.visible_location(request.store, request.partner, location_id)
    if row is None:
        raise UnknownLocation
    evse = _evse(row["evses"], evse_uid)
    connector = _connector(evse, connector_id)
    charger_id = evse.get("charger_id")
    evse_id = int(evse.get("ocpp_evse_id") or 1)
    station = chargers.get_station(request.store, charger_id) if charger_id else None
    own_id = _ocpp_connector(station or {}, evse_id, str(connector["id"]))
    return Place(row["location"], evse, connector, station["charger_id"] if station else None, evse_id, own_id)


def _evse(evses: dict[str, dict[str, Any]], evse_uid: str | None) -> dict[str, Any]:
    present = {uid: evse for uid, evse in evses.items() if evse.get("status") not in _GONE}
    if evse_uid is None:
        if len(present) != 1:
            raise NotEnoughInformation("evse_uid is needed at this location")
        return next(iter(present.values()))
    for uid, evse in present.items():
        if uid.lower() == evse_uid.lower():
            return evse
    raise UnknownLocation


def _connector(evse: dict[str, Any], connector_id: str | None) -> dict[str, Any]:
    connectors: list[dict[str, Any]] = evse.get("connectors") or []
    for connector in connectors:
        if connector_id is None or str(connector["id"]).lower() == connector_id.lower():
            return connector
    raise UnknownLocation


def _ocpp_connector(station: dict[str, Any], evse_id: int, connector_id: str) -> int:
    """The charger's own number of a connector; the first where the station's record does not name it."""
    connectors = station.get("evses", {}).get(str(evse_id), {}).get("connectors", {})
    return next((int(number) for number, name in connectors.items() if str(name) == connector_id), 1)
