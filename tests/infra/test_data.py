"""Tables and queues are the contract's; what is stateful keeps its name and survives its stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from csms import contract
from tests.kit import synth

# Logical ids of what a replacement would destroy, lock out or disconnect. A change here is a migration, not an edit.
PINNED = {
    "Data": {
        "ChargersTable": "AWS::DynamoDB::Table",
        "SessionsTable": "AWS::DynamoDB::Table",
        "PartnersTable": "AWS::DynamoDB::Table",
        "OutboxTable": "AWS::DynamoDB::Table",
    },
    "Csms": {
        "OcppApi": "AWS::ApiGatewayV2::Api",
        "OcppStage": "AWS::ApiGatewayV2::Stage",
        "HttpApi": "AWS::ApiGatewayV2::Api",
        "HttpStage": "AWS::ApiGatewayV2::Stage",
        "Edge": "AWS::CloudFront::Distribution",
        "OriginSecret": "AWS::SecretsManager::Secret",
        "OperatorPool": "AWS::Cognito::UserPool",
        "OperatorClient": "AWS::Cognito::UserPoolClient",
        "PaymentSession": "AWS::StepFunctions::StateMachine",
        "CommandsQueue4780AE0D": "AWS::SQS::Queue",
        "PushQueueED86B497": "AWS::SQS::Queue",
        "SettlementQueueA43F487A": "AWS::SQS::Queue",
    },
}


@pytest.mark.parametrize("stack", PINNED)
def test_logical_ids_of_stateful_resources_never_change(stack: str) -> None:
    found = synth.template(stack)["Resources"]

    assert {name: found.get(name, {}).get("Type") for name in PINNED[stack]} == PINNED[stack]


def test_the_data_stack_holds_the_tables_and_nothing_else() -> None:
    assert {body["Type"] for body in synth.template("Data")["Resources"].values()} == {"AWS::DynamoDB::Table"}
    assert len(synth.resources("DynamoDB::Table", "Data")) == len(contract.TABLES)


def _table(table: contract.Table) -> dict[str, Any]:
    return synth.resources("DynamoDB::Table", "Data")[f"{table.name.capitalize()}Table"]


@pytest.mark.parametrize("table", contract.TABLES, ids=lambda table: table.name)
def test_keys_indexes_and_stream(table: contract.Table) -> None:
    properties = _table(table)
    indexes = {index["IndexName"]: index["KeySchema"] for index in properties.get("GlobalSecondaryIndexes", [])}

    assert properties["TableName"] == f"csms-dev-{table.name}"
    assert _names(properties["KeySchema"]) == (contract.PARTITION_KEY, contract.SORT_KEY)
    assert {name: _names(schema) for name, schema in indexes.items()} == {
        name: contract.INDEX_KEYS[name] for name in table.indexes
    }
    assert properties.get("StreamSpecification") == ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if table.stream else None)


def _names(schema: list[dict[str, str]]) -> tuple[str, str]:
    partition, sort = schema
    assert (partition["KeyType"], sort["KeyType"]) == ("HASH", "RANGE")
    return partition["AttributeName"], sort["AttributeName"]


@pytest.mark.parametrize("table", contract.TABLES, ids=lambda table: table.name)
def test_tables_are_recoverable_encrypted_and_kept(table: contract.Table) -> None:
    body = synth.template("Data")["Resources"][f"{table.name.capitalize()}Table"]
    properties = body["Properties"]

    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["TimeToLiveSpecification"] == {"AttributeName": contract.TTL_ATTRIBUTE, "Enabled": True}


@pytest.mark.parametrize("queue", contract.QUEUES, ids=lambda queue: queue.name)
def test_queues_keep_what_failed(queue: contract.Queue) -> None:
    queues = synth.resources("SQS::Queue")
    (live,) = (body for name, body in queues.items() if name.startswith(f"{queue.name.capitalize()}Queue"))
    dead = queues[live["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]

    assert live["VisibilityTimeout"] == queue.visibility_seconds
    assert live["RedrivePolicy"]["maxReceiveCount"] == queue.max_receives
    assert live.get("FifoQueue", False) is dead.get("FifoQueue", False) is queue.fifo
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600


def _sources(function: contract.Function) -> list[dict[str, Any]]:
    target = synth.logical_id_of(function)
    mappings = synth.resources("Lambda::EventSourceMapping").values()
    return [mapping for mapping in mappings if mapping["FunctionName"] == {"Ref": target}]


@pytest.mark.parametrize("function", contract.FUNCTIONS, ids=lambda function: function.path)
def test_event_sources_are_the_contracts_triggers(function: contract.Function) -> None:
    found = {synth.text(mapping["EventSourceArn"]): mapping for mapping in _sources(function)}
    triggers = [trigger for trigger in function.triggers if not isinstance(trigger, contract.ScheduleTrigger)]

    assert len(found) == len(triggers)
    for trigger in triggers:
        name = trigger.table if isinstance(trigger, contract.StreamTrigger) else trigger.queue
        (mapping,) = (mapping for arn, mapping in found.items() if name.capitalize() in arn)
        assert mapping["BatchSize"] == trigger.batch_size
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        if isinstance(trigger, contract.StreamTrigger):
            _assert_stream(mapping, trigger)


def _assert_stream(mapping: dict[str, Any], trigger: contract.StreamTrigger) -> None:
    (criterion,) = mapping["FilterCriteria"]["Filters"]
    pattern = json.loads(criterion["Pattern"])
    prefixes = [rule["prefix"] for rule in pattern.get("dynamodb", {}).get("Keys", {}).get("sk", {}).get("S", [])]

    assert pattern["eventName"] == list(trigger.events)
    assert prefixes == list(trigger.key_prefixes)
    assert mapping["MaximumBatchingWindowInSeconds"] == trigger.window_seconds
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] > 0
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"]


def test_schedules_are_the_contracts() -> None:
    wanted = {
        f"${{{synth.logical_id_of(function)}.Arn}}": trigger.minutes
        for function in contract.FUNCTIONS
        for trigger in function.triggers
        if isinstance(trigger, contract.ScheduleTrigger)
    }
    rules = synth.resources("Events::Rule").values()

    found = {synth.text(rule["Targets"][0]["Arn"]): rule["ScheduleExpression"] for rule in rules}
    assert found == {arn: f"rate({minutes} minutes)" for arn, minutes in wanted.items()}


def test_every_dead_letter_queue_has_an_alarm() -> None:
    dead = {name for name in synth.resources("SQS::Queue") if "DeadQueue" in name}
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in synth.resources("CloudWatch::Alarm").values()
        for dimension in alarm.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }

    assert watched == dead
