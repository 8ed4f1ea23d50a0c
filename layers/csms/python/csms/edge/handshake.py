"""What both sides of the credentials handshake have in common: reading the other side, and what is then stored.

Errors are those of OCPI: ClientApiUnusable (3001) where its versions cannot be read, UnsupportedVersion (3002) where
there is no common version, NoMatchingEndpoints (3003) where it has nothing that we could use.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.edge import ocpi_client, outgoing, partners, settings
from csms.ocpi import endpoints
from csms.ocpi.errors import ClientApiUnusable, InvalidParameter, NoMatchingEndpoints, UnsupportedVersion
from csms.ocpi.models.credentials import read_details, read_versions
from csms.store import partners as store_partners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from csms.ocpi.fields import Version
    from csms.ocpi.models.credentials import Credentials
    from csms.store.dynamo import Write

CALL_SECONDS: Final = 5.0
ALL_CALLS_SECONDS: Final = 18.0  # of the 20 that a partner has patience for
# Modules of a partner that we would call; a partner with none of them has nothing to connect.
_CALLED: Final = (
    ("locations", endpoints.RECEIVER),
    ("tariffs", endpoints.RECEIVER),
    ("sessions", endpoints.RECEIVER),
    ("cdrs", endpoints.RECEIVER),
    ("tokens", endpoints.SENDER),
    ("commands", endpoints.SENDER),
    ("payments", endpoints.SENDER),
)
_PUSH_STOPPED: Final = ("push_stopped_at", "push_stopped_why")


class Budget:
    """The time that is left for all calls of one handshake."""

    def __init__(self, seconds: float = ALL_CALLS_SECONDS) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds for all that is still to be called. Raises ClientApiUnusable where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise ClientApiUnusable("The endpoints answer too slowly")
        return left

    def next_call(self) -> float:
        """Seconds for the next call."""
        return min(CALL_SECONDS, self.left())


@dataclass(frozen=True, slots=True)
class Peer:
    """The other side: where its versions are, the version in use and its endpoints there."""

    versions_url: str
    version: Version
    endpoints: list[dict[str, Any]]


def discover(
    versions_url: str, token: str, budget: Budget, *, version: Version | None, raw_token: bool = False
) -> Peer:
    """Read the other side's versions and details. `version` None: the highest common one."""
    offered = _usable(read_versions, _read(versions_url, token, budget, raw_token=raw_token))
    if version is not None:
        offered = [entry for entry in offered if entry["version"].strip() == version]
    chosen = endpoints.pick_version(offered)
    if chosen is None:
        raise UnsupportedVersion
    found = _usable(read_details, _read(chosen[1], token, budget, raw_token=raw_token))
    if not any(endpoints.pick_endpoint(found, module, role) for module, role in _CALLED):
        raise NoMatchingEndpoints
    return Peer(versions_url, chosen[0], [_kept(entry) for entry in found])


def _kept(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("identifier", "role", "url") if entry.get(name)}


def _read(url: str, token: str, budget: Budget, *, raw_token: bool) -> Any:
    """GET with the token; where that is refused, without: some platforms keep these endpoints open and only so."""
    try:
        answered = ocpi_client.call("GET", url, token=token, raw_token=raw_token, timeout_seconds=budget.next_call())
        if answered.status in {401, 403}:
            answered = ocpi_client.call("GET", url, timeout_seconds=budget.next_call())
    except outgoing.OutgoingError as error:
        raise ClientApiUnusable(f"The versions endpoints cannot be read: {error}") from error
    if answered.answer is None or not answered.ok:
        raise ClientApiUnusable(f"The versions endpoints cannot be read: HTTP {answered.status}")
    return answered.answer.data


def _usable(read: Callable[[Any], list[dict[str, Any]]], data: Any) -> list[dict[str, Any]]:
    """Read a list of the other side. One that cannot be used makes its interface unusable for us."""
    try:
        return read(data)
    except InvalidParameter as error:
        raise ClientApiUnusable(error.message) from error


def registration(
    partner: Mapping[str, Any],
    peer: Peer,
    credentials: Credentials,
    token_hash: str,
    now: datetime,
    previous: str | None,
) -> tuple[Write, ...]:
    """Writes of a finished handshake: the partner as it is now, and the token (by hash) that it uses from here on.

    `previous` is the hash of the token that stays valid for a while; other tokens are the caller's to delete.
    """
    facts: dict[str, Any] = {
        "state": store_partners.REGISTERED,
        "version": peer.version,
        "versions_url": peer.versions_url,
        "endpoints": peer.endpoints,
        "roles": [role.document() for role in credentials.roles],
        "hub_party_id": credentials.hub_party_id,
        "credential": token_hash,
        "registered_at": format_time(now),
    }
    writes: list[Write] = [store_partners.credential(partner["partner_id"], token_hash, store_partners.STATE_CURRENT)]
    gone: tuple[str, ...] = _PUSH_STOPPED
    if previous is None:
        gone = (*gone, "previous_credential")
    else:
        facts["previous_credential"] = previous
        until = now + store_partners.OVERLAP
        writes.append(store_partners.credential(partner["partner_id"], previous, store_partners.STATE_PREVIOUS, until))
    return (store_partners.partner_changed(partner["partner_id"], facts, remove=gone), *writes)


def own_credentials(partner: Mapping[str, Any], token: str, version: Version) -> dict[str, Any]:
    """Our Credentials object for this partner, around the token it is to use."""
    from csms.ocpi import render

    party = partners.our_party(partner)
    role = {
        "role": "CPO",
        "business_details": {"name": partners.our_name(partner)},
        "country_code": party.country_code,
        "party_id": party.party_id,
    }
    return render.own_credentials(token, endpoints.versions_url(settings.public_url()), [role], version)
