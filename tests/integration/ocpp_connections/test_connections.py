from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from csms import contract
from csms.edge import settings
from csms.store import chargers, commands
from functions.ocpp_connection.handler import handler

if TYPE_CHECKING:
    from csms.store.dynamo import Store

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def event(kind: str, connection_id: str, **authorizer: str) -> dict[str, Any]:
    known = {"chargerId": "CP001", "protocol": "ocpp1.6", "securityProfile": "2", "registration": "accepted"}
    return {
        "requestContext": {
            "eventType": kind,
            "connectionId": connection_id,
            "authorizer": known | authorizer,
            "identity": {"sourceIp": "203.0.113.7"},
            "disconnectReason": "Going away",
        }
    }


def test_a_connection_is_answered_with_the_version(store: Store) -> None:
    answer = handler(event("CONNECT", "a="), None)
    assert answer == {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "ocpp1.6"}}
    connection = chargers.get_connection(store, "CP001")
    assert (connection["connection_id"], connection["protocol"]) == ("a=", "ocpp1.6")


@pytest.mark.parametrize("status", ["404", "400"])
def test_a_refusal_of_the_authorizer_is_answered_and_writes_nothing(store: Store, status: str) -> None:
    assert handler(event("CONNECT", "a=", refusal=status), None) == {"statusCode": int(status)}
    assert chargers.get_connection(store, "CP001") == {}


def test_the_newest_connection_wins_over_a_late_disconnect(store: Store) -> None:
    handler(event("CONNECT", "old="), None)
    handler(event("CONNECT", "new="), None)
    assert handler(event("DISCONNECT", "old="), None) == {"statusCode": 200}
    assert chargers.get_connection(store, "CP001")["connection_id"] == "new="
    handler(event("DISCONNECT", "new="), None)
    gone = chargers.get_connection(store, "CP001")
    assert "connection_id" not in gone
    assert gone["disconnect_reason"] == "Going away"


def test_a_reconnect_asks_for_the_commands_that_wait(store: Store) -> None:
    deadline = NOW + timedelta(hours=1)
    store.commit(
        *commands.queued("CP001", "c-1", "Reset", {"type": "Soft"}, NOW, deadline=deadline, origin={"kind": "t"})
    )
    handler(event("CONNECT", "a="), None)
    url = settings.queue_url(contract.QUEUE_COMMANDS)
    attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesDelayed"] == "1"
