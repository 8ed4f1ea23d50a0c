"""Local lists from the operator's wish to the charger's last answer, in both versions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from csms.domain.device_model import CONFIGURATION, Variable
from csms.edge import connections
from csms.store import chargers, commands, device_model
from csms.store.device_model import Told
from functions.ocpp_commands.handler import _given_up
from tests.kit.followed import answer, connect, done
from tests.kit.frames import OCPP16, OCPP201, Line
from tests.kit.ocpp_state import add_token, rows

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store
    from tests.integration.operator_api.conftest import Api

NOW = datetime.now(UTC)
PATH = "stations/CP1/local-list"
MOST = {
    OCPP16: Variable(CONFIGURATION, "SendLocalListMaxLength"),
    OCPP201: Variable("LocalAuthListCtrlr", "ItemsPerMessage"),
}


@pytest.fixture(autouse=True)
def _no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "post", lambda _connection_id, _text: None)


@pytest.fixture(params=[OCPP16, OCPP201])
def charger(request: pytest.FixtureRequest, store: Store) -> Line:
    return connect(Line(store, request.param, now=NOW))


def limit(line: Line, most: int) -> None:
    line.store.commit(*device_model.reported("CP1", [Told(MOST[line.protocol], value=str(most))], NOW))


def waiting(store: Store) -> Item:
    """The one message that is not answered yet, as sent."""
    (command,) = [row for row in rows("COMMAND") if row["state"] in {"QUEUED", "SENT"}]
    if command["state"] == "QUEUED":
        store.commit(
            commands.slot_taken("CP1", command["command_id"], "conn-CP1", NOW),
            commands.changed("CP1", command["command_id"], commands.SENT, was=("QUEUED",)),
        )
    return command


def said(command: Item) -> tuple[str, int, list[str]]:
    payload = command["payload"]
    listed = payload.get("localAuthorizationList", [])
    uids = [entry["idTag"] if "idTag" in entry else entry["idToken"]["idToken"] for entry in listed]
    return payload["updateType"], int(payload.get("listVersion", payload.get("versionNumber", 0))), uids


def reply(line: Line, status: str = "Accepted", error: str | None = None) -> tuple[str, int, list[str]]:
    """Answer the message that waits; what it said."""
    command = waiting(line.store)
    answer(line, command["command_id"], {"status": status}, error=error)
    return said(command)


def state(api: Api) -> tuple[str, Any]:
    body = api("GET", PATH).body
    return body["state"], body.get("known_entries")


def in_sync(api: Api, charger: Line, store: Store, *uids: str) -> None:
    for uid in uids:
        add_token(store, uid)
    assert api("PUT", PATH, {}).status == 202
    reply(charger)
    assert state(api) == ("IN_SYNC", len(uids))


def test_a_list_in_messages_of_limited_size(api: Api, charger: Line, store: Store) -> None:
    limit(charger, 2)
    for uid in "ABCDE":
        add_token(store, uid)
    assert api("PUT", PATH, {}).body["state"] == "SYNCING"
    assert [reply(charger) for _ in range(3)] == [
        ("Full", 1, ["A", "B"]),
        ("Differential", 2, ["C", "D"]),
        ("Differential", 3, ["E"]),
    ]
    assert state(api) == ("IN_SYNC", 5)
    station = chargers.get_station(store, "CP1")
    assert station is not None
    assert station["local_list_version"] == 3


def test_only_what_changed_is_sent(api: Api, charger: Line, store: Store) -> None:
    in_sync(api, charger, store, "A", "B", "C")
    add_token(store, "B", valid=False)
    add_token(store, "C", whitelist="NEVER")
    api("PUT", PATH, {})
    assert reply(charger) == ("Differential", 2, ["C", "B"])
    assert state(api) == ("IN_SYNC", 2)
    assert api("PUT", PATH, {}).body["state"] == "IN_SYNC"
    assert all(row["state"] == "ANSWERED" for row in rows("COMMAND"))


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch"])
def test_changes_that_fail_are_followed_by_the_whole_list(api: Api, charger: Line, store: Store, status: str) -> None:
    in_sync(api, charger, store, "A")
    add_token(store, "B")
    api("PUT", PATH, {})
    assert reply(charger, status) == ("Differential", 2, ["B"])
    assert reply(charger) == ("Full", 2, ["A", "B"])
    assert state(api) == ("IN_SYNC", 2)


@pytest.mark.parametrize(
    ("status", "error", "after"),
    [("Failed", None, "FAILED"), ("NotSupported", None, "UNSUPPORTED"), ("", "NotImplemented", "UNSUPPORTED")],
)
def test_a_whole_list_that_fails_is_the_end(
    api: Api, charger: Line, store: Store, status: str, error: str | None, after: str
) -> None:
    add_token(store, "A")
    api("PUT", PATH, {})
    reply(charger, status, error)
    assert state(api) == (after, None)
    assert api("GET", PATH).body["reason"] == (error or status)
    api("PUT", PATH, {})
    assert reply(charger)[0] == "Full"
    assert state(api) == ("IN_SYNC", 1)


def test_a_message_without_an_answer_starts_the_list_over(api: Api, charger: Line, store: Store) -> None:
    in_sync(api, charger, store, "A")
    add_token(store, "B")
    api("PUT", PATH, {})
    command = waiting(store)
    step = commands.changed("CP1", command["command_id"], commands.TIMED_OUT, was=("SENT",))
    store.commit(step, *_given_up(command, NOW, store))
    store.commit(commands.slot_released("CP1", command["command_id"]))
    assert state(api) == ("UNKNOWN", None)
    api("PUT", PATH, {})
    assert reply(charger) == ("Full", 2, ["A", "B"])


def test_a_new_wish_while_a_message_is_on_its_way(api: Api, charger: Line, store: Store) -> None:
    add_token(store, "A")
    api("PUT", PATH, {})
    add_token(store, "B")
    assert api("PUT", PATH, {}).body["state"] == "SYNCING"
    assert api("PUT", PATH, {"from_start": True}).status == 409
    assert [reply(charger), reply(charger)] == [("Full", 1, ["A"]), ("Differential", 2, ["B"])]


def test_a_list_of_a_group_and_all_anew(api: Api, charger: Line, store: Store) -> None:
    add_token(store, "A", group_id="FLEET")
    add_token(store, "B")
    shown = api("PUT", PATH, {"group_ids": ["FLEET"]}).body
    assert [entry["id_token"] for entry in shown["entries"]] == ["A"]
    assert reply(charger) == ("Full", 1, ["A"])
    api("PUT", PATH, {"from_start": True, "group_ids": ["FLEET"]})
    assert reply(charger) == ("Full", 2, ["A"])


def version(line: Line, number: int) -> None:
    name = "listVersion" if line.protocol == OCPP16 else "versionNumber"
    done(line, "GetLocalListVersion", {}, {name: number})


@pytest.mark.parametrize(
    ("number", "after"), [(1, ("IN_SYNC", 1)), (0, ("UNKNOWN", 0)), (7, ("UNKNOWN", None)), (-1, ("UNSUPPORTED", None))]
)
def test_the_version_that_the_charger_holds(api: Api, charger: Line, store: Store, number: int, after: Any) -> None:
    in_sync(api, charger, store, "A")
    version(charger, number)
    assert state(api) == after
    station = chargers.get_station(store, "CP1")
    assert station is not None
    assert station["local_list_version"] == number
    if number != 1:
        api("PUT", PATH, {})
        expected = {0: ("Differential", 1, ["A"]), 7: ("Full", 8, ["A"]), -1: ("Full", 1, ["A"])}
        assert reply(charger) == expected[number]


def test_a_list_sent_by_hand_is_not_compared(api: Api, charger: Line, store: Store) -> None:
    in_sync(api, charger, store, "A")
    name = "listVersion" if charger.protocol == OCPP16 else "versionNumber"
    done(charger, "SendLocalList", {name: 40, "updateType": "Full"}, {"status": "Failed"})
    assert state(api) == ("IN_SYNC", 1)
    done(charger, "SendLocalList", {name: 40, "updateType": "Full"})
    assert state(api) == ("UNKNOWN", None)
    api("PUT", PATH, {})
    assert reply(charger) == ("Full", 41, ["A"])
