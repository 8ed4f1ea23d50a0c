from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from csms.domain.times import format_time
from csms.store import chargers, master
from csms.store.dynamo import Store
from tests.integration.operator_api.samples import connector, evse, location, tariff
from tests.kit import partners
from tests.kit.tables import outbox_rows

if TYPE_CHECKING:
    from tests.integration.operator_api.conftest import Api

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def ready(api: Api, store: Store) -> None:
    api("PUT", "tariffs/T1", tariff())
    for charger_id in ("CP1", "CP2"):
        store.commit(chargers.registered(charger_id, NOW, protocols=["ocpp2.0.1"]))


def station(store: Store, charger_id: str) -> dict[str, Any]:
    found = chargers.get_station(store, charger_id)
    assert found is not None
    return found


def evse_of(store: Store, uid: str = "E1") -> dict[str, Any]:
    row = master.get_location(store, "L1")
    assert row is not None
    found: dict[str, Any] = row["evses"][uid]
    return found


def test_a_location_is_written_and_its_station_learns_which_evses_it_is(api: Api, store: Store) -> None:
    two = evse("E2", charger_id="CP1", ocpp_evse_id=2, connectors=[connector("a"), connector("b")])

    answer = api("PUT", "locations/L1", location(evse(charger_id="CP1", ocpp_evse_id=1), two))

    assert answer.status == 201
    assert station(store, "CP1")["location_id"] == "L1"
    assert station(store, "CP1")["evses"] == {
        "1": {"uid": "E1", "connectors": {"1": "1"}},
        "2": {"uid": "E2", "connectors": {"1": "a", "2": "b"}},
    }


def test_what_is_read_can_be_sent_back(api: Api, store: Store) -> None:
    api("PUT", "locations/L1", location())
    read = api("GET", "locations/L1").body

    again = api("PUT", "locations/L1", read)

    assert again.status == 200
    assert again.body["evses"] == read["evses"]
    assert read["evses"][0]["charger_id"] == "CP1"
    assert [entry["id"] for entry in api("GET", "locations").body["items"]] == ["L1"]


def test_partners_get_the_document_without_our_own_fields(api: Api, store: Store) -> None:
    partners.register(store, "payter")
    partners.register(store, "elsewhere", token="t2", location_ids=["L2"])

    api("PUT", "locations/L1", location())

    (row,) = outbox_rows(module="locations")
    assert (row["partner_id"], row["object_id"], row["method"]) == ("payter", "L1", "PUT")
    assert row["document"]["id"] == "L1"
    assert "charger_id" not in row["document"]["evses"][0]


def test_a_new_evse_has_the_status_that_its_charger_told(api: Api, store: Store) -> None:
    store.commit(chargers.connected("CP1", {"connection_id": "c1", "protocol": "ocpp1.6"}, NOW))
    store.commit(chargers.status_reported("CP1", 1, 1, "Faulted", NOW, NOW))

    answer = api("PUT", "locations/L1", location())

    assert answer.body["evses"][0]["status"] == "OUTOFORDER"


def test_the_live_status_outlives_an_edit(api: Api, store: Store) -> None:
    api("PUT", "locations/L1", location())
    at = NOW + timedelta(seconds=5)
    store.commit(master.evse_status_changed("L1", "E1", "CHARGING", format_time(at), at))

    answer = api("PUT", "locations/L1", location(evse(charger_id="CP1", ocpp_evse_id=1, status="AVAILABLE")))

    assert answer.body["evses"][0]["status"] == "CHARGING"
    assert evse_of(store)["status_at"] == format_time(at)


def test_planned_and_removed_are_the_operators_words(api: Api) -> None:
    place: dict[str, Any] = {"charger_id": "CP1", "ocpp_evse_id": 1}

    planned = api("PUT", "locations/L1", location(evse(**place, status="PLANNED")))
    built = api("PUT", "locations/L1", location(evse(**place, status="AVAILABLE")))

    assert planned.body["evses"][0]["status"] == "PLANNED"
    assert built.body["evses"][0]["status"] == "UNKNOWN"


