"""What a partner's record says: who both sides are towards each other, and what the partner may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.edge import settings
from csms.ocpi import callbacks
from csms.ocpi.routing import Party
from csms.store import master

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Store

PTP = "PTP"


def our_party(partner: Mapping[str, Any]) -> Party:
    """The party we are towards this partner: its own `our_party` where it has one, else the deployment's."""
    named = partner.get("our_party") or {}
    own = settings.own_party()
    return Party(named.get("country_code", own.country_code), named.get("party_id", own.party_id))


def our_name(partner: Mapping[str, Any]) -> str:
    """The name of our business towards this partner."""
    return (partner.get("our_party") or {}).get("name") or settings.own_party().name


def parties(partner: Mapping[str, Any]) -> tuple[Party, ...]:
    """The partner's parties, as its credentials listed them."""
    return tuple(Party(role["country_code"], role["party_id"]) for role in partner.get("roles") or ())


def their_party(partner: Mapping[str, Any]) -> Party:
    """The partner's first party. One that never told gets ids that no real party has."""
    return next(iter(parties(partner)), Party("ZZ", "ZZZ"))


def is_terminal_provider(partner: Mapping[str, Any]) -> bool:
    """Whether sessions of this partner are paid by card: a hold, a capture, and a limit between them."""
    return partner.get("partner_kind") == PTP


def known_hosts(partner: Mapping[str, Any]) -> frozenset[str]:
    """Hosts that the partner's versions URL and endpoints name, and those the operator added (`callback_hosts`)."""
    urls = [partner.get("versions_url", ""), *(entry["url"] for entry in partner.get("endpoints") or ())]
    hosts = {callbacks.host_of(url) for url in urls if url}
    return frozenset(hosts | {str(host).lower() for host in partner.get("callback_hosts") or ()}) - {""}


def sees_location(partner: Mapping[str, Any], location: Mapping[str, Any]) -> bool:
    """Whether a location (its document) is shown to this partner: its `location_ids` name it, where it has any."""
    named = partner.get("location_ids")
    return not named or str(location["id"]).lower() in {str(identity).lower() for identity in named}


def visible_location(store: Store, partner: Mapping[str, Any], location_id: str) -> Item | None:
    """A location row by its id, as spelled or in another case, where the partner may see it; else None."""
    row = master.get_location(store, location_id)
    if row is None:
        wanted = location_id.lower()
        row = next((r for r in master.list_locations(store) if str(r["location"]["id"]).lower() == wanted), None)
    return row if row and sees_location(partner, row["location"]) else None
