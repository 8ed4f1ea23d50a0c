from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.edge import connections
from csms.ocppj import handshake
from csms.store import chargers
from tests.kit.tables import all_items

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

NOW = datetime.now(UTC)


def stored(store: Store, charger_id: str = "CP1") -> dict[str, Any]:
    station = chargers.get_station(store, charger_id)
    assert station is not None
    return station


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(connections, "close", found.append)
    return found


def connect(store: Store, charger_id: str = "CP1", protocol: str = "ocpp1.6") -> None:
    store.commit(chargers.connected(charger_id, {"connection_id": f"c-{charger_id}", "protocol": protocol}, NOW))


def test_creating_a_station_says_what_to_type_into_the_charger(api: Api, store: Store) -> None:
    answer = api("POST", "stations/CP1", {"protocols": ["ocpp1.6"]})

    setup = answer.body["charger_setup"]
    assert answer.status == 201
    assert setup["url"] == "wss://csms.example/ocpp"
    assert setup["url_with_identity"] == "wss://csms.example/ocpp/CP1"
    assert (setup["identity"], setup["user"], setup["ocpp_versions"]) == ("CP1", "CP1", ["ocpp1.6"])
    assert handshake.password_matches(setup["password"].encode(), stored(store)["password_hashes"])
    assert handshake.password_matches(bytes.fromhex(setup["password"]), stored(store)["password_hashes"])


def test_the_password_is_shown_once_and_its_hashes_never(api: Api, store: Store) -> None:
    password = api("POST", "stations/CP1", {}).body["charger_setup"]["password"]

    shown = api("GET", "stations/CP1")
    listed = api("GET", "stations")

    assert shown.body["has_password"] is True
    for text in (
        str(shown.body),
        str(listed.body),
        str(all_items(contract.CHARGERS)),
        str(all_items(contract.PARTNERS)),
    ):
        assert password not in text
    assert stored(store)["password_hashes"][0]["hash"] not in str(shown.body) + str(listed.body)


def test_a_password_of_the_operator_is_taken_and_not_repeated(api: Api, store: Store) -> None:
    answer = api("POST", "stations/CP1", {"password": "sixteen-or-more-characters"})

    assert "password" not in answer.body["charger_setup"]
    assert handshake.password_matches(b"sixteen-or-more-characters", stored(store)["password_hashes"])
    assert "sixteen-or-more" not in str(answer.body) + str(all_items(contract.PARTNERS))


def test_profile_0_has_no_password(api: Api, store: Store) -> None:
    answer = api("POST", "stations/CP1", {"security_profile": 0})

    assert "password" not in answer.body["charger_setup"]
    assert answer.body["station"]["has_password"] is False
    assert "password_hashes" not in stored(store)


def test_a_station_is_created_once(api: Api) -> None:
    api("POST", "stations/CP1", {})

    assert api("POST", "stations/CP1", {}).status == 409
    assert api("POST", "stations/cp1", {}).status == 409


def test_put_creates_and_then_replaces_but_keeps_the_password_and_what_the_charger_said(api: Api, store: Store) -> None:
    created = api("PUT", "stations/CP1", {"location_id": "L1", "protocols": ["ocpp1.6"]})
    store.commit(chargers.booted("CP1", {"vendor": "Acme", "model": "One"}, NOW))
    replaced = api("PUT", "stations/CP1", {"evses": {"1": {"uid": "E1", "connectors": {"1": "1"}}}})

    assert (created.status, replaced.status) == (201, 200)
    assert handshake.password_matches(
        created.body["charger_setup"]["password"].encode(), stored(store)["password_hashes"]
    )
    assert replaced.body["station"]["evses"] == {"1": {"uid": "E1", "connectors": {"1": "1"}}}
    assert not {"location_id", "protocols"} & set(replaced.body["station"])
    assert replaced.body["station"]["boot"]["vendor"] == "Acme"
    assert "password" not in replaced.body["charger_setup"]


def test_a_station_with_its_live_state(api: Api, store: Store) -> None:
    api("POST", "stations/CP1", {})
    connect(store)
    for connector, status, minutes in (
        (1, "Available", 0),
        (1, "Charging", 5),
        (2, "Faulted", 1),
        (10, "Available", 1),
    ):
        at = NOW + timedelta(minutes=minutes)
        store.commit(chargers.status_reported("CP1", connector, 1, status, at, NOW, error_code="NoError"))
    store.commit(chargers.active_put("CP1", 1, 77, NOW, session_id="S1", id_token="CARD"))
    store.commit(chargers.active_put("CP1", 2, 76, NOW, session_id="S0"))
    store.commit(chargers.active_ended("CP1", 2, 76))

    shown = api("GET", "stations/CP1").body

    assert [(row["evse_id"], row["status"]) for row in shown["statuses"]] == [
        (1, "Charging"),
        (2, "Faulted"),
        (10, "Available"),
    ]
    assert shown["connection"]["connected"] is True
    assert shown["connection"]["protocol"] == "ocpp1.6"
    assert [row["transaction_id"] for row in shown["active_transactions"]] == ["77"]
    assert "CARD" not in str(shown)


