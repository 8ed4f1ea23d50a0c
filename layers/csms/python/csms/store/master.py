"""Master data: locations with their EVSEs, tariffs, tokens and terminals, as OCPI documents of the internal model.

| partition | sort key | what |
|---|---|---|
| `LOCATION#<id>` | `LOCATION` | location document without EVSEs in `location`, its EVSEs in the map `evses` by uid |
| `TARIFF#<id>` | `TARIFF` | tariff document in `tariff` |
| `TOKEN#<UID>` | `<cc>#<pid>#<type>` | token document in `token`; uids are matched without regard to case |
| `TERMINAL#<partner>#<id>` | `TERMINAL` | terminal document in `terminal` |

An EVSE in `evses` is the OCPI EVSE document plus `charger_id` and `ocpp_evse_id` (1.6: the connectorId): where it is.
The station's own record names `location_id` and maps its EVSE ids to uids, so a frame finds its EVSE in one read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.contract import INDEX_OWNED, PARTNERS
from csms.domain.times import format_time
from csms.store.dynamo import Condition, Delete, Item, Put, Store, Update, absent, exists

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LOCATIONS: Final = "LOCATIONS"
TARIFFS: Final = "TARIFFS"
TOKENS: Final = "TOKENS"
_OWN_FIELDS: Final = ("charger_id", "ocpp_evse_id", "status_at")


# --- locations ---------------------------------------------------------------------------------------------------


def location_put(location: Mapping[str, Any], evses: Mapping[str, Mapping[str, Any]], now: datetime) -> Put:
    """A location (without EVSEs) and its EVSEs by uid; replaces an existing one, whose place in lists it keeps by id."""
    return Put(
        PARTNERS,
        {
            "pk": f"LOCATION#{location['id']}",
            "sk": "LOCATION",
            "kind": "LOCATION",
            "location": dict(location),
            "evses": {uid: dict(evse) for uid, evse in evses.items()},
            "owner": LOCATIONS,
            "created": str(location["id"]),
            "last_updated": format_time(now),
        },
    )


def get_location(store: Store, location_id: str) -> Item | None:
    """A location row, or None."""
    return store.get(PARTNERS, f"LOCATION#{location_id}", "LOCATION")


def list_locations(store: Store) -> list[Item]:
    """All locations in the order of their ids (stable for paging)."""
    return store.query(PARTNERS, LOCATIONS, index=INDEX_OWNED)


def location_document(row: Item) -> dict[str, Any]:
    """The full OCPI Location (internal shape) of a row: EVSEs in the order of their uids, our own fields left out."""
    evses = [
        {name: value for name, value in evse.items() if name not in _OWN_FIELDS}
        for _, evse in sorted(row["evses"].items())
    ]
    return {**row["location"], "evses": evses, "last_updated": row["last_updated"]}


def evse_status_changed(location_id: str, uid: str, status: str, at: str, now: datetime) -> Update:
    """An EVSE's OCPI status as of `at`; only where it is newer and different. `last_updated` bubbles up."""
    time = format_time(now)
    return Update(
        PARTNERS,
        f"LOCATION#{location_id}",
        "LOCATION",
        set={
            ("evses", uid, "status"): status,
            ("evses", uid, "status_at"): at,
            ("evses", uid, "last_updated"): time,
            "last_updated": time,
        },
        conditions=(
            exists(("evses", uid)),
            Condition(("evses", uid, "status"), "<>", status),
            Condition(("evses", uid, "status_at"), "absent", or_else=Condition(("evses", uid, "status_at"), "<=", at)),
        ),
    )


# --- tariffs -----------------------------------------------------------------------------------------------------


def tariff_put(tariff: Mapping[str, Any], now: datetime) -> Put:
    """A tariff document (internal shape)."""
    return Put(
        PARTNERS,
        {
            "pk": f"TARIFF#{tariff['id']}",
            "sk": "TARIFF",
            "kind": "TARIFF",
            "tariff": {**tariff, "last_updated": format_time(now)},
            "owner": TARIFFS,
            "created": str(tariff["id"]),
            "last_updated": format_time(now),
        },
    )


