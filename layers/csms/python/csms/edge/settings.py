"""The environment under its contract names, read when asked: the laptop edition switches it from function to function.

Table names are read by the store itself. A missing variable is a fault of the deployment and raises KeyError.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from csms import contract

OUTGOING_ANY: Final = "any"
_HEARTBEAT_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class OwnParty:
    """Who we are in OCPI: the two ids and the name of our business."""

    country_code: str
    party_id: str
    name: str


def own_party() -> OwnParty:
    """The operator's own party; the name falls back to the party id."""
    party_id = os.environ[contract.ENV_PARTY_ID]
    name = os.environ.get(contract.ENV_PARTY_NAME) or party_id
    return OwnParty(os.environ[contract.ENV_COUNTRY_CODE], party_id, name)


def public_url() -> str:
    """The base of all URLs that partners and drivers see, without a slash at its end."""
    return os.environ[contract.ENV_PUBLIC_URL].rstrip("/")


def websocket_endpoint() -> str:
    """The https address of the WebSocket API's @connections."""
    return os.environ[contract.ENV_WEBSOCKET_ENDPOINT]


def queue_url(queue: contract.Queue) -> str:
    """The URL of a queue."""
    return os.environ[queue.env]


def state_machine_arn() -> str:
    """The payment session's state machine."""
    return os.environ[contract.ENV_STATE_MACHINE]


def unknown_chargers() -> str:
    """What happens to an identity that nobody registered: `reject` (default), `pending` or `accept`."""
    return os.environ.get(contract.ENV_UNKNOWN_CHARGERS) or "reject"


def heartbeat_seconds() -> int:
    """The interval that BootNotification answers with."""
    return int(os.environ.get(contract.ENV_HEARTBEAT_SECONDS) or _HEARTBEAT_SECONDS)


def origin_secret_parameter() -> str | None:
    """Name of the parameter that holds the secret of the edge in front of us, None where there is none."""
    return os.environ.get(contract.ENV_ORIGIN_SECRET) or None


def private_peers_allowed() -> bool:
    """Whether http and private addresses may be called: only in the laptop edition, whose peers are on loopback."""
    return os.environ.get(contract.ENV_OUTGOING) == OUTGOING_ANY
