"""Locations: OCPI 2.3.0 documents whose EVSEs name the chargers they are. Writing one tells the stations and partners."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.edge.partners import sees_location
from csms.store import chargers, lists, master
from csms.store.dynamo import Condition, ConditionFailed, absent
from functions.operator_api import location_draft, location_stations, pushing
from functions.operator_api.api import ApiRequest, Reply
from functions.operator_api.problems import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Put, Write
    from functions.operator_api.location_draft import Draft
    from functions.operator_api.problems import Fault

_TRIES: Final = 4  # against a status that changes while we write
_WRITES_MAX: Final = 100  # of one transaction


def list_locations(request: ApiRequest) -> Reply:
    """Locations by id."""
    return request.page(lists.locations()).reply(_shown)


def get_location(request: ApiRequest, location_id: str) -> Reply:
    """One location, with the chargers of its EVSEs and their live status."""
    row = master.get_location(request.store, location_id)
    if row is None:
        raise NotFound(f"No location {location_id}")
    return Reply(_shown(row))


def put_location(request: ApiRequest, location_id: str) -> Reply:
    """Write a location; the named stations learn which EVSEs they are, and partners who may see it are told."""
    body = request.document()
    for _ in range(_TRIES):
        before = master.get_location(request.store, location_id)
        made = location_draft.draft(body, location_id, before, format_time(request.now))
        _check(request, made, location_id)
        put = _put(request, made, before)
        try:
            request.store.commit(*_writes(request, made, put, before))
        except ConditionFailed:
            continue
        return Reply(_shown(put.item), 200 if before else 201)
    raise Conflict("It changes all the time; try again")


def _check(request: ApiRequest, made: Draft, location_id: str) -> None:
    faults: list[Fault] = location_draft.faults(made, location_id)
    if not faults:
        faults += [
            ("evses", f"no tariff {tariff_id}")
            for tariff_id in sorted(made.tariff_ids)
            if master.get_tariff(request.store, tariff_id) is None
        ]
        faults += location_stations.faults(request.store, made, location_id)
    if faults:
        raise Invalid(faults=faults)


def _put(request: ApiRequest, made: Draft, before: Item | None) -> Put:
    """The row, where nobody changed it since `before` was read."""
    evses = {
        uid: evse | ({"status": location_stations.live_status(request.store, evse)} if _asks(evse) else {})
        for uid, evse in made.by_uid.items()
    }
    location = {name: value for name, value in made.location.items() if name != "last_updated"}
    unchanged = absent() if before is None else Condition("last_updated", "=", before["last_updated"])
    return replace(master.location_put(location, evses, request.now), conditions=(unchanged,))


def _asks(evse: dict[str, Any]) -> bool:
    """Whether the charger has to say what the status is."""
    return "charger_id" in evse and evse["status"] == "UNKNOWN"


def _writes(request: ApiRequest, made: Draft, put: Put, before: Item | None) -> tuple[Write, ...]:
    location_id = put.item["location"]["id"]
    document = master.location_document(put.item)
    stations = [
        chargers.station_changed(charger_id, {"location_id": location_id, "evses": evses})
        for charger_id, evses in made.chargers.items()
    ]
    left = location_stations.left(request.store, made, before)
    rows = pushing.to_receivers(
        request, "locations", location_id, "PUT", document, shown_to=lambda partner: sees_location(partner, document)
    )
    audited = request.audited(
        "location.written", f"locations/{location_id}", evses=sorted(made.by_uid), stations=sorted(made.chargers)
    )
    writes: tuple[Write, ...] = (put, *stations, *left, *rows, audited)
    if len(writes) > _WRITES_MAX:
        raise Invalid(f"{len(writes)} things change with it, more than {_WRITES_MAX}: split the location")
    return writes


def _shown(row: Item) -> dict[str, Any]:
    """The document as it is written: EVSEs name their chargers, so that what is read can be sent back changed."""
    evses = [
        {name: value for name, value in evse.items() if name != "status_at"} for _, evse in sorted(row["evses"].items())
    ]
    return {**row["location"], "evses": evses, "last_updated": row["last_updated"]}
