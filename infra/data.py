"""What must outlive every deployment: the tables. Nothing else stands in this stack."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from csms import contract

Streams = dict[str, str]  # stream ARN by the table's name in the contract

_KEYS: Final = ((contract.PARTITION_KEY, "HASH"), (contract.SORT_KEY, "RANGE"))


class Data(cdk.Stack):
    """The tables of the contract, kept when the stack goes and protected against deletion.

    Logical ids are `<Name>Table` and must never change: CloudFormation would replace the table. The tables have names
    of their own, so that a stack that was deleted by mistake cannot come back with empty tables beside the kept ones.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: str) -> None:
        super().__init__(scope, construct_id, stack_name=f"csms-{stage}-data", termination_protection=True)
        self._stage = stage
        tables = {table.name: self._table(table) for table in contract.TABLES}
        self.streams: Streams = {
            table.name: tables[table.name].attr_stream_arn for table in contract.TABLES if table.stream
        }

    def _table(self, table: contract.Table) -> dynamodb.CfnTable:
        """One table: on demand, encrypted, recoverable to any second of the last 35 days."""
        index_keys = [contract.INDEX_KEYS[index] for index in table.indexes]
        names = {contract.PARTITION_KEY, contract.SORT_KEY, *(name for pair in index_keys for name in pair)}
        resource = dynamodb.CfnTable(
            self,
            f"{table.name.capitalize()}Table",
            table_name=table_name(self._stage, table),
            attribute_definitions=[{"attributeName": name, "attributeType": "S"} for name in sorted(names)],
            key_schema=[{"attributeName": name, "keyType": kind} for name, kind in _KEYS],
            billing_mode="PAY_PER_REQUEST",
            global_secondary_indexes=[_index(name) for name in table.indexes] or None,
            stream_specification={"streamViewType": "NEW_AND_OLD_IMAGES"} if table.stream else None,
            time_to_live_specification={"attributeName": contract.TTL_ATTRIBUTE, "enabled": True},
            point_in_time_recovery_specification={"pointInTimeRecoveryEnabled": True},
            sse_specification={"sseEnabled": True},
            deletion_protection_enabled=True,
        )
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        return resource


def table_name(stage: str, table: contract.Table) -> str:
    """The table's name in AWS, e.g. `csms-dev-chargers`."""
    return f"csms-{stage}-{table.name}"


def _index(name: str) -> dict[str, object]:
    """A sparse index: only items that carry both key attributes are in it."""
    partition_key, sort_key = contract.INDEX_KEYS[name]
    return {
        "indexName": name,
        "keySchema": [
            {"attributeName": partition_key, "keyType": "HASH"},
            {"attributeName": sort_key, "keyType": "RANGE"},
        ],
        "projection": {"projectionType": "ALL"},
    }
