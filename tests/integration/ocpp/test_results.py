"""Chargers' answers to our commands: in time, late, refused, of another shape; then the next command goes out."""

import json
from datetime import timedelta
from typing import Any

import pytest

from csms.edge import connections
from csms.store import chargers, commands
from csms.store.dynamo import Item, Store
from tests.kit.frames import NOW, OCPP16, OCPP21, OCPP201, Line
from tests.kit.ocpp_state import rows
from tests.kit.tables import outbox_rows

CALLBACK = {"kind": "ocpi_command", "partner_id": "emsp", "response_url": "https://emsp.example/1"}
SYSTEM = {"kind": "system"}


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """Frames that left through @connections."""
    frames: list[list[Any]] = []
    monkeypatch.setattr(connections, "post", lambda _connection_id, text: frames.append(json.loads(text)))
    return frames


def connect(line: Line) -> Line:
    known = {"connection_id": f"conn-{line.charger_id}", "protocol": line.protocol}
    line.store.commit(chargers.connected(line.charger_id, known, NOW))
    return line


@pytest.fixture(params=[OCPP16, OCPP201, OCPP21])
def charger(store: Store, request: pytest.FixtureRequest) -> Line:
    return connect(Line(store, request.param).register())


def outstanding(line: Line, action: str, payload: dict[str, Any] | None = None, origin: dict[str, Any] = SYSTEM) -> str:
    """A command that was sent and waits for its answer."""
    command_id = queue(line, action, payload, origin)
    line.store.commit(
        commands.slot_taken("CP1", command_id, "conn-CP1", NOW),
        commands.changed("CP1", command_id, commands.SENT, was=(commands.QUEUED,)),
    )
    return command_id


def queue(line: Line, action: str, payload: dict[str, Any] | None = None, origin: dict[str, Any] = SYSTEM) -> str:
    command_id = commands.new_id()
    deadline = NOW + timedelta(minutes=5)
    line.store.commit(*commands.queued("CP1", command_id, action, payload or {}, NOW, deadline=deadline, origin=origin))
    return command_id


def command(store: Store, command_id: str) -> Item:
    found = commands.get(store, "CP1", command_id)
    assert found is not None
    return found


def answer(line: Line, command_id: str, payload: Any) -> None:
    said = line.text(json.dumps([3, command_id, payload]))
    assert said is None or (line.protocol == OCPP21 and said[:2] == [5, command_id]), "only 2.1 answers an answer"


# --- in time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "result"),
    [
        ({"status": "Accepted"}, "ACCEPTED"),
        ({"status": "Rejected"}, "REJECTED"),
        ({"status": "Unlocked"}, "ACCEPTED"),
        ({"status": "NotSupported"}, "NOT_SUPPORTED"),
        ({"status": "UnlockFailed"}, "FAILED"),
        ({}, "FAILED"),
    ],
)
def test_an_answer_reaches_who_wanted_the_command(
    charger: Line, store: Store, payload: dict[str, Any], result: str
) -> None:
    command_id = outstanding(charger, "UnlockConnector", origin=CALLBACK)
    answer(charger, command_id, payload)
    row = command(store, command_id)
    assert (row["state"], json.loads(row["answer"]["payload"])) == (commands.ANSWERED, payload)
    (told,) = outbox_rows(partner_id="emsp")
    assert (told["document"], told["url"]) == ({"result": result}, "https://emsp.example/1")
    assert "slot" not in chargers.get_connection(store, "CP1")


@pytest.mark.parametrize(
    ("code", "result"),
    [("NotSupported", "NOT_SUPPORTED"), ("NotImplemented", "NOT_SUPPORTED"), ("GenericError", "FAILED")],
)
def test_a_call_error_is_a_refusal(charger: Line, store: Store, code: str, result: str) -> None:
    command_id = outstanding(charger, "UnlockConnector", origin=CALLBACK)
    assert charger.text(json.dumps([4, command_id, code, "d" * 500, {}])) is None
    row = command(store, command_id)
    assert row["state"] == commands.REFUSED
    assert row["answer"] == {"error": code, "description": "d" * 255}
    assert outbox_rows(partner_id="emsp")[0]["document"] == {"result": result}


