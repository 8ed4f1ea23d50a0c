"""Tokens as receiver (OCPI mod_tokens): the cards of a partner's drivers, kept here for authorisation at the charger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.edge import log, partners
from csms.edge import log_catalogue as catalogue
from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.ocpi import render
from csms.ocpi.errors import NotFound
from csms.ocpi.models.tokens import DEFAULT_TYPE, parse_patch, parse_put
from csms.store import master

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_HUB: Final = "HUB"


def get_token(request: OcpiRequest, country_code: str, party_id: str, uid: str) -> Reply:
    """A token as we have it."""
    row = _find(request, country_code, party_id, uid, _type(request))
    if row is None:
        raise NotFound
    return Reply(render.token(row["token"], request.version))


def put_token(request: OcpiRequest, country_code: str, party_id: str, uid: str) -> Reply:
    """A whole token, new or instead of the one before."""
    _check_party(request, country_code, party_id)
    token = parse_put(request.json, country_code, party_id, uid, _type(request))
    _note(request, token.warnings)
    before = _find(request, country_code, party_id, uid, token.type)
    request.store.commit(master.token_put(token.document(), request.partner_id, request.now))
    return Reply(http_status=200 if before else 201)


def patch_token(request: OcpiRequest, country_code: str, party_id: str, uid: str) -> Reply:
    """Changed fields of a token."""
    row = _find(request, country_code, party_id, uid, _type(request))
    if row is None:
        raise NotFound
    patch = parse_patch(request.json)
    _note(request, patch.warnings)
    token: dict[str, Any] = {**row["token"], **patch.document()}
    request.store.commit(master.token_put(token, request.partner_id, request.now))
    return Reply()


def _type(request: OcpiRequest) -> str:
    return request.http.query.get("type") or DEFAULT_TYPE


def _check_party(request: OcpiRequest, country_code: str, party_id: str) -> None:
    """A partner keeps tokens of its own parties here; a hub those of anybody behind it. Raises NotFound."""
    own = {party.key for party in partners.parties(request.partner)}
    if (country_code + party_id).upper() not in own and request.partner.get("partner_kind") != _HUB:
        raise NotFound


def _find(request: OcpiRequest, country_code: str, party_id: str, uid: str, token_type: str) -> Item | None:
    wanted = master.token_key({"uid": uid, "country_code": country_code, "party_id": party_id, "type": token_type})[1]
    rows = master.find_tokens(request.store, uid)
    return next((row for row in rows if row["sk"] == wanted and row["partner_id"] == request.partner_id), None)


def _note(request: OcpiRequest, warnings: tuple[str, ...]) -> None:
    if warnings:
        log.write(catalogue.OCPI_INPUT_TOLERATED, partner_id=request.partner_id, warnings=list(warnings))


handler = endpoint(
    "tokens",
    {"{country_code}/{party_id}/{uid}": {"GET": get_token, "PUT": put_token, "PATCH": patch_token}},
)
