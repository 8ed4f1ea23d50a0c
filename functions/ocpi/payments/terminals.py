"""Payment terminals as their provider announces them: POST, PUT and PATCH all create or change.

The specification has only POST here (mod_payments); terminals in the field use the others too.

Which locations and EVSEs a terminal serves is assigned by us. A body that does not mention them leaves them as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.edge import log
from csms.edge import log_catalogue as catalogue
from csms.edge.ocpi_http import OcpiRequest, Reply
from csms.edge.ocpi_lists import page_reply
from csms.ocpi import render
from csms.ocpi.errors import NotFound, ServerError
from csms.ocpi.models.base import parse
from csms.ocpi.models.payments import TerminalPatch, parse_terminal
from csms.store import master
from csms.store.dynamo import Condition, ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATH: Final = "terminals"
_ASSIGNMENT: Final = ("location_ids", "evse_uids")
_TRIES: Final = 3


def list_terminals(request: OcpiRequest) -> Reply:
    """The partner's terminals as we know them."""
    rows = master.list_terminals(request.store, request.partner_id)
    return page_reply(
        request,
        [row["terminal"] for row in rows],
        last_updated=lambda terminal: str(terminal["last_updated"]),
        show=lambda terminal: render.terminal(terminal, request.version),
        below=(PATH,),
    )


def get_terminal(request: OcpiRequest, terminal_id: str) -> Reply:
    """One terminal."""
    row = master.get_terminal(request.store, request.partner_id, terminal_id)
    if row is None:
        raise NotFound
    return Reply(render.terminal(row["terminal"], request.version))


def post_terminal(request: OcpiRequest) -> Reply:
    """A terminal that the provider created, or the same again."""
    terminal = parse_terminal(request.json)
    _note(request, terminal.warnings)
    return _stored(request, terminal.terminal_id, lambda before: _replaced(before, terminal.document()))


def put_terminal(request: OcpiRequest, terminal_id: str) -> Reply:
    """A whole terminal under its id."""
    terminal = parse_terminal(request.json, terminal_id)
    _note(request, terminal.warnings)
    return _stored(request, terminal_id, lambda before: _replaced(before, terminal.document()))


def patch_terminal(request: OcpiRequest, terminal_id: str) -> Reply:
    """Changed fields of a terminal; one that we do not know yet is created, unless nothing is said about it."""
    patch = parse(TerminalPatch, request.json)
    _note(request, patch.warnings)
    changes = patch.document()

    def changed(before: Mapping[str, Any] | None) -> dict[str, Any]:
        if before is None and not changes.keys() - {"last_updated", *_ASSIGNMENT}:
            raise NotFound
        return {"terminal_id": terminal_id, **(before or {}), **changes}

    return _stored(request, terminal_id, changed, stamp="last_updated" not in changes)


def _replaced(before: Mapping[str, Any] | None, document: dict[str, Any]) -> dict[str, Any]:
    kept = {name: before[name] for name in _ASSIGNMENT if name in before} if before else {}
    return {**kept, **document}


def _stored(
    request: OcpiRequest,
    terminal_id: str,
    change: Callable[[Mapping[str, Any] | None], dict[str, Any]],
    *,
    stamp: bool = False,
) -> Reply:
    """Write what `change` makes of the terminal as it is; 201 where it is new."""
    for _ in range(_TRIES):
        row = master.get_terminal(request.store, request.partner_id, terminal_id)
        after = change(row["terminal"] if row else None)
        if stamp or "last_updated" not in after:
            after["last_updated"] = format_time(request.now)
        put = master.terminal_put(request.partner_id, after, request.now, new=row is None)
        if row is not None:
            put = replace(put, conditions=(Condition("last_updated", "=", row["last_updated"]),))
        try:
            request.store.commit(put)
        except ConditionFailed:  # announced twice, or assigned by the operator, at the same moment
            continue
        return Reply(http_status=200 if row else 201)
    raise ServerError


def _note(request: OcpiRequest, warnings: tuple[str, ...]) -> None:
    if warnings:
        log.write(catalogue.OCPI_INPUT_TOLERATED, partner_id=request.partner_id, warnings=list(warnings))
