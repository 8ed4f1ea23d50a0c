"""The $connect authorizer: who connects, and what rides on every frame of the connection.

Answers: 401 (raise Unauthorized) for a missing or wrong password; 403 (Deny) for a charger that is blocked and for
requests that came around the edge. What OCPP-J wants refused with 404 (an unknown or malformed identity) or 400 (no common
version) an authorizer cannot say: it names the status in the context, and $connect answers with it. Every refusal leaves a
row.
Policies for identities that nobody registered: `reject`, `pending` (quarantine: it may connect and boot, the answer is
Pending until it is adopted) and `accept` (laboratories only).
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from csms import contract
from csms.edge import log, log_catalogue, settings
from csms.ocppj import handshake
from csms.store import chargers
from csms.store.dynamo import ConditionFailed, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item

MAINTENANCE_ROLE: Final = "maintenance"  # what the edge makes of /maintenance/<identity>
ORIGIN_HEADER: Final = "x-origin-verify"
AUTHORIZATION_COPY: Final = "x-ocpp-authorization"  # CloudFront may drop Authorization; the edge copies it


class Unauthorized(Exception):  # noqa: N818 - API Gateway answers 401 to exactly this message
    """Becomes HTTP 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class _Refused(Exception):  # noqa: N818 - internal: carries the reason to the one place that answers
    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """API Gateway's REQUEST authorizer event of $connect → an IAM policy with the connection's context."""
    now = datetime.now(UTC)
    store = Store()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    query = event.get("queryStringParameters") or {}
    basic = handshake.read_basic(headers.get(AUTHORIZATION_COPY) or headers.get("authorization"))
    identity = handshake.identity_of(query, basic)
    try:
        _check_origin(headers)
        if identity is None:
            raise _Refused("no valid identity in path, query or user name", 404)
        if query.get("role") == MAINTENANCE_ROLE:
            # It would take the place of the charger's main connection, where the newest one wins.
            raise _Refused("maintenance connections are not served yet", 404)
        station = _station(store, identity, now)
        protocol = _protocol(headers, station)
        _check_password(station, basic)
    except _Refused as refused:
        store.commit(
            chargers.refused(identity or "?", refused.reason, now, offered=headers.get("sec-websocket-protocol"))
        )
        log.write(log_catalogue.OCPP_HANDSHAKE_REFUSED, charger_id=identity, reason=refused.reason)
        if refused.status == 401:
            raise Unauthorized from None
        if refused.status == 403:
            return _policy("Deny", event["methodArn"], identity or "unknown", {})
        answer = {contract.CONTEXT_REFUSAL: str(refused.status), contract.CONTEXT_CHARGER_ID: identity or "unknown"}
        return _policy("Allow", event["methodArn"], identity or "unknown", answer)
    registration = "accepted" if station["registration"] == "accepted" else "pending"
    return _policy(
        "Allow",
        event["methodArn"],
        station["charger_id"],
        {
            contract.CONTEXT_CHARGER_ID: station["charger_id"],
            contract.CONTEXT_PROTOCOL: protocol,
            contract.CONTEXT_SECURITY_PROFILE: str(station.get("security_profile", 1)),
            contract.CONTEXT_REGISTRATION: registration,
        },
    )


def _check_origin(headers: Mapping[str, str]) -> None:
    """Only the edge knows the secret; without one configured, API Gateway's own address is open to chargers too."""
    parameter = settings.origin_secret_parameter()
    if parameter is None:
        return
    secret = _origin_secret(parameter)
    if not hmac.compare_digest(headers.get(ORIGIN_HEADER, "").encode(), secret.encode()):
        raise _Refused("the request did not come through the edge")


@lru_cache(maxsize=4)
def _origin_secret(parameter: str) -> str:
    from csms.store.secrets import get_parameter

    return get_parameter(parameter)


def _station(store: Store, identity: str, now: datetime) -> Item:
    station = chargers.get_station(store, identity)
    if station is not None:
        if station["registration"] == "blocked":
            raise _Refused("this charger is blocked")
        return station
    policy = settings.unknown_chargers()
    if policy == "reject":
        raise _Refused("this identity is not registered", 404)
    new = chargers.registered(
        identity, now, "accepted" if policy == "accept" else "pending", adopted_by="first-connection"
    )
    try:
        store.commit(new)
    except ConditionFailed as failed:
        return failed.item or dict(new.item)  # registered by a connection at the same moment
    return dict(new.item)


def _protocol(headers: Mapping[str, str], station: Item) -> str:
    """The version in the charger's own order of preference; a station may be pinned to one that it forgets to offer."""
    supported = station.get("protocols") or contract.OCPP_PROTOCOLS
    offered = headers.get("sec-websocket-protocol")
    chosen = handshake.choose_protocol(offered, supported)
    if chosen is None and not offered and station.get("protocol_without_offer"):
        return str(station["protocol_without_offer"])
    if chosen is None:
        raise _Refused("no common OCPP version", 400)
    return chosen


def _check_password(station: Item, basic: handshake.Basic | None) -> None:
    """A station with a stored password must send it, with its identity as user name (TC_A_02)."""
    stored = station.get("password_hashes")
    if not stored:
        return
    if basic is None or basic.user.upper() != station["charger_id"].upper():
        raise _Refused("no credentials, or the user name is not the identity", 401)
    if not handshake.password_matches(basic.password, stored):
        raise _Refused("wrong password", 401)


def _policy(effect: str, arn: str, principal: str, context: dict[str, str]) -> dict[str, Any]:
    return {
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}],
        },
        "context": context,
    }
