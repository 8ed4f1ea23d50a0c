"""Locations as sender: lists, a location, an EVSE, a connector (OCPI mod_locations, sender interface)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.edge import partners
from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.edge.ocpi_lists import page_reply
from csms.ocpi import render
from csms.ocpi.errors import NotFound
from csms.store import master

if TYPE_CHECKING:
    from csms.store.dynamo import Item


def list_locations(request: OcpiRequest) -> Reply:
    """All locations that the partner may see."""
    rows = [
        row for row in master.list_locations(request.store) if partners.sees_location(request.partner, row["location"])
    ]
    return page_reply(
        request,
        rows,
        last_updated=lambda row: str(row["last_updated"]),
        show=lambda row: render.location(master.location_document(row), request.version),
    )


def get_location(request: OcpiRequest, location_id: str) -> Reply:
    """One location with its EVSEs."""
    return Reply(render.location(_document(request, location_id), request.version))


def get_evse(request: OcpiRequest, location_id: str, evse_uid: str) -> Reply:
    """One EVSE with its connectors."""
    evse = _named(_document(request, location_id)["evses"], "uid", evse_uid)
    return Reply(render.evse(evse, request.version))


def get_connector(request: OcpiRequest, location_id: str, evse_uid: str, connector_id: str) -> Reply:
    """One connector."""
    evse = _named(_document(request, location_id)["evses"], "uid", evse_uid)
    return Reply(render.connector(_named(evse["connectors"], "id", connector_id), request.version))


def _document(request: OcpiRequest, location_id: str) -> dict[str, Any]:
    row: Item | None = partners.visible_location(request.store, request.partner, location_id)
    if row is None:
        raise NotFound
    return master.location_document(row)


def _named(entries: list[dict[str, Any]], name: str, wanted: str) -> dict[str, Any]:
    """The entry with this id; ids compare without regard to case."""
    for entry in entries:
        if str(entry[name]).lower() == wanted.lower():
            return entry
    raise NotFound


handler = endpoint(
    "locations",
    {
        "": {"GET": list_locations},
        "{location_id}": {"GET": get_location},
        "{location_id}/{evse_uid}": {"GET": get_evse},
        "{location_id}/{evse_uid}/{connector_id}": {"GET": get_connector},
    },
)