def test_adopting_a_pending_station(api: Api, store: Store) -> None:
    store.commit(chargers.registered("CP9", NOW, "pending"))

    answer = api("PATCH", "stations/CP9", {"registration": "accepted"}, groups="[installer]")

    assert answer.status == 200
    assert answer.body["station"]["registration"] == "accepted"
    assert stored(store, "CP9")["registration"] == "accepted"


def test_blocking_a_station_ends_its_connection(api: Api, store: Store, closed: list[str]) -> None:
    api("POST", "stations/CP1", {})
    connect(store)

    api("PATCH", "stations/CP1", {"registration": "blocked"})

    assert stored(store)["registration"] == "blocked"
    assert closed == ["c-CP1"]


def test_patch_changes_what_is_sent_and_nothing_else(api: Api, store: Store) -> None:
    api("POST", "stations/CP1", {"location_id": "L1", "protocol_without_offer": "ocpp1.6"})

    api("PATCH", "stations/CP1", {"protocol_without_offer": None, "password": "another-password-1"})

    assert stored(store)["location_id"] == "L1"
    assert "protocol_without_offer" not in stored(store)
    assert handshake.password_matches(b"another-password-1", stored(store)["password_hashes"])


def test_a_higher_profile_needs_a_password(api: Api) -> None:
    api("POST", "stations/CP1", {"security_profile": 0})

    answer = api("PATCH", "stations/CP1", {"security_profile": 2})

    assert (answer.status, answer.fields) == (422, ["password"])


def test_deleting_a_station(api: Api, store: Store, closed: list[str]) -> None:
    api("POST", "stations/CP1", {})
    connect(store)

    assert api("DELETE", "stations/CP1").status == 204
    assert api("GET", "stations/CP1").status == 404
    assert chargers.get_connection(store, "CP1") == {}
    assert closed == ["c-CP1"]


def test_a_station_with_a_running_transaction_stays(api: Api, store: Store) -> None:
    api("POST", "stations/CP1", {})
    store.commit(chargers.active_put("CP1", 1, 77, NOW))

    assert api("DELETE", "stations/CP1").status == 409
    assert stored(store)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "short"}, "password"),
        ({"security_profile": 3}, "security_profile"),
        ({"security_profile": "2"}, "security_profile"),
        ({"protocols": ["ocpp1.5"]}, "protocols[0]"),
        ({"protocols": []}, "protocols"),
        ({"evses": {"1": {"uid": "E1"}}}, "evses.1.connectors"),
        ({"evses": {"0": {"uid": "E1", "connectors": {}}}}, "evses.0.[key]"),
        ({"name": "mine"}, "name"),
    ],
)
def test_what_is_not_valid_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api("POST", "stations/CP1", body)

    assert answer.status == 422
    assert field in answer.fields


@pytest.mark.parametrize("identity", ["a b", "ä", "x" * 49, "a%2Fb"])
def test_an_identity_that_no_charger_could_use(api: Api, identity: str) -> None:
    assert api("PUT", f"stations/{identity}", {}).status == 422


def test_events_and_parked_payloads_the_latest_first_in_pages(api: Api, store: Store) -> None:
    api("POST", "stations/CP1", {})
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        store.commit(chargers.recorded("CP1", "EVENT", at, NOW, event_type="Firmware", number=minute))
    store.commit(chargers.parked("CP1", "MeterValues", {"odd": 1.5}, "schema", NOW))

    pages = api.all_pages("stations/CP1/events", 2)
    parked = api("GET", "stations/CP1/parked").body["items"]

    assert [[row["number"] for row in page] for page in pages] == [[4, 3], [2, 1], [0]]
    assert [(row["action"], row["reason"]) for row in parked] == [("MeterValues", "schema")]
    assert "pk" not in parked[0]


def test_refused_handshakes_are_listed_until_the_identity_is_registered(api: Api, store: Store) -> None:
    store.commit(chargers.refused("CP1", "this identity is not registered", NOW))
    store.commit(chargers.refused("CP2", "wrong password", NOW + timedelta(seconds=1)))
    before = [row["charger_id"] for row in api("GET", "refused-handshakes").body["items"]]
    api("POST", "stations/CP1", {})

    assert before == ["CP2", "CP1"]
    assert [row["charger_id"] for row in api("GET", "refused-handshakes").body["items"]] == ["CP2"]


def test_the_registry_in_pages(api: Api, store: Store) -> None:
    for number in range(5):
        store.commit(chargers.registered(f"CP{number}", NOW + timedelta(seconds=number)))

    pages = api.all_pages("stations", 2)

    assert [[row["charger_id"] for row in page] for page in pages] == [["CP0", "CP1"], ["CP2", "CP3"], ["CP4"]]


def test_every_change_is_audited_with_the_person(api: Api) -> None:
    api("POST", "stations/CP1", {"location_id": "L1"}, sub="ann")
    api("PATCH", "stations/CP1", {"registration": "blocked"}, sub="bob")
    api("DELETE", "stations/CP1", sub="ann")

    rows = api("GET", "audit").body["items"]

    assert [(row["who"]["sub"], row["action"], row["subject"]) for row in rows] == [
        ("ann", "station.deleted", "stations/CP1"),
        ("bob", "station.changed", "stations/CP1"),
        ("ann", "station.created", "stations/CP1"),
    ]
    assert rows[2]["details"]["location_id"] == "L1"
    assert rows[2]["details"]["password"] == "changed"
