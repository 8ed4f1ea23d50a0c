"""Partners: terminal platforms (PTP), eMSPs and hubs, with their endpoints and the tokens of both directions.

| partition | sort key | what |
|---|---|---|
| `PARTNER#<id>` | `PARTNER` | name, kind, parties (roles), current version, endpoints, flags |
| `CREDENTIAL#<sha256>` | `CREDENTIAL` | a token that the partner sends us, by its hash: partner id and state |

Tokens that partners send us are stored as hashes only. Tokens that we send them are SecureString parameters
(`csms.store.secrets`), never items.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import INDEX_OWNED, PARTNERS
from csms.domain.times import format_time
from csms.store.chargers import expiry
from csms.store.dynamo import Delete, Item, Put, Store, Update, absent, exists

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

OWNER_LIST: Final = "PARTNERS"

INVITED: Final = "INVITED"  # token A was issued, no handshake yet
REGISTERED: Final = "REGISTERED"
UNREGISTERED: Final = "UNREGISTERED"

STATE_A: Final = "A"  # for versions and credentials only, until the handshake
STATE_CURRENT: Final = "CURRENT"
STATE_PREVIOUS: Final = "PREVIOUS"  # replaced, still accepted until the new one was used or time is over

OVERLAP: Final = timedelta(hours=24)


def partner_invited(
    partner_id: str, kind: str, name: str, token_a_hash: str, now: datetime, **more: Any
) -> tuple[Put, Put]:
    """A partner that may register with the given token A. `kind`: PTP, EMSP or HUB, set by the operator."""
    partner = {
        "pk": f"PARTNER#{partner_id}",
        "sk": "PARTNER",
        "kind": "PARTNER",
        "partner_id": partner_id,
        "partner_kind": kind,
        "name": name,
        "state": INVITED,
        "owner": OWNER_LIST,
        "created": f"{format_time(now)}#{partner_id}",
        **more,
    }
    return Put(PARTNERS, partner, (absent(),)), credential(partner_id, token_a_hash, STATE_A)


def credential(partner_id: str, token_hash: str, state: str, until: datetime | None = None) -> Put:
    """A token (by its hash) that this partner may send us."""
    row: dict[str, Any] = {
        "pk": f"CREDENTIAL#{token_hash}",
        "sk": "CREDENTIAL",
        "kind": "CREDENTIAL",
        "partner_id": partner_id,
        "state": state,
    }
    if until is not None:
        row |= {"valid_until": format_time(until), "expires_at_s": expiry(until, timedelta(0))}
    return Put(PARTNERS, row)


def credential_deleted(token_hash: str) -> Delete:
    """A token that is no longer accepted."""
    return Delete(PARTNERS, f"CREDENTIAL#{token_hash}", "CREDENTIAL")


def get_credential(store: Store, token_hash: str) -> Item | None:
    """Whose token this is and in which state, or None."""
    return store.get(PARTNERS, f"CREDENTIAL#{token_hash}", "CREDENTIAL")


def get_partner(store: Store, partner_id: str) -> Item | None:
    """A partner, or None."""
    return store.get(PARTNERS, f"PARTNER#{partner_id}", "PARTNER")


def list_partners(store: Store) -> list[Item]:
    """All partners in the order of their invitation."""
    return store.query(PARTNERS, OWNER_LIST, index=INDEX_OWNED)


def partner_changed(partner_id: str, changes: Mapping[str, Any], remove: tuple[str, ...] = ()) -> Update:
    """Set attributes of an existing partner (state, version, endpoints, roles, credential hashes …)."""
    return Update(
        PARTNERS, f"PARTNER#{partner_id}", "PARTNER", set=dict(changes), remove=remove, conditions=(exists(),)
    )