def tariff_deleted(tariff_id: str) -> Delete:
    """Take a tariff out; what was priced with it keeps its snapshot."""
    return Delete(PARTNERS, f"TARIFF#{tariff_id}", "TARIFF", (exists(),))


def get_tariff(store: Store, tariff_id: str) -> Item | None:
    """A tariff row (`tariff` is the document), or None."""
    return store.get(PARTNERS, f"TARIFF#{tariff_id}", "TARIFF")


def list_tariffs(store: Store) -> list[Item]:
    """All tariffs in the order of their ids."""
    return store.query(PARTNERS, TARIFFS, index=INDEX_OWNED)


def connector_tariff(
    store: Store, location: Item, evse_uid: str, connector_id: str | None = None
) -> dict[str, Any] | None:
    """The tariff document in force on a connector: the ad-hoc one where several are named, else the first."""
    connectors = location["evses"].get(evse_uid, {}).get("connectors", [])
    connector = next((c for c in connectors if connector_id in (None, c["id"])), None)
    found = [row["tariff"] for tid in (connector or {}).get("tariff_ids", []) if (row := get_tariff(store, tid))]
    return next((t for t in found if t.get("type") == "AD_HOC_PAYMENT"), found[0] if found else None)


# --- tokens ------------------------------------------------------------------------------------------------------


def token_key(token: Mapping[str, Any]) -> tuple[str, str]:
    """Partition and sort key of a token: uids compare without regard to case (OCPI CiString, OCPP idTag)."""
    return (
        f"TOKEN#{token['uid'].upper()}",
        f"{token['country_code']}#{token['party_id']}#{token.get('type', 'RFID')}".upper(),
    )


def token_put(token: Mapping[str, Any], owner: str, now: datetime) -> Put:
    """A token of a partner (or of the operator itself: LOCAL)."""
    pk, sk = token_key(token)
    return Put(
        PARTNERS,
        {
            "pk": pk,
            "sk": sk,
            "kind": "TOKEN",
            "token": dict(token),
            "partner_id": owner,
            "owner": f"{owner}#{TOKENS}",
            "created": f"{pk}#{sk}",
            "last_updated": format_time(now),
        },
    )


def token_deleted(token: Mapping[str, Any]) -> Delete:
    """Take a token out."""
    pk, sk = token_key(token)
    return Delete(PARTNERS, pk, sk, (exists(),))


def find_tokens(store: Store, uid: str) -> list[Item]:
    """Every token with this uid, whoever issued it."""
    return store.query(PARTNERS, f"TOKEN#{uid.upper()}")


# --- terminals ---------------------------------------------------------------------------------------------------


def terminal_put(partner_id: str, terminal: Mapping[str, Any], now: datetime, *, new: bool) -> Put:
    """A payment terminal of a partner."""
    return Put(
        PARTNERS,
        {
            "pk": f"TERMINAL#{partner_id}#{terminal['terminal_id'].upper()}",
            "sk": "TERMINAL",
            "kind": "TERMINAL",
            "partner_id": partner_id,
            "terminal": dict(terminal),
            "owner": f"{partner_id}#TERMINALS",
            "created": str(terminal["terminal_id"]),
            "last_updated": format_time(now),
        },
        (absent(),) if new else (),
    )


def get_terminal(store: Store, partner_id: str, terminal_id: str) -> Item | None:
    """A terminal row (`terminal` is the document), or None."""
    return store.get(PARTNERS, f"TERMINAL#{partner_id}#{terminal_id.upper()}", "TERMINAL")


def list_terminals(store: Store, partner_id: str) -> list[Item]:
    """A partner's terminals in the order of their ids."""
    return store.query(PARTNERS, f"{partner_id}#TERMINALS", index=INDEX_OWNED)
