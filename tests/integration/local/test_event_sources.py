from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local import handlers

if TYPE_CHECKING:
    from local.stack import Stack

TABLE = "data-Table"


async def _until(condition: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other threads change what is waited for
            await asyncio.sleep(0.01)


def _seen(kind: str) -> list[list[dict[str, Any]]]:
    return [batch for what, batch in handlers.SEEN if what == kind]


def _put(stack: Stack, sk: str, **attributes: Any) -> None:
    item = {"pk": {"S": "p"}, "sk": {"S": sk}, **attributes}
    stack.client("dynamodb").put_item(TableName=TABLE, Item=item)


class TestStreams:
    async def test_a_record_reaches_the_function_quickly_and_has_awss_shape(self, sample_stack: Stack) -> None:
        started = time.monotonic()
        _put(sample_stack, "WATCHED#1", n={"N": "1.5"}, m={"M": {"l": {"L": [{"BOOL": True}]}}})
        await _until(lambda: _seen("STREAM"))
        assert time.monotonic() - started < 1
        (record,) = _seen("STREAM")[0]
        assert record["eventName"] == "INSERT"
        assert record["eventSource"] == "aws:dynamodb"
        assert record["eventSourceARN"].startswith("arn:aws:dynamodb:us-east-1:")
        change = record["dynamodb"]
        assert change["Keys"] == {"pk": {"S": "p"}, "sk": {"S": "WATCHED#1"}}
        assert change["NewImage"]["m"] == {"M": {"l": {"L": [{"BOOL": True}]}}}
        assert change["NewImage"]["n"] == {"N": "1.5"}
        assert "OldImage" not in change
        assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"

    async def test_the_filter_keeps_out_other_keys_and_removals(self, sample_stack: Stack) -> None:
        _put(sample_stack, "OTHER#1")
        _put(sample_stack, "WATCHED#1")
        sample_stack.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": "p"}, "sk": {"S": "WATCHED#1"}})
        _put(sample_stack, "WATCHED#2")
        await sample_stack.settle()
        records = [record for batch in _seen("STREAM") for record in batch]
        assert [(r["eventName"], r["dynamodb"]["Keys"]["sk"]["S"]) for r in records] == [
            ("INSERT", "WATCHED#1"),
            ("INSERT", "WATCHED#2"),
        ]

    async def test_an_update_that_creates_an_item_is_one_insert_and_one_without_effect_is_nothing(
        self, sample_stack: Stack
    ) -> None:
        client = sample_stack.client("dynamodb")
        for value in ("1", "1", "2"):
            client.update_item(
                TableName=TABLE,
                Key={"pk": {"S": "p"}, "sk": {"S": "WATCHED#u"}},
                UpdateExpression="SET v = :v",
                ExpressionAttributeValues={":v": {"N": value}},
            )
        await sample_stack.settle()
        records = [record for batch in _seen("STREAM") for record in batch]
        assert [record["eventName"] for record in records] == ["INSERT", "MODIFY"]
        assert records[0]["dynamodb"]["NewImage"]["v"] == {"N": "1"}
        assert records[1]["dynamodb"]["OldImage"]["v"] == {"N": "1"}

    async def test_a_cancelled_transaction_leaves_neither_items_nor_records(self, sample_stack: Stack) -> None:
        client = sample_stack.client("dynamodb")
        _put(sample_stack, "WATCHED#old", v={"N": "1"})
        await sample_stack.settle()
        handlers.SEEN.clear()
        with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
            client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "p"}, "sk": {"S": "WATCHED#new"}}}},
                    {
                        "Update": {
                            "TableName": TABLE,
                            "Key": {"pk": {"S": "p"}, "sk": {"S": "WATCHED#old"}},
                            "UpdateExpression": "SET v = :v",
                            "ExpressionAttributeValues": {":v": {"N": "2"}},
                        }
                    },
                    {
                        "Put": {
                            "TableName": TABLE,
                            "Item": {"pk": {"S": "q"}, "sk": {"S": "x"}},
                            "ConditionExpression": "attribute_exists(pk)",
                        }
                    },
                ]
            )
        codes = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
        assert codes == ["None", "None", "ConditionalCheckFailed"]
        items = client.scan(TableName=TABLE)["Items"]
        assert items == [{"pk": {"S": "p"}, "sk": {"S": "WATCHED#old"}, "v": {"N": "1"}}]
        await sample_stack.settle()
        assert _seen("STREAM") == []

    async def test_a_record_that_keeps_failing_is_put_aside_and_the_others_go_on(self, sample_stack: Stack) -> None:
        for name in ("a", "poison", "b"):
            _put(sample_stack, f"WATCHED#{name}")
        await sample_stack.settle()
        done = {r["dynamodb"]["Keys"]["sk"]["S"] for batch in _seen("STREAM") for r in batch}
        assert {"WATCHED#a", "WATCHED#b"} <= done
        sqs = sample_stack.client("sqs")
        url = sqs.get_queue_url(QueueName="app-StreamDead")["QueueUrl"]
        letters = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert json.loads(letters[0]["Body"])["requestContext"]["condition"] == "RetryAttemptsExhausted"


