"""The four tables, the queues and the environment of a function, in moto, all from the contract."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from moto import mock_aws

from csms import contract
from csms.store.dynamo import Item, Store, unmarshal

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"  # the laptop edition's: boto3 clients outlive a test and keep their region
PUBLIC_URL = "https://csms.example"
COUNTRY_CODE, PARTY_ID = "DE", "CSM"
STATE_MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:payment-session"


def environment() -> dict[str, str]:
    """Values for every name of the contract."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        **{table.env: f"test-{table.name}" for table in contract.TABLES},
        **{
            queue.env: f"https://sqs.{REGION}.amazonaws.com/123456789012/{_queue_name(queue)}"
            for queue in contract.QUEUES
        },
        contract.ENV_STATE_MACHINE: STATE_MACHINE,
        contract.ENV_WEBSOCKET_ENDPOINT: "https://websocket.example/ocpp",
        contract.ENV_PUBLIC_URL: PUBLIC_URL,
        contract.ENV_COUNTRY_CODE: COUNTRY_CODE,
        contract.ENV_PARTY_ID: PARTY_ID,
        contract.ENV_PARTY_NAME: "Test Charging",
        contract.ENV_UNKNOWN_CHARGERS: "reject",
        contract.ENV_HEARTBEAT_SECONDS: "300",
        contract.ENV_PARTNER_SECRETS_PATH: "/test/partners",
    }


@contextmanager
def fresh_aws() -> Iterator[Store]:
    """Empty tables and queues and the whole environment, until the end of the block."""
    with patch.dict(os.environ, environment()), mock_aws():
        for table in contract.TABLES:
            _create_table(table)
        sqs = _client("sqs")
        for queue in contract.QUEUES:
            attributes = {"FifoQueue": "true"} if queue.fifo else {}
            sqs.create_queue(QueueName=_queue_name(queue), Attributes=attributes)
        yield Store()


@cache
def _client(service: str) -> Any:
    """One client for all tests: making one costs more than a test."""
    return boto3.client(service)  # type: ignore[call-overload]  # the stubs want literals


def _queue_name(queue: contract.Queue) -> str:
    return f"test-{queue.name}{'.fifo' if queue.fifo else ''}"


def _create_table(table: contract.Table) -> None:
    keys = [(contract.PARTITION_KEY, "HASH"), (contract.SORT_KEY, "RANGE")]
    names = {name for name, _ in keys}
    indexes = []
    for index in table.indexes:
        hash_key, range_key = contract.INDEX_KEYS[index]
        names |= {hash_key, range_key}
        indexes.append({"IndexName": index, "KeySchema": _schema([(hash_key, "HASH"), (range_key, "RANGE")])})
    arguments: dict[str, Any] = {
        "TableName": os.environ[table.env],
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _schema(keys),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)],
    }
    if indexes:
        arguments["GlobalSecondaryIndexes"] = [{**entry, "Projection": {"ProjectionType": "ALL"}} for entry in indexes]
    _client("dynamodb").create_table(**arguments)


def _schema(keys: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def all_items(table: contract.Table) -> list[Item]:
    """Everything in a table, in the order of its keys."""
    found = _client("dynamodb").scan(TableName=os.environ[table.env])["Items"]
    return sorted((unmarshal(item) for item in found), key=lambda item: (item["pk"], item["sk"]))


def outbox_rows(**wanted: Any) -> list[Item]:
    """Outbox rows whose attributes have the given values, in the order of writing."""
    rows = [row for row in all_items(contract.OUTBOX) if all(row.get(name) == value for name, value in wanted.items())]
    return sorted(rows, key=lambda row: str(row["sk"]))
