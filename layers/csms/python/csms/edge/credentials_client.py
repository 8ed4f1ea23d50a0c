"""Credentials as initiator: we register with a partner that gave us its versions URL and a token A, renew, or leave.

Raises OcpiError (3001, 3002, 3003) where the partner's side does not work; nothing of ours is changed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.edge import handshake, log, ocpi_client, outgoing
from csms.edge import log_catalogue as catalogue
from csms.ocpi import endpoints, tokens
from csms.ocpi.errors import ClientApiUnusable, InvalidParameter, NoMatchingEndpoints, NotFound
from csms.ocpi.models.base import parse
from csms.ocpi.models.credentials import Credentials
from csms.store import partners, secrets

if TYPE_CHECKING:
    from datetime import datetime

    from csms.edge.handshake import Budget, Peer
    from csms.store.dynamo import Item, Store


def register_with(store: Store, partner_id: str, versions_url: str, token_a: str, now: datetime) -> Item:
    """Register with a partner that is in our registry already; returns its record afterwards.

    `token_a` is the partner's, given to the operator out of band. The highest common version is used.
    """
    partner = _partner(store, partner_id)
    return _exchange(store, partner, "POST", versions_url, token_a, now)


def renew_with(store: Store, partner_id: str, now: datetime) -> Item:
    """Exchange the tokens and read the endpoints again, moving to the highest common version."""
    partner = _partner(store, partner_id)
    token = secrets.get_partner_token(partner_id)
    if token is None or "versions_url" not in partner:
        raise ClientApiUnusable("Not registered with this partner")
    return _exchange(store, partner, "PUT", partner["versions_url"], token, now)


def leave(store: Store, partner_id: str, now: datetime) -> bool:
    """Unregister from a partner. True where it agreed; on our side the connection ends in any case."""
    partner = _partner(store, partner_id)
    token = secrets.get_partner_token(partner_id)
    url = endpoints.pick_endpoint(partner.get("endpoints") or (), "credentials", endpoints.RECEIVER)
    agreed = False
    if token and url:
        try:
            raw = bool(partner.get("raw_token"))
            agreed = ocpi_client.call("DELETE", url, token=token, raw_token=raw).ok
        except outgoing.OutgoingError as error:
            log.write(catalogue.OCPI_HANDSHAKE_FAILED, error=error, partner_id=partner_id)
    facts = {"state": partners.UNREGISTERED, "unregistered_at": format_time(now)}
    known = {partner.get("credential"), partner.get("previous_credential")} - {None}
    store.commit(
        partners.partner_changed(partner_id, facts, remove=("endpoints", "credential", "previous_credential")),
        *(partners.credential_deleted(str(token_hash)) for token_hash in known),
    )
    secrets.delete_partner_token(partner_id)
    log.write(catalogue.OCPI_UNREGISTERED, partner_id=partner_id)
    return agreed


def _partner(store: Store, partner_id: str) -> Item:
    partner = partners.get_partner(store, partner_id)
    if partner is None:
        raise NotFound
    return partner


def _exchange(store: Store, partner: Item, method: str, versions_url: str, their_token: str, now: datetime) -> Item:
    budget = handshake.Budget()
    raw_token = bool(partner.get("raw_token"))
    peer = handshake.discover(versions_url, their_token, budget, version=None, raw_token=raw_token)
    ours = tokens.generate()
    # The partner reads our versions with this token before it answers; until then it opens nothing else.
    store.commit(partners.credential(partner["partner_id"], tokens.digest(ours), partners.STATE_A))
    try:
        theirs = _credentials_of(partner, peer, method, their_token, ours, budget)
    except Exception:
        store.commit(partners.credential_deleted(tokens.digest(ours)))
        raise
    secrets.put_partner_token(partner["partner_id"], theirs.token)
    before = partner.get("credential") if method == "PUT" else None
    obsolete = {partner.get("credential"), partner.get("previous_credential")} - {None, before}
    store.commit(
        *handshake.registration(partner, peer, theirs, tokens.digest(ours), now, before),
        *(partners.credential_deleted(str(token_hash)) for token_hash in obsolete),
    )
    log.write(catalogue.OCPI_REGISTERED, partner_id=partner["partner_id"], version=peer.version)
    return _partner(store, partner["partner_id"])


def _credentials_of(partner: Item, peer: Peer, method: str, their_token: str, ours: str, budget: Budget) -> Credentials:
    """Send our credentials and read the partner's."""
    url = endpoints.pick_endpoint(peer.endpoints, "credentials", endpoints.RECEIVER)
    if url is None:
        raise NoMatchingEndpoints
    document: dict[str, Any] = handshake.own_credentials(partner, ours, peer.version)
    # The partner calls us back before it answers, so this call gets all the time that is left.
    try:
        answered = ocpi_client.call(
            method,
            url,
            token=their_token,
            raw_token=bool(partner.get("raw_token")),
            document=document,
            timeout_seconds=budget.left(),
        )
        if answered.answer is None or not answered.ok:
            raise ClientApiUnusable(f"The partner refused our credentials: {answered.describe()}")
        return parse(Credentials, answered.answer.one())
    except outgoing.OutgoingError as error:
        raise ClientApiUnusable(f"The partner's credentials endpoint cannot be used: {error}") from error
    except InvalidParameter as error:
        raise ClientApiUnusable(f"The partner's credentials cannot be used: {error.message}") from error
