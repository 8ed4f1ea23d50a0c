from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.store import sessions
from functions.projections.handler import handler as project
from functions.sweeper.transactions import GRACE, sweep_transactions
from tests.kit.frames import NOW, OCPP16, OCPP201, Line, at, event, meter_16
from tests.kit.streams import Watch
from tests.kit.tables import fresh_aws, outbox_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csms.store.dynamo import Item, Store

LATER = NOW + GRACE + timedelta(minutes=20)


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


def projected() -> None:
    records = Watch(contract.CHARGERS, [contract.STATUS_PREFIX]).changes()
    assert project({"Records": records}, None) == {"batchItemFailures": []}


def transaction(store: Store, line: Line, transaction_id: str) -> Item:
    found = sessions.get_transaction(store, line.charger.charger_id, transaction_id)
    assert found is not None
    return found


def started_16(store: Store) -> tuple[Line, str]:
    line = Line(store, OCPP16)
    start = {"connectorId": 1, "idTag": "TAG1", "meterStart": 1000, "timestamp": at(0)}
    transaction_id = line.ask("StartTransaction", start)["transactionId"]
    line.ask("MeterValues", {"connectorId": 1, "transactionId": transaction_id, "meterValue": [meter_16(60, "1500")]})
    return line, str(transaction_id)


def status(line: Line, name: str, seconds: int) -> dict[str, Any]:
    return line.ask(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": name, "timestamp": at(seconds)}
    )


def test_a_free_connector_ends_a_transaction_whose_stop_was_lost(store: Store) -> None:
    line, transaction_id = started_16(store)
    status(line, "Available", 120)
    projected()
    assert sweep_transactions(store, LATER) == {"transactions_ended": 1}
    ended = transaction(store, line, transaction_id)
    assert (ended["state"], ended["ended_by"], ended["ended_at"]) == ("ended", "connector-free", at(120))
    assert ended["incomplete"] is True
    assert [row["session_id"] for row in outbox_rows(target="settlement")] == [ended["session_id"]]
    assert sweep_transactions(store, LATER) == {"transactions_ended": 0}


def test_a_stop_within_the_grace_ends_it_itself(store: Store) -> None:
    line, transaction_id = started_16(store)
    status(line, "Available", 120)
    projected()
    line.ask("StopTransaction", {"transactionId": int(transaction_id), "meterStop": 1500, "timestamp": at(121)})
    assert sweep_transactions(store, LATER) == {"transactions_ended": 0}
    ended = transaction(store, line, transaction_id)
    assert ended["ended_by"] == "charger"
    assert "open_matter" not in ended


def test_a_connector_that_is_not_free_any_more_means_that_it_goes_on(store: Store) -> None:
    line, transaction_id = started_16(store)
    status(line, "Available", 120)
    projected()
    status(line, "Charging", 130)
    assert sweep_transactions(store, LATER) == {"transactions_ended": 0}
    going_on = transaction(store, line, transaction_id)
    assert going_on["state"] == "open"
    assert "open_matter" not in going_on


def test_a_status_from_before_the_start_says_nothing(store: Store) -> None:
    line, transaction_id = started_16(store)
    status(line, "Available", -60)
    projected()
    assert "open_matter" not in transaction(store, line, transaction_id)


def test_a_station_of_2_0_1_that_was_killed_in_the_middle(store: Store) -> None:
    line = Line(store, OCPP201)
    card, evse = {"idToken": "TAG1", "type": "ISO14443"}, {"id": 1, "connectorId": 1}
    line.ask("TransactionEvent", event("Started", 0, 0, idToken=card, evse=evse))
    line.ask(
        "StatusNotification",
        {"evseId": 1, "connectorId": 1, "connectorStatus": "Available", "timestamp": at(120)},
    )
    projected()
    assert sweep_transactions(store, LATER) == {"transactions_ended": 1}
