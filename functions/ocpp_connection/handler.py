"""$connect and $disconnect.

The newest connection wins: an older one is closed, and its late $disconnect changes nothing. A connection closes no
transaction and no boot is expected: reconnecting every two hours is normal here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from csms import contract
from csms.edge import dispatch, log, log_catalogue, queues
from csms.store import chargers
from csms.store.dynamo import ConditionFailed, Store

_SETTLE_SECONDS: Final = 1  # nothing can be posted before $connect has returned


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A CONNECT or DISCONNECT event of the WebSocket API."""
    request = event["requestContext"]
    now = datetime.now(UTC)
    if request["eventType"] == "CONNECT":
        return _connect(request, now)
    return _disconnect(request, now)


def _connect(request: dict[str, Any], now: datetime) -> dict[str, Any]:
    known = request["authorizer"]
    if contract.CONTEXT_REFUSAL in known:
        return {"statusCode": int(known[contract.CONTEXT_REFUSAL])}
    charger_id, protocol = known[contract.CONTEXT_CHARGER_ID], known[contract.CONTEXT_PROTOCOL]
    facts = {
        "connection_id": request["connectionId"],
        "protocol": protocol,
        "security_profile": int(known.get(contract.CONTEXT_SECURITY_PROFILE) or 0),
        "source_ip": request.get("identity", {}).get("sourceIp"),
    }
    before = Store().commit(chargers.connected(charger_id, facts, now))
    if before and before.get("queue"):
        body = {"kind": dispatch.DISPATCH, "charger_id": charger_id}
        queues.send(contract.QUEUE_COMMANDS, body, delay_seconds=_SETTLE_SECONDS)
    log.write(log_catalogue.OCPP_CONNECTED, charger_id=charger_id, protocol=protocol)
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": protocol}}


def _disconnect(request: dict[str, Any], now: datetime) -> dict[str, Any]:
    charger_id = request["authorizer"][contract.CONTEXT_CHARGER_ID]
    reason = str(request.get("disconnectReason") or request.get("disconnectStatusCode") or "")
    try:
        Store().commit(chargers.disconnected(charger_id, request["connectionId"], reason, now))
        log.write(log_catalogue.OCPP_DISCONNECTED, charger_id=charger_id, reason=reason)
    except ConditionFailed:
        log.write(log_catalogue.OCPP_DISCONNECTED, charger_id=charger_id, reason="replaced by a newer connection")
    return {"statusCode": 200}
