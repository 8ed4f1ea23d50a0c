"""Tariffs: OCPI 2.3.0 documents, checked to be priceable when they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.tariff import TariffError, parse_tariff
from csms.domain.times import format_time
from csms.ocppj.tariff_21 import to_ocpp21
from csms.store import lists, master
from functions.operator_api import documents, pushing
from functions.operator_api.api import ApiRequest, Reply
from functions.operator_api.problems import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from csms.store.dynamo import Item


def list_tariffs(request: ApiRequest) -> Reply:
    """Tariffs by id."""
    return request.page(lists.tariffs()).reply(_shown)


def get_tariff(request: ApiRequest, tariff_id: str) -> Reply:
    """One tariff."""
    return Reply(_shown(_found(request, tariff_id)))


def get_tariff_21(request: ApiRequest, tariff_id: str) -> Reply:
    """The tariff as OCPP 2.1 has it, for SetDefaultTariff. 422 where 2.1 cannot say the same price."""
    try:
        return Reply(to_ocpp21(_found(request, tariff_id)["tariff"]))
    except TariffError as error:
        raise Invalid(faults=[(error.field, str(error).removeprefix(f"{error.field}: "))]) from error


def put_tariff(request: ApiRequest, tariff_id: str) -> Reply:
    """Write a tariff. Transactions that run keep the prices they started with."""
    tariff = documents.owned(request.document(), tariff_id, format_time(request.now))
    faults = documents.faults("Tariff", tariff, tariff_id)
    if not faults:
        try:
            parse_tariff(tariff)
        except TariffError as error:
            faults = [(error.field, str(error).removeprefix(f"{error.field}: "))]
    if faults:
        raise Invalid(faults=faults)
    known = master.get_tariff(request.store, tariff_id)
    request.store.commit(
        master.tariff_put(tariff, request.now),
        *pushing.to_receivers(request, "tariffs", tariff_id, "PUT", tariff),
        request.audited("tariff.written", f"tariffs/{tariff_id}", tariff=tariff),
    )
    return Reply(tariff, 200 if known else 201)


def delete_tariff(request: ApiRequest, tariff_id: str) -> Reply:
    """Take a tariff out, where no connector uses it."""
    _found(request, tariff_id)
    used = _users(request, tariff_id)
    if used:
        raise Conflict(f"Connectors use it: {', '.join(used)}")
    request.store.commit(
        master.tariff_deleted(tariff_id),
        *pushing.to_receivers(request, "tariffs", tariff_id, "DELETE", None),
        request.audited("tariff.deleted", f"tariffs/{tariff_id}"),
    )
    return Reply(status=204)


def _users(request: ApiRequest, tariff_id: str) -> list[str]:
    """Connectors that name the tariff, as location/EVSE/connector."""
    return [
        f"{row['location']['id']}/{uid}/{connector['id']}"
        for row in master.list_locations(request.store)
        for uid, evse in row["evses"].items()
        for connector in evse["connectors"]
        if tariff_id in connector.get("tariff_ids", ())
    ]


def _found(request: ApiRequest, tariff_id: str) -> Item:
    row = master.get_tariff(request.store, tariff_id)
    if row is None:
        raise NotFound(f"No tariff {tariff_id}")
    return row


def _shown(row: Item) -> dict[str, Any]:
    tariff: dict[str, Any] = row["tariff"]
    return tariff
