"""Payment terminals of a partner: which locations and EVSEs each serves, told to the partner when it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from csms.contract import PATH_RECEIPTS
from csms.domain.times import format_time
from csms.edge import settings
from csms.ocpi import endpoints
from csms.store import lists, master, outbox
from csms.store.dynamo import Condition
from functions.operator_api import pushing
from functions.operator_api.api import ApiRequest, Body, Reply
from functions.operator_api.partners import found as found_partner
from functions.operator_api.problems import Invalid, NotFound
from functions.operator_api.station_models import Identifier  # noqa: TC001 - pydantic reads annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csms.store.dynamo import Item
    from functions.operator_api.problems import Fault


class Assignment(Body):
    """What a terminal serves: the locations and the EVSEs together. `our_receipts`: it shows drivers our receipts."""

    location_ids: Annotated[list[Identifier], Field(max_length=500)]
    evse_uids: Annotated[list[Identifier], Field(max_length=500)]
    customer_reference: Identifier | None = None
    our_receipts: bool = False
    invoice_creator: Literal["CPO", "PTP"] | None = None


def list_terminals(request: ApiRequest, partner_id: str) -> Reply:
    """A partner's terminals by id."""
    found_partner(request, partner_id)
    return request.page(lists.terminals(partner_id)).reply(_shown)


def get_terminal(request: ApiRequest, partner_id: str, terminal_id: str) -> Reply:
    """One terminal."""
    return Reply(_shown(_found(request, partner_id, terminal_id)))


def put_assignment(request: ApiRequest, partner_id: str, terminal_id: str) -> Reply:
    """Say what a terminal serves. The partner is told by PATCH; sessions that run are not touched."""
    partner = found_partner(request, partner_id)
    row = _found(request, partner_id, terminal_id)
    body = request.read(Assignment)
    faults = list(_faults(request, body))
    if faults:
        raise Invalid(faults=faults)
    changes = _changes(request, body)
    terminal = {**row["terminal"], **changes}
    put = replace(
        master.terminal_put(partner_id, terminal, request.now, new=False),
        conditions=(Condition("last_updated", "=", row["last_updated"]),),
    )
    identity = terminal["terminal_id"]
    told = pushing.takes(partner, "payments", endpoints.SENDER)
    push = outbox.to_partner(
        partner_id,
        "payments",
        identity,
        "PATCH",
        changes,
        request.now,
        path=("terminals", identity),
        full_document=terminal,
    )
    subject = f"partners/{partner_id}/terminals/{identity}"
    request.store.commit(put, *([push] if told else []), request.audited("terminal.assigned", subject, **changes))
    return Reply({"terminal": terminal, "told_to_partner": told})


def _changes(request: ApiRequest, body: Assignment) -> dict[str, Any]:
    changes = body.model_dump(exclude={"our_receipts"}, exclude_none=True)
    if body.our_receipts:
        changes["invoice_base_url"] = f"{settings.public_url()}{PATH_RECEIPTS}/"
    return {**changes, "last_updated": format_time(request.now)}


def _faults(request: ApiRequest, body: Assignment) -> Iterator[Fault]:
    """Places that do not exist."""
    rows = master.list_locations(request.store)
    locations = {row["location"]["id"] for row in rows}
    evses = {uid for row in rows for uid in row["evses"]}
    for field, given, known in (("location_ids", body.location_ids, locations), ("evse_uids", body.evse_uids, evses)):
        for index, identity in enumerate(given):
            if identity not in known:
                yield f"{field}[{index}]", f"no such {field.removesuffix('s').replace('_', ' ')}"


def _found(request: ApiRequest, partner_id: str, terminal_id: str) -> Item:
    row = master.get_terminal(request.store, partner_id, terminal_id)
    if row is None:
        raise NotFound(f"Partner {partner_id} never told of a terminal {terminal_id}")
    return row


def _shown(row: Item) -> dict[str, Any]:
    terminal: dict[str, Any] = row["terminal"]
    return terminal