class TestQueues:
    def _url(self, stack: Stack, name: str) -> str:
        return str(stack.client("sqs").get_queue_url(QueueName=f"app-{name}")["QueueUrl"])

    async def test_a_message_is_worked_on_and_deleted(self, sample_stack: Stack) -> None:
        sqs, url = sample_stack.client("sqs"), self._url(sample_stack, "Work")
        started = time.monotonic()
        sqs.send_message(QueueUrl=url, MessageBody="hello")
        await _until(lambda: _seen("QUEUE"))
        assert time.monotonic() - started < 1
        await sample_stack.settle()
        (record,) = _seen("QUEUE")[0]
        assert record["body"] == "hello"
        assert record["eventSourceARN"].endswith(":app-Work")
        assert record["attributes"]["ApproximateReceiveCount"] == "1"
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert attributes["ApproximateNumberOfMessages"] == attributes["ApproximateNumberOfMessagesNotVisible"] == "0"

    async def test_a_delayed_message_comes_after_its_delay(self, sample_stack: Stack) -> None:
        sample_stack.client("sqs").send_message(
            QueueUrl=self._url(sample_stack, "Work"), MessageBody="later", DelaySeconds=1
        )
        await asyncio.sleep(0.6)
        assert _seen("QUEUE") == []
        await _until(lambda: _seen("QUEUE"), 3)

    async def test_only_the_failed_messages_of_a_batch_come_again_and_end_in_the_dead_letter_queue(
        self, sample_stack: Stack
    ) -> None:
        sqs, url = sample_stack.client("sqs"), self._url(sample_stack, "Work")
        entries = [{"Id": name, "MessageBody": name} for name in ("good", "poison")]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
        dead = self._url(sample_stack, "WorkDead")

        def letters() -> int:
            attributes = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])
            return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

        await _until(letters, 8)
        bodies = [record["body"] for batch in _seen("QUEUE") for record in batch]
        assert sorted(bodies) == ["good", "poison", "poison"]

    async def test_a_failing_message_holds_up_its_group_only(self, sample_stack: Stack) -> None:
        sqs, url = sample_stack.client("sqs"), self._url(sample_stack, "Ordered.fifo")
        for number, (group, body) in enumerate([("a", "poison"), ("a", "a2"), ("b", "b1")]):
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=str(number))
        await _until(lambda: any(r["body"] == "b1" for batch in _seen("QUEUE") for r in batch))
        assert not any(r["body"] == "a2" for batch in _seen("QUEUE") for r in batch)
        await _until(lambda: any(r["body"] == "a2" for batch in _seen("QUEUE") for r in batch), 8)

    async def test_deduplication_is_per_group_and_outlives_the_message(self, sample_stack: Stack) -> None:
        sqs, url = sample_stack.client("sqs"), self._url(sample_stack, "Ordered.fifo")
        for group in ("a", "b"):
            sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group, MessageDeduplicationId="same")
        await _until(lambda: len(_seen("QUEUE")) == 2)
        await sample_stack.settle()
        sqs.send_message(QueueUrl=url, MessageBody="again", MessageGroupId="a", MessageDeduplicationId="same")
        await asyncio.sleep(0.2)
        assert len(_seen("QUEUE")) == 2


