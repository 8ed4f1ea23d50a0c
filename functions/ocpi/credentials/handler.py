"""Credentials as receiver: a partner registers (POST), renews or moves to another version (PUT), or leaves (DELETE).

Inside POST and PUT we read the partner's versions and details with the token it gave us; only when that worked is its
new token made. On PUT the old token works on for a while, because the answer with the new one may be lost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from csms.domain.times import format_time
from csms.edge import handshake, log, ocpi_access
from csms.edge import log_catalogue as catalogue
from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.ocpi import tokens
from csms.ocpi.errors import MethodNotAllowed, OcpiError
from csms.ocpi.models.base import parse
from csms.ocpi.models.credentials import Credentials
from csms.store import partners, secrets
from csms.store.dynamo import ConditionFailed, Delete, exists

if TYPE_CHECKING:
    from csms.edge.ocpi_access import Caller


def get_credentials(request: OcpiRequest) -> Reply:
    """Our credentials, around the token that was used."""
    caller = _caller(request)
    return Reply(handshake.own_credentials(caller.partner, caller.token, request.version))


def post_credentials(request: OcpiRequest) -> Reply:
    """Register with token A, which is used up by it."""
    caller = _caller(request)
    if caller.state != partners.STATE_A:
        raise MethodNotAllowed("Already registered: use PUT")
    obsolete = {caller.partner.get("credential"), caller.partner.get("previous_credential")} - {None, caller.token_hash}
    return _registered(request, caller, obsolete=[str(token_hash) for token_hash in obsolete], previous=None)


def put_credentials(request: OcpiRequest) -> Reply:
    """Renew: new token for both sides, endpoints read again, the version is the one of this URL."""
    caller = _caller(request)
    if caller.state == partners.STATE_A:
        raise MethodNotAllowed("Not registered: use POST")
    # The token of this request is one the partner certainly has; any other (whose answer got lost) is dropped.
    others = {caller.partner.get("credential"), caller.partner.get("previous_credential")} - {None, caller.token_hash}
    return _registered(request, caller, obsolete=[str(token_hash) for token_hash in others], previous=caller.token_hash)


def delete_credentials(request: OcpiRequest) -> Reply:
    """Unregister: no token works any more in either direction; what happened stays."""
    caller = _caller(request)
    if caller.state == partners.STATE_A:
        raise MethodNotAllowed("Not registered")
    partner = caller.partner
    known = {partner.get("credential"), partner.get("previous_credential"), caller.token_hash} - {None}
    facts = {"state": partners.UNREGISTERED, "unregistered_at": format_time(request.now)}
    gone = ("endpoints", "credential", "previous_credential")
    request.store.commit(
        partners.partner_changed(request.partner_id, facts, remove=gone),
        *(partners.credential_deleted(str(token_hash)) for token_hash in known),
    )
    secrets.delete_partner_token(request.partner_id)
    log.write(catalogue.OCPI_UNREGISTERED, partner_id=request.partner_id)
    return Reply()


def _registered(request: OcpiRequest, caller: Caller, *, obsolete: list[str], previous: str | None) -> Reply:
    credentials = parse(Credentials, request.json)
    raw_token = bool(caller.partner.get("raw_token"))
    try:
        peer = handshake.discover(
            credentials.url, credentials.token, handshake.Budget(), version=request.version, raw_token=raw_token
        )
    except OcpiError as error:
        log.write(
            catalogue.OCPI_HANDSHAKE_FAILED,
            partner_id=request.partner_id,
            status_code=error.status_code,
            why=error.message,
        )
        raise
    token = tokens.generate()
    # Before the commit: a registered partner without its token could not be told anything.
    secrets.put_partner_token(request.partner_id, credentials.token)
    used = [] if previous else [_used_up(caller.token_hash)]
    try:
        request.store.commit(
            *handshake.registration(caller.partner, peer, credentials, tokens.digest(token), request.now, previous),
            *(partners.credential_deleted(token_hash) for token_hash in obsolete),
            *used,
        )
    except ConditionFailed:
        raise MethodNotAllowed("Already registered: use PUT") from None
    log.write(catalogue.OCPI_REGISTERED, partner_id=request.partner_id, version=peer.version)
    return Reply(handshake.own_credentials(caller.partner, token, request.version))


def _used_up(token_hash: str) -> Delete:
    """Token A registers once, also where two requests come at the same time."""
    return replace(partners.credential_deleted(token_hash), conditions=(exists(),))


def _caller(request: OcpiRequest) -> Caller:
    if request.caller is None:
        raise ocpi_access.missing_token()
    return request.caller


handler = endpoint(
    "credentials",
    {
        "": {
            "GET": get_credentials,
            "POST": post_credentials,
            "PUT": put_credentials,
            "DELETE": delete_credentials,
        }
    },
    ocpi_access.WITH_TOKEN_A,
)
