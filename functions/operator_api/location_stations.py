"""The stations behind a location's EVSEs: whether they exist, what their status is, and which ones were left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from csms.ocpi.status import combined, evse_status
from csms.store import chargers, master

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Store, Update
    from functions.operator_api.location_draft import Draft
    from functions.operator_api.problems import Fault


def faults(store: Store, made: Draft, location_id: str) -> list[Fault]:
    """Chargers that are not registered (as they are spelled here), or that stand at another location."""
    found: dict[str, str] = {}
    for charger_id in made.chargers:
        station = chargers.get_station(store, charger_id)
        if station is None or station["charger_id"] != charger_id:
            found[charger_id] = "no such station"
        elif _stands_elsewhere(store, station, location_id):
            found[charger_id] = f"it stands at location {station['location_id']}"
    return [
        (f"evses[{index}].charger_id", found[evse["charger_id"]])
        for index, evse in enumerate(made.evses)
        if evse.get("charger_id") in found
    ]


def _stands_elsewhere(store: Store, station: Item, location_id: str) -> bool:
    elsewhere = station.get("location_id")
    row = master.get_location(store, elsewhere) if elsewhere and elsewhere != location_id else None
    return row is not None and any(evse.get("charger_id") == station["charger_id"] for evse in row["evses"].values())


def left(store: Store, made: Draft, before: Item | None) -> list[Update]:
    """Stations that the location named and does not name any more: they stand nowhere now."""
    if before is None:
        return []
    named = {evse["charger_id"] for evse in before["evses"].values() if "charger_id" in evse}
    gone = [chargers.get_station(store, charger_id) for charger_id in sorted(named - set(made.chargers))]
    location_id = before["location"]["id"]
    return [
        replace(chargers.station_changed(station["charger_id"], {"evses": {}}), remove=("location_id",))
        for station in gone
        if station is not None and station.get("location_id") == location_id
    ]


def live_status(store: Store, evse: Mapping[str, Any]) -> str:
    """The OCPI status of an EVSE as its charger last told it."""
    charger_id, evse_id = evse["charger_id"], int(evse["ocpp_evse_id"])
    numbers = range(1, len(evse["connectors"]) + 1)
    rows = [chargers.latest_status(store, charger_id, evse_id, number) for number in numbers]
    active = chargers.get_active(store, charger_id, evse_id)
    connected = bool(chargers.get_connection(store, charger_id).get("connection_id"))
    in_transaction = active is not None and active["state"] == "open"
    return combined(
        evse_status(row["status"], in_transaction=in_transaction, connected=connected) for row in rows if row
    )
