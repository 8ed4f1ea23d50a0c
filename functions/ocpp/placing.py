"""Where a transaction happens: the location, the EVSE and the tariff in force there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csms.store import chargers, master

if TYPE_CHECKING:
    from csms.store.dynamo import Store


@dataclass(frozen=True, slots=True)
class Place:
    """OCPI ids of the place and its tariff document; None where the charger stands nowhere yet."""

    location_id: str | None
    evse_uid: str | None
    connector_id: str | None
    tariff: dict[str, Any] | None
    time_zone: str

    @property
    def facts(self) -> dict[str, Any]:
        """What a transaction keeps of its place, to be priced by."""
        currency = self.tariff["currency"] if self.tariff else None
        return {"tariff": self.tariff, "time_zone": self.time_zone, "currency": currency}


def place_of(charger_id: str, evse_id: int, connector_id: int | None, store: Store) -> Place:
    """Where the charger stands and the tariff in force there; a charger without a location still charges."""
    station = chargers.get_station(store, charger_id) or {}
    evse = station.get("evses", {}).get(str(evse_id), {})
    uid = evse.get("uid")
    ocpi_connector = evse.get("connectors", {}).get(str(connector_id))
    location_id = station.get("location_id")
    location = master.get_location(store, location_id) if location_id else None
    tariff = master.connector_tariff(store, location, uid, ocpi_connector) if location and uid else None
    time_zone = location["location"].get("time_zone", "UTC") if location else "UTC"
    return Place(location_id, uid, ocpi_connector, tariff, time_zone)
