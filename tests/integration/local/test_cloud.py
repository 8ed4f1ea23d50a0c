"""The door between boto3 and the emulation: roles, faults, timeouts, the meter, isolation."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.faults import Fault
from local.prices import USD, cost
from local.settings import Settings
from local.stack import FunctionFailed, Stack
from local.template import TemplateError
from tests.integration.local import handlers, sample

STORE = "tests.integration.local.handlers.store"
LATE = "tests.integration.local.handlers.late"
KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}


async def _store(stack: Stack, operation: str, **arguments: Any) -> Any:
    return await stack.invoke(STORE, {"operation": operation, "arguments": arguments})


async def _add_one(stack: Stack) -> None:
    await _store(
        stack,
        "update_item",
        Key=KEY,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def _number(stack: Stack) -> str:
    item = stack.client("dynamodb").get_item(TableName="data-Table", Key=KEY).get("Item", {})
    return str(item.get("n", {}).get("N", "0"))


@pytest.mark.usefixtures("socket_enabled")
class TestRoles:
    async def test_a_granted_call_passes_and_is_remembered_as_used(self, sample_stack: Stack) -> None:
        await _store(sample_stack, "put_item", Item=KEY)
        assert (STORE, "dynamodb:PutItem") in {used[:2] for used in sample_stack.iam_used}
        assert sample_stack.iam_refusals == []

    @pytest.mark.parametrize(
        ("operation", "arguments", "action"),
        [
            ("delete_item", {"Key": KEY}, "dynamodb:DeleteItem"),
            ("scan", {}, "dynamodb:Scan"),
            ("get_item", {"Key": KEY, "TableName": "other"}, "dynamodb:GetItem"),
            (
                "query",
                {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}},
                "dynamodb:Query",
            ),
            (
                "transact_write_items",
                {"TransactItems": [{"Delete": {"TableName": "data-Table", "Key": KEY}}]},
                "dynamodb:DeleteItem",
            ),
            (
                "transact_write_items",
                {
                    "TransactItems": [
                        {"Put": {"TableName": "data-Table", "Item": KEY}},
                        {
                            "ConditionCheck": {
                                "TableName": "data-Table",
                                "Key": {**KEY, "sk": {"S": "2"}},
                                "ConditionExpression": "attribute_exists(pk)",
                            }
                        },
                    ]
                },
                "dynamodb:ConditionCheckItem",
            ),
        ],
    )
    async def test_a_call_without_grant_is_denied_and_recorded(
        self, sample_stack: Stack, operation: str, arguments: dict[str, Any], action: str
    ) -> None:
        with pytest.raises(FunctionFailed, match="AccessDenied"):
            await _store(sample_stack, operation, **arguments)
        assert [(r.principal, r.action) for r in sample_stack.iam_refusals] == [(STORE, action)]

    async def test_an_indexs_grant_is_for_the_index_alone(self, sample_stack: Stack) -> None:
        answer = await _store(
            sample_stack,
            "query",
            IndexName="owned",
            KeyConditionExpression="#o = :o",
            ExpressionAttributeNames={"#o": "owner"},
            ExpressionAttributeValues={":o": {"S": "x"}},
        )
        assert answer["Items"] == []

    async def test_grants_that_nothing_used_are_listed(self, sample_stack: Stack) -> None:
        await _store(sample_stack, "put_item", Item=KEY)
        unused = {action for principal, action, _ in sample_stack.iam_unused if principal == STORE}
        assert {"dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"} <= unused
        assert "dynamodb:PutItem" not in unused

    async def test_a_mapping_whose_function_may_not_read_its_source_does_not_start(self, tmp_path: Any) -> None:
        templates = sample.documents()
        templates["app"]["Resources"]["QueueRole"]["Properties"]["Policies"] = []
        with pytest.raises(TemplateError, match="queue lacks sqs:DeleteMessage"):
            await Stack.start(sample.write(tmp_path, templates))

    async def test_an_api_without_permission_to_invoke_does_not_start(self, tmp_path: Any) -> None:
        templates = sample.documents()
        del templates["app"]["Resources"]["FramesSocket"]
        with pytest.raises(TemplateError, match="may not invoke"):
            await Stack.start(sample.write(tmp_path, templates))


@pytest.mark.usefixtures("socket_enabled")
class TestTemplate:
    async def test_an_unknown_resource_type_is_an_error(self, tmp_path: Any) -> None:
        templates = sample.documents()
        templates["app"]["Resources"]["Odd"] = {"Type": "AWS::Odd::Thing", "Properties": {}}
        with pytest.raises(TemplateError, match=r"AWS::Odd::Thing \(app/Odd\)"):
            await Stack.start(sample.write(tmp_path, templates))

    async def test_what_is_ignored_is_listed(self, sample_stack: Stack) -> None:
        assert sample_stack.model.ignored == {"AWS::CloudWatch::Alarm": ["app/Alarm"]}

    async def test_a_parameter_is_in_the_parameter_store(self, sample_stack: Stack) -> None:
        answer = sample_stack.client("ssm").get_parameter(Name="/sample/greeting")
        assert answer["Parameter"]["Value"] == "hello"


class TestFaults:
    async def test_one_throttle_costs_a_retry_and_no_more(self, sample_stack: Stack) -> None:
        fault = sample_stack.faults.add(Fault("dynamodb", "UpdateItem", error="ThrottlingException"))
        await _add_one(sample_stack)
        assert (fault.hits, _number(sample_stack)) == (1, "1")

    async def test_a_timeout_after_the_write_makes_a_retry_count_twice(self, sample_stack: Stack) -> None:
        sample_stack.faults.add(Fault("dynamodb", "UpdateItem", timeout="after"))
        await _add_one(sample_stack)
        assert _number(sample_stack) == "2"

    async def test_a_timeout_before_the_write_does_not(self, sample_stack: Stack) -> None:
        sample_stack.faults.add(Fault("dynamodb", "UpdateItem", timeout="before"))
        await _add_one(sample_stack)
        assert _number(sample_stack) == "1"

    async def test_a_lasting_error_reaches_the_function(self, sample_stack: Stack) -> None:
        sample_stack.faults.add(Fault("dynamodb", error="ValidationException", times=None))
        with pytest.raises(FunctionFailed, match="ValidationException"):
            await _add_one(sample_stack)
        sample_stack.faults.clear()
        await _add_one(sample_stack)

    async def test_a_transaction_that_is_retried_after_a_timeout_writes_once(self, sample_stack: Stack) -> None:
        sample_stack.faults.add(Fault("dynamodb", "TransactWriteItems", timeout="after"))
        update = {
            "TableName": "data-Table",
            "Key": KEY,
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        await _store(sample_stack, "transact_write_items", TransactItems=[{"Update": update}])
        assert _number(sample_stack) == "1"


async def test_a_handler_past_its_timeout_cannot_write_any_more(sample_stack: Stack) -> None:
    with pytest.raises(FunctionFailed, match=r"Task timed out after 1\.00 seconds"):
        await sample_stack.invoke(LATE, {"seconds": 1.3})
    await asyncio.sleep(0.5)
    assert sample_stack.client("dynamodb").scan(TableName="data-Table")["Items"] == []
    assert not any(kind == "LATE" for kind, _ in handlers.SEEN)


async def test_concurrent_counters_lose_nothing(sample_stack: Stack) -> None:
    await asyncio.gather(*(_add_one(sample_stack) for _ in range(60)))
    assert _number(sample_stack) == "60"


class TestMeter:
    async def test_units_follow_item_size_index_and_transaction(self, sample_stack: Stack) -> None:
        await _store(sample_stack, "put_item", Item={**KEY, "x": {"S": "a" * 1500}})
        owned = {"owner": {"S": "o"}, "created": {"S": "c"}}
        await _store(sample_stack, "put_item", Item={"pk": {"S": "p"}, "sk": {"S": "2"}, **owned})
        put = {"Put": {"TableName": "data-Table", "Item": {"pk": {"S": "p"}, "sk": {"S": "3"}}}}
        await _store(sample_stack, "transact_write_items", TransactItems=[put])
        await _store(sample_stack, "get_item", Key=KEY)
        await _store(sample_stack, "get_item", Key=KEY, ConsistentRead=True)
        usage = sample_stack.usage.snapshot()
        assert usage.by("dynamodb.write") == {("data-Table", "PutItem"): 4, ("data-Table", "TransactWriteItems"): 2}
        assert usage.total("dynamodb.read") == 1.5
        records = {(call.operation, call.table): call for call in sample_stack.usage.calls}
        assert records["PutItem", "data-Table"].count == 2
        assert records["PutItem", "data-Table"].function == STORE

    async def test_a_tests_own_calls_are_not_metered(self, sample_stack: Stack) -> None:
        sample_stack.client("dynamodb").put_item(TableName="data-Table", Item=KEY)
        assert sample_stack.usage.snapshot().total("dynamodb.write") == 0

    async def test_the_difference_of_two_snapshots_has_a_price(self, sample_stack: Stack) -> None:
        before = sample_stack.usage.snapshot()
        await _store(sample_stack, "put_item", Item=KEY)
        bill = cost(sample_stack.usage.snapshot() - before)
        assert bill.usd["dynamodb.write"] == pytest.approx(USD["dynamodb.write"])
        assert bill.usd["lambda.invocations"] == pytest.approx(USD["lambda.invocations"])
        assert bill.total_usd == pytest.approx(sum(bill.usd.values()))


@pytest.mark.usefixtures("socket_enabled")
class TestIsolation:
    async def test_two_stacks_at_once_do_not_see_each_other(self, sample_stack: Stack, tmp_path: Any) -> None:
        other = await Stack.start(sample.write(tmp_path))
        try:
            await _store(sample_stack, "put_item", Item=KEY)
            assert other.client("dynamodb").scan(TableName="data-Table")["Count"] == 0
            assert sample_stack.client("dynamodb").scan(TableName="data-Table")["Count"] == 1
            assert other.port != sample_stack.port
        finally:
            await other.stop()

    async def test_a_stack_after_another_has_the_same_names_and_nothing_else(self, tmp_path: Any) -> None:
        seen = []
        for _ in range(2):
            stack = await Stack.start(sample.write(tmp_path))
            seen.append((stack.port, stack.cloud.account, sorted(stack.model.functions)))
            assert stack.client("dynamodb").scan(TableName="data-Table")["Count"] == 0
            stack.client("dynamodb").put_item(TableName="data-Table", Item=KEY)
            await stack.stop()
        assert seen[0] == seen[1]

    async def test_a_tests_own_mock_aws_neither_sees_nor_empties_the_stack(self, sample_stack: Stack) -> None:
        await _store(sample_stack, "put_item", Item=KEY)
        with mock_aws():
            client = boto3.client("dynamodb", region_name="us-east-1")
            assert client.list_tables()["TableNames"] == []
            assert (await _store(sample_stack, "get_item", Key=KEY))["Item"] == KEY
        assert (await _store(sample_stack, "get_item", Key=KEY))["Item"] == KEY

    async def test_code_outside_functions_keeps_the_real_environment(self, sample_stack: Stack) -> None:
        assert "TABLE" not in os.environ
        with sample_stack.as_function(STORE):
            assert os.environ["TABLE"] == os.getenv("TABLE") == "data-Table"
            assert dict(os.environ)["NAME"] == "store"
            assert "PYTEST_CURRENT_TEST" not in os.environ
        assert "TABLE" not in os.environ
        assert "PYTEST_CURRENT_TEST" in os.environ


class TestSettings:
    @pytest.fixture
    def sample_settings(self) -> Settings:
        return Settings(environment={"NAME": "other", "NOT_DECLARED": "x"}, check_iam=False)

    async def test_the_environment_can_be_replaced_where_a_function_has_the_name(self, sample_stack: Stack) -> None:
        environment = sample_stack.environment(STORE)
        assert environment["NAME"] == "other"
        assert "NOT_DECLARED" not in environment

    async def test_roles_can_be_left_unchecked(self, sample_stack: Stack) -> None:
        assert (await _store(sample_stack, "scan"))["Count"] == 0


async def test_nothing_is_left_running_after_a_stop(socket_enabled: None, tmp_path: Any) -> None:
    before = {thread.name for thread in threading.enumerate()}
    stack = await Stack.start(sample.write(tmp_path))
    await stack.stop()
    await stack.stop()
    left = {thread.name for thread in threading.enumerate()} - before
    assert not any(name.startswith(("laptop", "lambda")) for name in left)


class TestQueries:
    """moto's query is replaced below its filters: order, pages and the index must come out as before."""

    def _fill(self, stack: Stack) -> Any:
        client = stack.client("dynamodb")
        for partition in ("a", "b"):
            for number in range(5):
                item = {"pk": {"S": partition}, "sk": {"S": f"{number}"}}
                if number % 2 == 0:  # the index is sparse
                    item |= {"owner": {"S": "o"}, "created": {"S": f"{9 - number}{partition}"}}
                client.put_item(TableName="data-Table", Item=item)
        return client

    async def test_a_partition_in_order_forwards_backwards_and_by_pages(self, sample_stack: Stack) -> None:
        client = self._fill(sample_stack)
        query = {
            "TableName": "data-Table",
            "KeyConditionExpression": "pk = :p AND sk > :s",
            "ExpressionAttributeValues": {":p": {"S": "a"}, ":s": {"S": "0"}},
        }
        assert [item["sk"]["S"] for item in client.query(**query)["Items"]] == ["1", "2", "3", "4"]
        last = client.query(**query, ScanIndexForward=False, Limit=1)["Items"]
        assert [item["sk"]["S"] for item in last] == ["4"]
        pages = list(client.get_paginator("query").paginate(**query, PaginationConfig={"PageSize": 3}))
        assert [[item["sk"]["S"] for item in page["Items"]] for page in pages] == [["1", "2", "3"], ["4"]]

    async def test_an_index_in_order_of_its_own_keys_and_sparse(self, sample_stack: Stack) -> None:
        client = self._fill(sample_stack)
        query = {
            "TableName": "data-Table",
            "IndexName": "owned",
            "KeyConditionExpression": "#o = :o",
            "ExpressionAttributeNames": {"#o": "owner"},
            "ExpressionAttributeValues": {":o": {"S": "o"}},
        }
        found = [item["created"]["S"] for item in client.query(**query)["Items"]]
        assert found == ["5a", "5b", "7a", "7b", "9a", "9b"]
        pages = list(client.get_paginator("query").paginate(**query, PaginationConfig={"PageSize": 4}))
        assert [item["created"]["S"] for page in pages for item in page["Items"]] == found

    async def test_what_aws_refuses_is_refused(self, sample_stack: Stack) -> None:
        client = sample_stack.client("dynamodb")
        requests = [{"PutRequest": {"Item": {"pk": {"S": "p"}, "sk": {"S": str(n)}}}} for n in range(26)]
        with pytest.raises(client.exceptions.ClientError, match="ValidationException"):
            client.batch_write_item(RequestItems={"data-Table": requests})
        with pytest.raises(client.exceptions.ClientError, match="38 significant digits"):
            client.put_item(TableName="data-Table", Item={**KEY, "n": {"N": "1" * 39}})

    async def test_a_failed_update_changes_nothing(self, sample_stack: Stack) -> None:
        client = sample_stack.client("dynamodb")
        client.put_item(TableName="data-Table", Item={**KEY, "a": {"N": "1"}, "s": {"S": "text"}})
        with pytest.raises(client.exceptions.ClientError):
            client.update_item(
                TableName="data-Table",
                Key=KEY,
                UpdateExpression="SET a = :two ADD s :one",
                ExpressionAttributeValues={":one": {"N": "1"}, ":two": {"N": "2"}},
            )
        assert client.get_item(TableName="data-Table", Key=KEY)["Item"]["a"] == {"N": "1"}
