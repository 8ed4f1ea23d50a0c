"""Partners: invited with a token A of ours, or registered by us with theirs. Tokens are shown once, or never."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from csms.edge import settings
from csms.ocpi import endpoints, tokens
from csms.ocpi.errors import OcpiError
from csms.store import lists, partners
from csms.store.dynamo import ConditionFailed
from functions.operator_api.api import ApiRequest, Body, Reply
from functions.operator_api.problems import Conflict, NotFound, PartnerUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csms.store.dynamo import Item

Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.-]+$")]

_SHOWN: Final = (
    "partner_id", "name", "state", "version", "versions_url", "hub_party_id", "endpoints", "our_party", "raw_token",
    "callback_hosts", "location_ids", "registered_at", "unregistered_at",
)  # fmt: skip
_HEALTH: Final = ("last_success_at", "last_error_at", "last_error", "push_stopped_at", "push_stopped_why")


class OurParty(Body):
    """Who we are towards this partner, where it is not the deployment's own party."""

    country_code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    party_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{3}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class PartnerBody(Body):
    """A partner to be. `raw_token`: it does not Base64-encode tokens. `location_ids`: the only ones it may see."""

    partner_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,36}$")]
    kind: Literal["PTP", "EMSP", "HUB"]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    our_party: OurParty | None = None
    raw_token: bool | None = None
    callback_hosts: list[Host] | None = None
    location_ids: list[Annotated[str, Field(min_length=1, max_length=36)]] | None = None


class Registration(Body):
    """What a partner gave us out of band: where its versions are, and the token to begin with."""

    versions_url: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^https?://[\x21-\x7e]+$")]
    token: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


def list_partners(request: ApiRequest) -> Reply:
    """Partners in the order of their invitation."""
    return request.page(lists.partner_list()).reply(shown)


def get_partner(request: ApiRequest, partner_id: str) -> Reply:
    """One partner: who it is, how far the registration is, and whether pushes reach it."""
    return Reply(shown(found(request, partner_id)))


def create_partner(request: ApiRequest) -> Reply:
    """Invite a partner: the answer holds the token A that it registers with, this once."""
    body = request.read(PartnerBody)
    token = tokens.generate()
    more = body.model_dump(exclude={"partner_id", "kind", "name"}, exclude_none=True)
    invited = partners.partner_invited(
        body.partner_id,
        body.kind,
        body.name,
        tokens.digest(token),
        request.now,
        invitation=tokens.digest(token),
        **more,
    )
    audited = request.audited("partner.invited", f"partners/{body.partner_id}", **body.model_dump(exclude_none=True))
    try:
        request.store.commit(*invited, audited)
    except ConditionFailed as failed:
        raise Conflict(f"There is a partner {body.partner_id} already") from failed
    return Reply({"partner": shown(invited[0].item), "invitation": _invitation(token)}, 201)


def renew_invitation(request: ApiRequest, partner_id: str) -> Reply:
    """A new token A for a partner that is not registered; the one before it does not work any more."""
    partner = found(request, partner_id)
    if partner["state"] == partners.REGISTERED:
        raise Conflict("It is registered; it can renew its credentials itself")
    token = tokens.generate()
    digest, before = tokens.digest(token), partner.get("invitation")
    request.store.commit(
        partners.partner_changed(partner_id, {"invitation": digest}),
        partners.credential(partner_id, digest, partners.STATE_A),
        *((partners.credential_deleted(before),) if before else ()),
        request.audited("partner.invited", f"partners/{partner_id}", again=True),
    )
    return Reply({"partner": shown(found(request, partner_id)), "invitation": _invitation(token)}, 201)


def register(request: ApiRequest, partner_id: str) -> Reply:
    """Register with a partner that gave us its versions URL and a token: we start the handshake."""
    from csms.edge.credentials_client import register_with

    found(request, partner_id)
    body = request.read(Registration)
    _audit(request, "partner.registering", partner_id, versions_url=body.versions_url)
    with _their_part():
        partner = register_with(request.store, partner_id, body.versions_url, body.token, request.now)
    return Reply(shown(partner))


def renew(request: ApiRequest, partner_id: str) -> Reply:
    """Exchange the tokens with a registered partner, read its endpoints again, move to the highest common version."""
    from csms.edge.credentials_client import renew_with

    found(request, partner_id)
    _audit(request, "partner.renewing", partner_id)
    with _their_part():
        partner = renew_with(request.store, partner_id, request.now)
    return Reply(shown(partner))


def unregister(request: ApiRequest, partner_id: str) -> Reply:
    """End the connection with a partner, whether or not it agrees; an invitation ends too. What happened between us stays."""
    from csms.edge.credentials_client import leave

    invitation = found(request, partner_id).get("invitation")
    _audit(request, "partner.leaving", partner_id)
    if invitation:
        request.store.commit(partners.credential_deleted(invitation))
    agreed = leave(request.store, partner_id, request.now)
    return Reply({"partner": shown(found(request, partner_id)), "partner_agreed": agreed})


def _audit(request: ApiRequest, action: str, partner_id: str, **details: str) -> None:
    """Before the handshake: what the partner is told cannot be taken back."""
    request.store.commit(request.audited(action, f"partners/{partner_id}", **details))


@contextmanager
def _their_part() -> Iterator[None]:
    """A handshake that failed is the partner's matter, in OCPI's words."""
    try:
        yield
    except OcpiError as error:
        raise PartnerUnusable(f"OCPI {error.status_code}: {error.message}") from error


def found(request: ApiRequest, partner_id: str) -> Item:
    """The partner's record. Raises NotFound."""
    partner = partners.get_partner(request.store, partner_id)
    if partner is None:
        raise NotFound(f"No partner {partner_id}")
    return partner


def shown(partner: Item) -> dict[str, Any]:
    """A partner without its secrets."""
    return {
        **{name: partner[name] for name in _SHOWN if name in partner},
        "kind": partner["partner_kind"],
        "parties": partner.get("roles") or [],
        "health": {name: partner[name] for name in _HEALTH if name in partner},
    }


def _invitation(token: str) -> dict[str, Any]:
    return {
        "versions_url": endpoints.versions_url(settings.public_url()),
        "token": token,
        "hint": "Give both to the partner. The token is shown this once; it opens the registration and nothing else.",
    }