def test_times_of_what_did_not_change_stay(api: Api) -> None:
    first = api("PUT", "locations/L1", location()).body
    changed = location(evse(charger_id="CP1", ocpp_evse_id=1), evse("E2"))
    second = api("PUT", "locations/L1", changed).body

    assert second["evses"][0]["last_updated"] == first["evses"][0]["last_updated"]
    assert second["evses"][0]["connectors"] == first["evses"][0]["connectors"]
    assert second["last_updated"] > first["last_updated"]


def test_a_station_that_is_left_out_stands_nowhere(api: Api, store: Store) -> None:
    api("PUT", "locations/L1", location())

    api("PUT", "locations/L1", location(evse(charger_id="CP2", ocpp_evse_id=1)))

    assert "location_id" not in station(store, "CP1")
    assert station(store, "CP1")["evses"] == {}
    assert station(store, "CP2")["location_id"] == "L1"


def test_a_station_stands_at_one_location(api: Api) -> None:
    api("PUT", "locations/L1", location())

    answer = api("PUT", "locations/L2", location())

    assert (answer.status, answer.fields) == (422, ["evses[0].charger_id"])


def test_a_station_that_a_location_names_is_not_deleted(api: Api) -> None:
    api("PUT", "locations/L1", location())

    assert api("DELETE", "stations/CP1").status == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (location(time_zone="Mars/Olympus"), "time_zone"),
        (location(city=None), "city"),
        (location(id="L2"), "id"),
        (location(country_code="FR"), "country_code"),
        (location(evse(charger_id="NONE", ocpp_evse_id=1)), "evses[0].charger_id"),
        (location(evse(charger_id="CP1")), "evses[0].ocpp_evse_id"),
        (location(evse(ocpp_evse_id=1)), "evses[0].charger_id"),
        (location(evse(charger_id="CP1", ocpp_evse_id=0)), "evses[0].ocpp_evse_id"),
        (location(evse(charger_id="CP1", ocpp_evse_id=1), evse("E2", charger_id="CP1", ocpp_evse_id=1)),
         "evses[1].ocpp_evse_id"),
        (location(evse(), evse()), "evses[1].uid"),
        (location(evse(connectors=[connector(), connector()])), "evses[0].connectors[1].id"),
        (location(evse(connectors=[])), "evses[0].connectors"),
        (location(evse(connectors=[connector(tariff_ids=["NONE"])])), "evses"),
        (location(evse(connectors=[connector(format="PLUG")])), "evses[0].connectors[0].format"),
        (location(evse(connectors=["x"])), "evses[0].connectors[0]"),
        ({**location(), "evses": ["x"]}, "evses[0]"),
        ({**location(), "evses": "x"}, "evses[0]"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_named_and_nothing_is_written(
    api: Api, store: Store, body: dict[str, Any], field: str
) -> None:
    answer = api("PUT", "locations/L1", body)

    assert (answer.status, field in answer.fields) == (422, True), answer.body
    assert master.get_location(store, "L1") is None


def test_a_status_that_changes_meanwhile_is_not_lost(api: Api, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    api("PUT", "locations/L1", location())
    commit, at = Store.commit, NOW + timedelta(seconds=5)
    calls: list[int] = []

    def interrupted(self: Store, *writes: Any) -> Any:
        if not calls:
            calls.append(1)
            commit(self, master.evse_status_changed("L1", "E1", "CHARGING", format_time(at), at))
        return commit(self, *writes)

    monkeypatch.setattr(Store, "commit", interrupted)
    answer = api("PUT", "locations/L1", location(name="New name"))

    assert (answer.status, answer.body["name"]) == (200, "New name")
    assert answer.body["evses"][0]["status"] == "CHARGING"


def test_no_such_location(api: Api) -> None:
    assert api("GET", "locations/NONE").status == 404