async def test_a_schedule_can_be_run_on_demand(sample_stack: Stack) -> None:
    path = "tests.integration.local.handlers.scheduled"
    assert await sample_stack.run_schedule(path) == {"source": "aws.events"}


class TestStateMachine:
    def _start(self, stack: Stack, document: dict[str, Any]) -> str:
        arn = next(iter(stack.model.state_machines))
        states = stack.client("stepfunctions")
        return str(states.start_execution(stateMachineArn=arn, input=json.dumps(document))["executionArn"])

    def _status(self, stack: Stack, execution: str) -> dict[str, Any]:
        answer: dict[str, Any] = stack.client("stepfunctions").describe_execution(executionArn=execution)
        return answer

    async def _token(self) -> str:
        def tokens() -> list[Any]:
            return [event for kind, event in handlers.SEEN if kind == "TASK" and "token" in event]

        await _until(tokens)
        return str(tokens()[0]["token"])

    async def test_tasks_run_our_functions_and_wait_for_their_token(self, sample_stack: Stack) -> None:
        execution = await asyncio.to_thread(self._start, sample_stack, {"n": 1})
        token = await self._token()
        sample_stack.client("stepfunctions").send_task_success(taskToken=token, output='{"done": true}')
        await _until(lambda: self._status(sample_stack, execution)["status"] == "SUCCEEDED")
        assert json.loads(self._status(sample_stack, execution)["output"]) == {"done": True}
        assert sample_stack.usage.snapshot().total("stepfunctions.transitions") == 2

    async def test_an_error_of_a_function_is_caught_by_its_name(self, sample_stack: Stack) -> None:
        execution = await asyncio.to_thread(self._start, sample_stack, {"fail": True})
        await _until(lambda: self._status(sample_stack, execution)["status"] == "SUCCEEDED")

    async def test_a_failure_keeps_its_cause(self, sample_stack: Stack) -> None:
        execution = await asyncio.to_thread(self._start, sample_stack, {})
        token = await self._token()
        sample_stack.client("stepfunctions").send_task_failure(taskToken=token, error="Broken", cause="because")
        await _until(lambda: self._status(sample_stack, execution)["status"] == "FAILED")
        described = self._status(sample_stack, execution)
        assert (described["error"], described["cause"]) == ("Broken", "because")

    async def test_a_late_answer_is_task_timed_out_and_an_unknown_token_is_invalid(self, sample_stack: Stack) -> None:
        states = sample_stack.client("stepfunctions")
        execution = await asyncio.to_thread(self._start, sample_stack, {})
        token = await self._token()
        await _until(lambda: self._status(sample_stack, execution)["status"] != "RUNNING", 8)
        with pytest.raises(states.exceptions.TaskTimedOut):
            states.send_task_success(taskToken=token, output="{}")
        with pytest.raises(states.exceptions.InvalidToken):
            states.send_task_success(taskToken="nobody's", output="{}")

    async def test_waiting_executions_end_with_the_stack(self, sample_stack: Stack) -> None:
        before = threading.active_count()
        await asyncio.to_thread(self._start, sample_stack, {})
        await self._token()
        assert threading.active_count() > before
        await sample_stack.stop()
        await _until(lambda: not any("Thread-" in thread.name for thread in threading.enumerate()))
