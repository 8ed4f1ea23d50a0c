from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.edge import dispatch, queues
from csms.store import chargers, commands
from functions.ocpp_commands.handler import handler
from tests.kit.streams import record
from tests.kit.tables import outbox_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store
    from tests.integration.ocpp_connections.conftest import Wire

CHARGER = "CP001"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Messages to the commands queue, with their delay."""
    found: list[dict[str, Any]] = []

    def send(queue: contract.Queue, body: dict[str, Any], *, delay_seconds: int = 0, **_: Any) -> None:
        assert queue is contract.QUEUE_COMMANDS
        found.append({**body, "delay": delay_seconds})

    monkeypatch.setattr(queues, "send", send)
    return found


def connect(store: Store, connection_id: str = "a=") -> None:
    store.commit(
        chargers.connected(CHARGER, {"connection_id": connection_id, "protocol": "ocpp1.6"}, datetime.now(UTC))
    )


def queue(store: Store, command_id: str, seconds: int = 3600, **origin: Any) -> Item:
    now = datetime.now(UTC)
    deadline = now + timedelta(seconds=seconds)
    origin = {"kind": "operator", **origin}
    store.commit(
        *commands.queued(CHARGER, command_id, "Reset", {"type": "Soft"}, now, deadline=deadline, origin=origin)
    )
    return state(store, command_id)


def state(store: Store, command_id: str) -> Item:
    found = commands.get(store, CHARGER, command_id)
    assert found is not None
    return found


def inserted(row: Item) -> None:
    assert handler({"Records": [record(row)]}, None) == {"batchItemFailures": []}


def message(kind: str, **body: Any) -> None:
    body = {"kind": kind, "charger_id": CHARGER, **body}
    assert handler({"Records": [{"messageId": "m", "body": json.dumps(body)}]}, None) == {"batchItemFailures": []}


def test_a_new_command_is_sent_at_once_with_a_deadline(store: Store, wire: Wire, sent: list[dict[str, Any]]) -> None:
    connect(store)
    inserted(queue(store, "c-1"))
    assert wire.posted == [("a=", '[2,"c-1","Reset",{"type":"Soft"}]')]
    assert state(store, "c-1")["state"] == commands.SENT
    assert sent == [{"kind": "expire", "charger_id": CHARGER, "command_id": "c-1", "delay": 30}]


def test_one_command_is_outstanding(store: Store, wire: Wire, sent: list[dict[str, Any]]) -> None:
    connect(store)
    inserted(queue(store, "c-1"))
    inserted(queue(store, "c-2"))
    assert len(wire.posted) == 1
    assert state(store, "c-2")["state"] == commands.QUEUED
    message(dispatch.EXPIRE, command_id="c-1")
    assert state(store, "c-1")["state"] == commands.TIMED_OUT
    assert [text for _, text in wire.posted][1].startswith('[2,"c-2"')
    assert len(sent) == 2


def test_a_record_that_comes_again_sends_nothing_again(store: Store, wire: Wire, sent: list[dict[str, Any]]) -> None:
    connect(store)
    row = queue(store, "c-1")
    inserted(row)
    inserted(row)
    assert len(wire.posted) == len(sent) == 1


@pytest.mark.usefixtures("sent")
def test_a_command_survives_until_the_charger_is_back(store: Store, wire: Wire) -> None:
    inserted(queue(store, "c-1"))
    assert wire.posted == []
    connect(store, "b=")
    message(dispatch.DISPATCH)
    assert wire.posted[0][0] == "b="


@pytest.mark.usefixtures("sent")
def test_a_command_goes_back_to_the_head_where_the_connection_is_gone(store: Store, wire: Wire) -> None:
    connect(store, "dead=")
    wire.gone.add("dead=")
    row = queue(store, "c-1")
    queue(store, "c-2")
    inserted(row)
    connection = chargers.get_connection(store, CHARGER)
    assert connection["queue"] == ["c-1", "c-2"]
    assert "slot" not in connection
    assert "connection_id" not in connection
    assert state(store, "c-1")["state"] == commands.QUEUED
    connect(store, "new=")
    message(dispatch.DISPATCH)
    assert wire.posted[0][1].startswith('[2,"c-1"')


def test_a_busy_connection_is_tried_again_soon(store: Store, wire: Wire, sent: list[dict[str, Any]]) -> None:
    connect(store)
    wire.busy.add("a=")
    inserted(queue(store, "c-1"))
    assert sent[-1] == {"kind": "dispatch", "charger_id": CHARGER, "delay": 5}
    wire.busy.clear()
    message(dispatch.DISPATCH)
    assert state(store, "c-1")["state"] == commands.SENT


@pytest.mark.usefixtures("sent")
def test_a_command_that_was_never_sent_expires_and_its_partner_hears_of_it(store: Store, wire: Wire) -> None:
    row = queue(store, "c-1", seconds=-1, kind="ocpi_command", partner_id="emsp", response_url="https://emsp.example/r")
    inserted(row)
    assert wire.posted == []
    assert state(store, "c-1")["state"] == commands.EXPIRED
    assert chargers.get_connection(store, CHARGER)["queue"] == []
    (told,) = outbox_rows(target="partner")
    assert (told["url"], told["document"]) == ("https://emsp.example/r", {"result": "TIMEOUT"})


@pytest.mark.usefixtures("sent")
def test_an_answered_command_does_not_expire(store: Store, wire: Wire) -> None:
    connect(store)
    inserted(queue(store, "c-1"))
    assert wire.posted
    store.commit(commands.changed(CHARGER, "c-1", commands.ANSWERED, was=(commands.SENT,)))
    message(dispatch.EXPIRE, command_id="c-1")
    assert state(store, "c-1")["state"] == commands.ANSWERED


def test_a_record_that_cannot_be_read_is_reported_alone(store: Store, wire: Wire, sent: list[dict[str, Any]]) -> None:
    connect(store)
    good = record(queue(store, "c-1"), sequence=2)
    bad = {"messageId": "broken", "body": "{"}
    answer = handler({"Records": [bad, good]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    assert len(wire.posted) == len(sent) == 1
