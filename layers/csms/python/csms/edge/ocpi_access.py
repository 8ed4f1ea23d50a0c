"""Who calls: the token of the Authorization header, by its hash, and what it opens.

Token A opens versions and credentials until the handshake. The token of a finished handshake opens everything. The one
it replaced works on for a while, and is dropped as soon as the new one is used: the partner has it then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import parse_time
from csms.ocpi import tokens
from csms.ocpi.errors import Unauthorized
from csms.store import partners
from csms.store.dynamo import Condition

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Store


@dataclass(frozen=True, slots=True)
class Access:
    """What a module asks of the token: `invited` lets token A in, `anonymous` lets a request without one in."""

    invited: bool = False
    anonymous: bool = False


REGISTERED_ONLY: Final = Access()
WITH_TOKEN_A: Final = Access(invited=True)
OPEN: Final = Access(invited=True, anonymous=True)


@dataclass(frozen=True, slots=True)
class Caller:
    """The partner, the state of the token it used, the token's hash, and the token itself (to be echoed once)."""

    partner: dict[str, Any]
    state: str
    token_hash: str
    token: str


def missing_token() -> Unauthorized:
    """The error for a request that needs a token and has none that counts."""
    return Unauthorized()


def authenticate(header: str | None, access: Access, store: Store, now: datetime) -> Caller | None:
    """Find the caller. None only for an anonymous request where that is allowed; else raises Unauthorized."""
    if header is None and access.anonymous:
        return None
    caller = _find(header, store, now)
    if caller is None or (caller.state == partners.STATE_A and not access.invited):
        raise missing_token()
    _drop_previous(caller, store)
    return caller


def _find(header: str | None, store: Store, now: datetime) -> Caller | None:
    for token in tokens.candidates(header):
        token_hash = tokens.digest(token)
        row = partners.get_credential(store, token_hash)
        if row is None or ("valid_until" in row and parse_time(row["valid_until"]) <= now):
            continue
        partner = partners.get_partner(store, row["partner_id"])
        if partner is not None:
            return Caller(partner, row["state"], token_hash, token)
    return None


def _drop_previous(caller: Caller, store: Store) -> None:
    """The first use of a new token ends the one before it."""
    previous = caller.partner.get("previous_credential")
    if caller.state != partners.STATE_CURRENT or not previous or caller.token_hash == previous:
        return
    from dataclasses import replace

    from csms.store.dynamo import ConditionFailed

    forgotten = partners.partner_changed(caller.partner["partner_id"], {}, remove=("previous_credential",))
    once = replace(forgotten, conditions=(Condition("previous_credential", "=", previous),))
    try:
        store.commit(once, partners.credential_deleted(previous))
    except ConditionFailed:
        return  # another request of the same moment did it