def test_an_answer_of_another_shape_is_a_refusal(charger: Line, store: Store) -> None:
    command_id = outstanding(charger, "Reset")
    answer(charger, command_id, "Accepted")
    assert command(store, command_id)["state"] == commands.REFUSED
    assert "slot" not in chargers.get_connection(store, "CP1")


def test_an_answer_that_breaks_its_schema_is_used_as_far_as_it_goes(charger: Line, store: Store) -> None:
    command_id = outstanding(charger, "Reset", origin=CALLBACK)
    answer(charger, command_id, {"status": "Accepted", "vendor": {"x": 1.5}})
    assert command(store, command_id)["state"] == commands.ANSWERED
    assert outbox_rows(partner_id="emsp")[0]["document"] == {"result": "ACCEPTED"}


# --- not in time, not ours ------------------------------------------------------------------------------------------


def test_a_late_answer_is_noted_and_applied_to_nothing(charger: Line, store: Store) -> None:
    late = outstanding(charger, "Reset", origin=CALLBACK)
    store.commit(commands.changed("CP1", late, commands.TIMED_OUT, was=(commands.SENT,)))
    store.commit(commands.slot_released("CP1", late))
    current = outstanding(charger, "Reset")
    answer(charger, late, {"status": "Accepted"})
    row = command(store, late)
    assert (row["state"], row["late_answer"]["status"]) == (commands.TIMED_OUT, "Accepted")
    assert command(store, current)["state"] == commands.SENT
    assert chargers.get_connection(store, "CP1")["slot"] == current
    assert outbox_rows(partner_id="emsp") == []


def test_the_same_answer_twice_is_told_once(charger: Line, store: Store) -> None:
    command_id = outstanding(charger, "Reset", origin=CALLBACK)
    for _ in range(2):
        answer(charger, command_id, {"status": "Accepted"})
    assert len(outbox_rows(partner_id="emsp")) == 1
    assert command(store, command_id)["state"] == commands.ANSWERED


@pytest.mark.parametrize("frame", [[3, "nobody", {"status": "Accepted"}], [4, "nobody", "GenericError", "", {}]])
def test_an_answer_to_no_command_is_parked(charger: Line, frame: list[Any]) -> None:
    assert charger.text(json.dumps(frame)) is None
    (parked,) = rows("PARKED")
    assert (parked["action"], parked["reason"]) == ("answer", "answers no command")


def test_the_answer_of_another_charger_is_not_ours(charger: Line, store: Store) -> None:
    command_id = outstanding(charger, "Reset")
    other = Line(store, charger.protocol, "CP2").register()
    answer(other, command_id, {"status": "Accepted"})
    assert command(store, command_id)["state"] == commands.SENT


# --- the next command -----------------------------------------------------------------------------------------------


def test_the_next_command_goes_out_when_the_answer_is_in(charger: Line, store: Store, sent: list[list[Any]]) -> None:
    first = outstanding(charger, "Reset", {"type": "Soft"})
    second, third = queue(charger, "ClearCache"), queue(charger, "GetLog")
    answer(charger, first, {"status": "Accepted"})
    assert sent == [[2, second, "ClearCache", {}]]
    assert command(store, second)["state"] == commands.SENT
    connection = chargers.get_connection(store, "CP1")
    assert (connection["slot"], connection["queue"]) == (second, [third])
    answer(charger, second, {"status": "Accepted"})
    assert [frame[1] for frame in sent] == [second, third]


def test_where_the_connection_is_gone_the_next_command_waits(
    charger: Line, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(connection_id: str, _text: str) -> None:
        raise connections.ConnectionGone(connection_id)

    first = outstanding(charger, "Reset")
    second = queue(charger, "ClearCache")
    monkeypatch.setattr(connections, "post", gone)
    answer(charger, first, {"status": "Accepted"})
    assert command(store, second)["state"] == commands.QUEUED
    connection = chargers.get_connection(store, "CP1")
    assert connection["queue"] == [second]
    assert "slot" not in connection
