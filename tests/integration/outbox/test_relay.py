import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from csms import contract
from csms.edge import settings, workflow
from csms.store import outbox
from csms.store.dynamo import Item, Put, Store
from functions.outbox.handler import handler
from tests.kit.partners import NOW
from tests.kit.tables import fresh_aws


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


class StateMachine:
    """Stands in for Step Functions: keeps what it was asked and fails as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.error: str | None = None

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> None:
            self.calls.append((name, arguments))
            if self.error:
                raise ClientError({"Error": {"Code": self.error, "Message": ""}}, name)

        return call


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> StateMachine:
    fake = StateMachine()
    monkeypatch.setattr(workflow, "_client", lambda: fake)
    return fake


def inserted(*rows: Item, event_name: str = "INSERT") -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {
        "Records": [
            {
                "eventName": event_name,
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "NewImage": {name: serialize(value) for name, value in row.items() if value is not None},
                },
            }
            for number, row in enumerate(rows)
        ]
    }


def write(store: Store, *puts: Put) -> list[Item]:
    for put in puts:
        store.commit(put)
    return [put.item for put in puts]


def received(queue: contract.Queue) -> list[dict[str, Any]]:
    answer = boto3.client("sqs").receive_message(
        QueueUrl=settings.queue_url(queue), MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    messages: Any = answer.get("Messages", [])
    return [{"body": json.loads(message["Body"]), **message["Attributes"]} for message in messages]


def state(store: Store, row: Item) -> str:
    found = outbox.get(store, row["pk"], row["sk"])
    assert found is not None
    return str(found["state"])


def test_rows_for_partners_go_to_the_queue_in_the_order_of_their_object(store: Store) -> None:
    rows = write(
        store,
        outbox.to_partner("payter", "sessions", "s-1", "PUT", {"a": 1}, NOW),
        outbox.to_partner("payter", "cdrs", "c-1", "POST", {"b": 1}, NOW),
    )
    assert handler(inserted(*rows), None) == {"batchItemFailures": []}
    messages = {message["MessageGroupId"]: message for message in received(contract.QUEUE_PUSH)}
    assert set(messages) == {"payter#sessions#s-1", "payter#cdrs#c-1"}
    assert messages["payter#cdrs#c-1"]["body"] == {"pk": rows[1]["pk"], "sk": rows[1]["sk"]}
    assert messages["payter#cdrs#c-1"]["MessageDeduplicationId"] == rows[1]["row_id"]
    assert state(store, rows[0]) == "WAITING", "it is done when the partner has it"


def test_relaying_again_sends_once(store: Store) -> None:
    rows = write(store, outbox.to_partner("payter", "cdrs", "c-1", "POST", {}, NOW))
    handler(inserted(*rows, *rows), None)
    assert len(received(contract.QUEUE_PUSH)) == 1


def test_names_that_queues_do_not_take_are_replaced(store: Store) -> None:
    rows = write(store, outbox.to_partner("payter", "cdrs", "ü with space", "POST", {}, NOW, row_id="x" * 200))
    handler(inserted(*rows), None)
    (message,) = received(contract.QUEUE_PUSH)
    assert message["body"]["pk"] == rows[0]["pk"]


def test_settlement(store: Store) -> None:
    rows = write(store, outbox.to_settlement("s-1", NOW))
    handler(inserted(*rows), None)
    assert [message["body"] for message in received(contract.QUEUE_SETTLEMENT)] == [{"session_id": "s-1"}]
    assert state(store, rows[0]) == "DELIVERED"


def test_a_workflow_is_started_under_the_same_name_each_time(store: Store, machine: StateMachine) -> None:
    workflow_input = {"payment": {"partner_id": "p", "authorization_reference": "r"}, "start_wait_seconds": 240}
    rows = write(store, outbox.to_workflow("p#r", "start", NOW, input=workflow_input))
    handler(inserted(*rows), None)
    machine.error = "ExecutionAlreadyExists"
    assert handler(inserted(*rows), None) == {"batchItemFailures": []}
    (_, first), (_, second) = machine.calls
    assert first["name"] == second["name"] == workflow.execution_name("p#r")
    assert len(first["name"]) <= 80
    assert json.loads(first["input"]) == workflow_input
    assert state(store, rows[0]) == "DELIVERED"


def test_success_and_failure_are_signalled(store: Store, machine: StateMachine) -> None:
    rows = write(
        store,
        outbox.to_workflow("p#r", "success", NOW, task_token="t-1", output={"n": 1}),
        outbox.to_workflow("p#r", "failure", NOW, task_token="t-2", error="StartRejected", cause="REJECTED"),
    )
    handler(inserted(*rows), None)
    assert machine.calls == [
        ("send_task_success", {"taskToken": "t-1", "output": '{"n": 1}'}),
        ("send_task_failure", {"taskToken": "t-2", "error": "StartRejected", "cause": "REJECTED"}),
    ]
    assert {state(store, row) for row in rows} == {"DELIVERED"}


@pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
@pytest.mark.parametrize("signal", ["success", "failure"])
def test_a_signal_that_nobody_waits_for_is_done_with(
    store: Store, machine: StateMachine, error: str, signal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.error = error
    rows = write(store, outbox.to_workflow("p#r", signal, NOW, task_token="t", error="E"))
    assert handler(inserted(*rows), None) == {"batchItemFailures": []}
    assert state(store, rows[0]) == "DELIVERED"
    assert "workflow_signal_late" in capsys.readouterr().out


def test_the_first_record_that_fails_is_named_and_the_rest_waits(store: Store, machine: StateMachine) -> None:
    machine.error = "ThrottlingException"
    rows = write(
        store,
        outbox.to_settlement("s-1", NOW),
        outbox.to_workflow("p#r", "success", NOW, task_token="t"),
        outbox.to_settlement("s-2", NOW),
    )
    assert handler(inserted(*rows), None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert [state(store, row) for row in rows] == ["DELIVERED", "WAITING", "WAITING"]
    machine.error = None
    assert handler(inserted(*rows[1:]), None) == {"batchItemFailures": []}
    assert {state(store, row) for row in rows} == {"DELIVERED"}


def test_rows_that_cannot_be_used_do_not_stop_the_stream(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    rows = write(store, outbox.to_workflow("p#r", "dance", NOW))
    assert handler(inserted({**rows[0], "target": "nowhere"}, *rows), None) == {"batchItemFailures": []}
    assert capsys.readouterr().out.count("outbox_row_unusable") == 2


def test_changes_are_not_relayed(store: Store) -> None:
    rows = write(store, outbox.to_settlement("s-1", NOW))
    handler(inserted(*rows, event_name="MODIFY"), None)
    assert received(contract.QUEUE_SETTLEMENT) == []
