"""Bodies of the stations resource, and how a station is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from csms.store import chargers, charging_profiles, lists
from functions.operator_api.api import Body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Store

Protocol = Literal["ocpp2.1", "ocpp2.0.1", "ocpp1.6"]
Registration = Literal["accepted", "pending", "blocked"]
Identifier = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$")]
OcppNumber = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}$")]
# OCPP 1.6 security whitepaper and 2.0.1 BasicAuthPassword: 16 to 40 characters.
Password = Annotated[str, Field(min_length=16, max_length=40, pattern=r"^[\x20-\x7e]+$")]


class EvseMapping(Body):
    """Which OCPI EVSE an OCPP EVSE is, and which OCPI connectors its connectors are."""

    uid: Identifier
    connectors: dict[OcppNumber, Identifier]


class StationBody(Body):
    """A station as the operator sets it. Profile 0: no password. 1: a password. 2: a password, TLS only."""

    registration: Registration = "accepted"
    security_profile: Literal[0, 1, 2] = 2
    password: Password | None = None
    protocols: Annotated[list[Protocol], Field(min_length=1)] | None = None
    protocol_without_offer: Protocol | None = None
    location_id: Identifier | None = None
    evses: dict[OcppNumber, EvseMapping] = Field(default_factory=dict)


class StationPatch(Body):
    """What changes of a station; null takes an optional field away."""

    registration: Registration = "accepted"
    security_profile: Literal[0, 1, 2] = 2
    password: Password = ""
    protocols: Annotated[list[Protocol], Field(min_length=1)] | None = None
    protocol_without_offer: Protocol | None = None
    location_id: Identifier | None = None
    evses: dict[OcppNumber, EvseMapping] = Field(default_factory=dict)


_SET_BY_OPERATOR: Final = (
    "charger_id",
    "registration",
    "security_profile",
    "protocols",
    "protocol_without_offer",
    "location_id",
    "evses",
)
_NOT_SHOWN: Final = frozenset({"pk", "sk", "kind", "owner", "created", "expires_at_s", "password_hashes"})
_SECRET_WORDS: Final = ("password", "secret", "hash", "token")
_CONNECTION: Final = (
    "protocol", "connected_at", "last_seen_at", "disconnected_at", "disconnect_reason", "source_ip", "connections",
)  # fmt: skip
_STATUS: Final = (
    "evse_id", "connector_id", "status", "reported_at", "received_at", "error_code", "vendor_error_code", "info",
)  # fmt: skip
_LIMIT: Final = ("evse_id", "source", "is_grid_critical", "changed_at")
_TRANSACTION: Final = ("evse_id", "transaction_id", "session_id", "started_at", "meter_start_wh")


def shown(store: Store, station: Item) -> dict[str, Any]:
    """A station with its connection, the latest status of each connector, and what runs on it. No secrets."""
    charger_id = station["charger_id"]
    connection = chargers.get_connection(store, charger_id)
    running = [row for row in chargers.list_active(store, charger_id) if row["state"] == "open"]
    return {
        **_only(station, _SET_BY_OPERATOR),
        "has_password": bool(station.get("password_hashes")),
        "registered_at": station["created"].partition("#")[0],
        "boot": {name: value for name, value in station.items() if _is_boot_fact(name)},
        "connection": shown_connection(connection),
        "statuses": [_only(row, _STATUS) for row in lists.latest_statuses(store, charger_id)],
        "active_transactions": [_only(row, _TRANSACTION) for row in running],
        "external_limits": [_only(row, _LIMIT) for row in charging_profiles.limits_of(store, charger_id)],
    }


def shown_connection(connection: Mapping[str, Any]) -> dict[str, Any]:
    """The live state: whether it is connected, since when, and what waits for it."""
    return {
        "connected": bool(connection.get("connection_id")),
        **_only(connection, _CONNECTION),
        "outstanding_command": connection.get("slot"),
        "waiting_commands": len(connection.get("queue") or ()),
    }


def shown_row(row: Item) -> dict[str, Any]:
    """A row of what a charger reported: without keys."""
    return {name: value for name, value in row.items() if name not in _NOT_SHOWN} | {"kind": row["kind"]}


def _only(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def _is_boot_fact(name: str) -> bool:
    secret = any(word in name for word in _SECRET_WORDS)
    return name not in _NOT_SHOWN and name not in _SET_BY_OPERATOR and not secret
