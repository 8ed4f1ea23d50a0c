"""Tariffs as sender (OCPI mod_tariffs): the list that terminals show prices from, and a single tariff."""

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


def list_tariffs(request: OcpiRequest) -> Reply:
    """All tariffs that the partner may see."""
    return page_reply(
        request,
        _visible(request, master.list_tariffs(request.store)),
        last_updated=lambda row: str(row["last_updated"]),
        show=lambda row: render.tariff(row["tariff"], request.version),
    )


def get_tariff(request: OcpiRequest, tariff_id: str) -> Reply:
    """One tariff."""
    row = master.get_tariff(request.store, tariff_id)
    if row is None or not _visible(request, [row]):
        raise NotFound
    return Reply(render.tariff(row["tariff"], request.version))


def _visible(request: OcpiRequest, rows: list[Item]) -> list[Item]:
    """Every tariff, or for a partner that sees some locations only, the tariffs of those."""
    if not request.partner.get("location_ids"):
        return rows
    locations = master.list_locations(request.store)
    seen = [row for row in locations if partners.sees_location(request.partner, row["location"])]
    used = {tariff_id for row in seen for evse in row["evses"].values() for tariff_id in _tariff_ids(evse)}
    return [row for row in rows if row["tariff"]["id"] in used]


def _tariff_ids(evse: dict[str, Any]) -> list[str]:
    return [
        str(tariff_id) for connector in evse.get("connectors") or () for tariff_id in connector.get("tariff_ids") or ()
    ]


handler = endpoint("tariffs", {"": {"GET": list_tariffs}, "{tariff_id}": {"GET": get_tariff}})
