from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from csms.domain.times import format_time
from csms.store import chargers, commands

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

NOW = datetime.now(UTC)
RESET = {"action": "Reset", "payload": {"type": "Soft"}}


@pytest.fixture(autouse=True)
def station(store: Store) -> None:
    store.commit(chargers.registered("CP1", NOW))
    store.commit(chargers.connected("CP1", {"connection_id": "c1", "protocol": "ocpp1.6"}, NOW))


def test_a_command_is_queued_for_its_charger(api: Api, store: Store) -> None:
    answer = api("POST", "stations/CP1/commands", {**RESET, "deadline_seconds": 60}, groups="[installer]")

    command_id = answer.body["command_id"]
    row: Any = commands.get(store, "CP1", command_id)
    assert answer.status == 202
    assert answer.headers["Location"] == f"/api/stations/CP1/commands/{command_id}"
    assert answer.body["state"] == "QUEUED"
    assert (row["action"], row["payload"], row["state"]) == ("Reset", {"type": "Soft"}, "QUEUED")
    assert row["origin"]["who"]["sub"] == "person-1"
    assert chargers.get_connection(store, "CP1")["queue"] == [command_id]


def test_the_same_key_gives_the_same_command_and_another_key_another(api: Api, store: Store) -> None:
    first = api("POST", "stations/CP1/commands", RESET, headers={"Idempotency-Key": "k1"})
    again = api("POST", "stations/CP1/commands", RESET, headers={"Idempotency-Key": "k1"})
    other = api("POST", "stations/CP1/commands", RESET, headers={"Idempotency-Key": "k2"})
    somebody = api("POST", "stations/CP1/commands", RESET, headers={"Idempotency-Key": "k1"}, sub="person-2")

    ids = [answer.body["command_id"] for answer in (first, again, other, somebody)]
    assert {first.status, again.status, other.status} == {202}
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert len(chargers.get_connection(store, "CP1")["queue"]) == 3


def test_a_key_is_not_used_for_two_different_commands(api: Api) -> None:
    api("POST", "stations/CP1/commands", RESET, headers={"Idempotency-Key": "k1"})

    answer = api(
        "POST", "stations/CP1/commands", {"action": "ClearCache", "payload": {}}, headers={"Idempotency-Key": "k1"}
    )

    assert (answer.status, answer.fields) == (422, ["Idempotency-Key"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "Reset", "payload": {"type": "Warm"}}, "payload.type"),
        ({"action": "Reset", "payload": {}}, "payload.type"),
        ({"action": "Reset", "payload": {"type": "Soft", "more": 1}}, "payload"),
        ({"action": "RequestStartTransaction", "payload": {}}, "action"),
        ({"action": "../v201/Reset", "payload": {}}, "action"),
        ({"action": "BootNotification", "payload": {}}, "action"),
        ({"payload": {}}, "action"),
        ({**RESET, "deadline_seconds": 0}, "deadline_seconds"),
    ],
)
def test_what_the_schema_of_its_version_does_not_know_is_not_sent(
    api: Api, store: Store, body: dict[str, Any], field: str
) -> None:
    answer = api("POST", "stations/CP1/commands", body)

    assert (answer.status, answer.fields) == (422, [field])
    assert "queue" not in chargers.get_connection(store, "CP1")


def test_the_schema_is_that_of_the_chargers_version(api: Api, store: Store) -> None:
    store.commit(chargers.registered("CP2", NOW))
    store.commit(chargers.connected("CP2", {"connection_id": "c2", "protocol": "ocpp2.0.1"}, NOW))

    assert api("POST", "stations/CP2/commands", {"action": "Reset", "payload": {"type": "Immediate"}}).status == 202
    assert api("POST", "stations/CP2/commands", RESET).status == 422


def test_a_station_whose_version_is_not_known_yet(api: Api, store: Store) -> None:
    store.commit(chargers.registered("CP3", NOW), chargers.registered("CP4", NOW, protocols=["ocpp1.6"]))

    assert api("POST", "stations/CP3/commands", RESET).status == 409
    assert api("POST", "stations/CP4/commands", RESET).status == 202


def test_the_life_of_a_command(api: Api, store: Store) -> None:
    command_id = api("POST", "stations/CP1/commands", RESET).body["command_id"]
    path = f"stations/CP1/commands/{command_id}"
    store.commit(commands.changed("CP1", command_id, "SENT", was=("QUEUED",), sent_at=format_time(NOW)))
    sent = api("GET", path).body
    answer = {"payload": '{"status": "Accepted"}', "status": "Accepted"}
    store.commit(
        commands.changed("CP1", command_id, "ANSWERED", was=("SENT",), answered_at=format_time(NOW), answer=answer)
    )
    answered = api("GET", path).body

    assert [step["state"] for step in sent["timeline"]] == ["QUEUED", "SENT"]
    assert [step["state"] for step in answered["timeline"]] == ["QUEUED", "SENT", "ANSWERED"]
    assert (answered["state"], answered["answer"]["payload"]) == ("ANSWERED", {"status": "Accepted"})


def test_a_refused_command_says_so_in_its_timeline(api: Api, store: Store) -> None:
    command_id = api("POST", "stations/CP1/commands", RESET).body["command_id"]
    store.commit(commands.changed("CP1", command_id, "SENT", was=("QUEUED",), sent_at=format_time(NOW)))
    facts = {"answered_at": format_time(NOW), "answer": {"error": "NotSupported", "description": ""}}
    store.commit(commands.changed("CP1", command_id, "REFUSED", was=("SENT",), **facts))

    shown = api("GET", f"stations/CP1/commands/{command_id}").body

    assert [step["state"] for step in shown["timeline"]] == ["QUEUED", "SENT", "REFUSED"]
    assert shown["answer"]["error"] == "NotSupported"


def test_a_command_that_was_not_sent_in_time_is_expired(api: Api, store: Store) -> None:
    old = NOW - timedelta(hours=1)
    store.commit(
        *commands.queued("CP1", "x", "Reset", {}, old, deadline=old + timedelta(minutes=1), origin={"kind": "system"})
    )

    assert api("GET", "stations/CP1/commands/x").body["state"] == "EXPIRED"


def test_commands_the_latest_first_in_pages(api: Api, store: Store) -> None:
    for number in range(5):
        at = NOW + timedelta(seconds=number)
        store.commit(*commands.queued("CP1", f"c{number}", "Reset", {}, at, deadline=at, origin={"kind": "system"}))

    pages = api.all_pages("stations/CP1/commands", 2)

    assert [[row["command_id"] for row in page] for page in pages] == [["c4", "c3"], ["c2", "c1"], ["c0"]]


def test_no_such_station_and_no_such_command(api: Api) -> None:
    assert api("POST", "stations/NONE/commands", RESET).status == 404
    assert api("GET", "stations/CP1/commands/none").status == 404
