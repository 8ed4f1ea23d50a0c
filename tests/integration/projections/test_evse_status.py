from collections.abc import Callable
from typing import Any

import pytest

from csms.domain.times import format_time
from csms.store import chargers, master
from csms.store.dynamo import Store
from functions.projections.handler import handler
from tests.kit import partners
from tests.kit.paid_sessions import CHARGER_ID, EVSE_UID, LOCATION_ID, PaidSession, after, running
from tests.kit.streams import record
from tests.kit.tables import outbox_rows


def evse(store: Store) -> dict[str, Any]:
    row = master.get_location(store, LOCATION_ID)
    assert row is not None
    return dict(row["evses"][EVSE_UID])


@pytest.fixture
def paid(store: Store) -> PaidSession:
    found = PaidSession(store)
    found.place()
    return found


@pytest.mark.parametrize(
    ("said", "status"), [("Faulted", "OUTOFORDER"), ("Unavailable", "INOPERATIVE"), ("Reserved", "RESERVED")]
)
def test_a_status_becomes_the_evses_and_partners_with_locations_hear_it(
    store: Store, paid: PaidSession, project: Callable[[], int], said: str, status: str
) -> None:
    partners.register(store, "emsp", "EMSP")
    partners.register(store, "blind", "EMSP", token="other", endpoints=[])
    partners.invite(store, "invited", "EMSP", token="third")
    paid.status(said, 1)
    project()
    assert evse(store)["status"] == status
    (told,) = outbox_rows(module="locations")
    assert (told["partner_id"], told["method"]) == ("emsp", "PATCH")
    assert told["path"] == ["DE", "CSM", LOCATION_ID, EVSE_UID]
    assert told["document"] == {"status": status, "last_updated": evse(store)["last_updated"]}


def test_a_status_that_changes_nothing_is_not_told(store: Store, paid: PaidSession, project: Callable[[], int]) -> None:
    partners.register(store, "emsp", "EMSP")
    for minute, said in enumerate(["Available", "Preparing", "Available"]):
        paid.status(said, minute)
        project()
    assert evse(store)["status"] == "AVAILABLE"
    assert outbox_rows(module="locations") == []


def test_a_partner_hears_only_of_locations_that_it_sees(
    store: Store, paid: PaidSession, project: Callable[[], int]
) -> None:
    partners.register(store, "near", "EMSP", location_ids=[LOCATION_ID])
    partners.register(store, "far", "EMSP", token="other", location_ids=["elsewhere"])
    paid.status("Faulted", 1)
    project()
    assert [row["partner_id"] for row in outbox_rows(module="locations")] == ["near"]


def test_a_plugged_in_cable_can_be_configured_as_in_use(
    store: Store, paid: PaidSession, project: Callable[[], int]
) -> None:
    store.commit(chargers.station_changed(CHARGER_ID, {"plugged_in_idle": "BLOCKED"}))
    paid.status("Preparing", 1)
    project()
    assert evse(store)["status"] == "BLOCKED"


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
def test_a_transaction_occupies_its_evse_though_no_status_says_so(
    store: Store, project: Callable[[], int], protocol: str
) -> None:
    paid = running(store, protocol)
    project()
    assert evse(store)["status"] == "CHARGING"
    paid.unplug(2000, 30)
    assert project() == 1
    # Nothing was ever said about the connector: it stays as it was told last until it speaks.
    assert evse(store)["status"] == "CHARGING"


def test_after_the_end_the_connectors_word_counts_again(store: Store, project: Callable[[], int]) -> None:
    paid = running(store, "ocpp2.0.1")
    body = {"connectorStatus": "Occupied", "evseId": 1, "connectorId": 1, "timestamp": format_time(after(-1))}
    paid.frame("StatusNotification", body, after(-1))
    project()
    assert evse(store)["status"] == "CHARGING"
    paid.unplug(2000, 30)
    project()
    assert evse(store)["status"] == "AVAILABLE"


def test_two_connectors_of_an_evse_make_one_status(store: Store, project: Callable[[], int]) -> None:
    paid = PaidSession(store, "ocpp2.0.1")
    paid.place()
    two = {"1": {"uid": EVSE_UID, "connectors": {"1": "1", "2": "2"}}}
    store.commit(chargers.station_changed(CHARGER_ID, {"evses": two}))
    for connector_id, said in ((1, "Faulted"), (2, "Available")):
        body = {
            "connectorStatus": said,
            "evseId": 1,
            "connectorId": connector_id,
            "timestamp": format_time(after(connector_id)),
        }
        paid.frame("StatusNotification", body, after(connector_id))
        project()
    assert evse(store)["status"] == "AVAILABLE"


def test_a_charger_without_a_place_is_skipped(store: Store) -> None:
    row = chargers.status_reported("CP-9", 1, 1, "Faulted", after(0), after(0)).item
    assert handler({"Records": [record(row)]}, None) == {"batchItemFailures": []}


def test_the_station_itself_is_no_evse(store: Store, paid: PaidSession, project: Callable[[], int]) -> None:
    body = {"connectorId": 0, "status": "Unavailable", "errorCode": "NoError", "timestamp": format_time(after(1))}
    paid.frame("StatusNotification", body, after(1))
    project()
    assert evse(store)["status"] == "AVAILABLE"


def test_the_first_record_that_fails_is_reported(store: Store, paid: PaidSession) -> None:
    good = chargers.status_reported(CHARGER_ID, 1, 1, "Faulted", after(0), after(0)).item
    bad = {key: value for key, value in good.items() if key != "charger_id"} | {"sk": "STATUS#9#1#x"}
    later = chargers.status_reported(CHARGER_ID, 1, 1, "Available", after(1), after(1)).item
    store.commit(chargers.status_reported(CHARGER_ID, 1, 1, "Faulted", after(0), after(0)))
    event = {"Records": [record(good, sequence=1), record(bad, sequence=2), record(later, sequence=3)]}
    assert handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert evse(store)["status"] == "OUTOFORDER"
