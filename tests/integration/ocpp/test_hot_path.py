"""The frames that chargers send all day cost one write and no read; the driver's limit is guarded on what that returned."""

from decimal import Decimal
from typing import Any

import pytest

from csms.store.dynamo import Store, Update
from tests.kit.calls import counted
from tests.kit.frames import NOW, OCPP16, OCPP21, OCPP201, Line, at, event, meter_2x, meter_16, start_16, token
from tests.kit.ocpp_state import add_token, rows, transaction
from tests.performance import frame_calls

TARIFF = {
    "id": "t", "currency": "EUR", "tax_included": "NO", "last_updated": at(),
    "elements": [{"price_components": [{"type": "ENERGY", "price": Decimal("0.50"), "step_size": 1}]}],
}  # fmt: skip


def test_the_budget_of_every_hot_frame() -> None:
    measured = {(row.protocol, row.name): row for row in frame_calls.measure()}
    for key in frame_calls.HOT:
        assert (measured[key].reads, measured[key].writes) == (0, 1), key


def test_every_request_is_measured() -> None:
    from functions.ocpp import routes

    measured = {(row.protocol, row.name.split()[0]) for row in frame_calls.measure()}
    tables = (*routes.REQUESTS.items(), *routes.SENDS.items())
    assert measured == {(protocol, action) for protocol, table in tables for action in table}


def update(line: Line, seq: int, seconds: float, wh: float, **more: Any) -> None:
    assert line.ask("TransactionEvent", event("Updated", seq, seconds, wh=wh, **more)) == {}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"offline": True},
        {"about": {"remoteStartId": 4711}},
        {"trigger": "ChargingStateChanged", "state": "SuspendedEV"},
    ],
)
def test_an_update_of_a_known_transaction(line201: Line, store: Store, more: dict[str, Any]) -> None:
    add_token(store, "CARD1")
    line201.ask("TransactionEvent", event("Started", 0, 0, idToken=token(), evse={"id": 1}))
    with counted() as calls:
        update(line201, 1, 60, 1200, **more)
    assert dict(calls) == {"UpdateItem": 1}


def test_a_late_update_of_an_ended_transaction(line201: Line) -> None:
    for kind, seconds in (("Started", 0), ("Ended", 600)):
        line201.ask("TransactionEvent", event(kind, seconds, seconds, evse={"id": 1}))
    with counted() as calls:
        update(line201, 1, 60, 1200, offline=True)
    assert dict(calls) == {"UpdateItem": 1}


def test_an_availability_state_is_one_call(line201: Line) -> None:
    data = {
        "eventId": 1, "timestamp": at(), "trigger": "Delta", "actualValue": "Occupied",
        "eventNotificationType": "HardWiredNotification", "variable": {"name": "AvailabilityState"},
        "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
    }  # fmt: skip
    with counted() as calls:
        line201.ask("NotifyEvent", {"generatedAt": at(), "seqNo": 0, "eventData": [data]})
    assert dict(calls) == {"TransactWriteItems": 1}


# --- the driver's limit ---------------------------------------------------------------------------------------------


def give_limit(store: Store, transaction_id: Any, amount: str) -> None:
    row = transaction(store, transaction_id)
    known = {"tariff": TARIFF, "currency": "EUR", "time_zone": "UTC", "limit_amount": Decimal(amount)}
    from csms import contract

    store.commit(Update(contract.SESSIONS, row["pk"], row["sk"], set=known))


def begun(store: Store, protocol: str) -> tuple[Line, Any]:
    add_token(store, "CARD1")
    line = Line(store, protocol).register()
    if protocol == OCPP16:
        return line, line.ask("StartTransaction", start_16())["transactionId"]
    payload = event("Started", 0, 0, idToken=token(), evse={"id": 1}, wh=1000, context="Transaction.Begin")
    line.ask("TransactionEvent", payload)
    return line, "tx-1"


def metered(line: Line, transaction_id: Any, seconds: float, wh: float) -> None:
    from datetime import timedelta

    line.now = NOW + timedelta(seconds=seconds)
    if line.protocol == OCPP16:
        payload = {"connectorId": 1, "transactionId": transaction_id, "meterValue": [meter_16(seconds, wh)]}
        line.ask("MeterValues", payload)
    else:
        line.ask("TransactionEvent", event("Updated", int(seconds), seconds, meterValue=[meter_2x(seconds, wh)]))


@pytest.mark.parametrize("protocol", [OCPP16, OCPP201, OCPP21])
def test_near_the_limit_the_charger_is_stopped_once(store: Store, protocol: str) -> None:
    line, tx = begun(store, protocol)
    give_limit(store, tx, "5.00")
    metered(line, tx, 60, 2000)
    assert rows("COMMAND") == []
    for seconds, wh in ((120, 10_900), (180, 11_000), (240, 11_200)):
        metered(line, tx, seconds, wh)
    (command,) = rows("COMMAND")
    wanted = ("RemoteStopTransaction", {"transactionId": tx}) if protocol == OCPP16 else ("RequestStopTransaction", {"transactionId": "tx-1"})  # fmt: skip
    assert (command["action"], command["payload"]) == wanted
    assert command["origin"]["reason"] == "limit"
    row = transaction(store, tx)
    assert (row["state"], row["stop_reason"], row["stop_requested_at"]) == ("open", "limit", at(120))


@pytest.mark.parametrize("protocol", [OCPP16, OCPP201, OCPP21])
def test_without_a_limit_nothing_stops(store: Store, protocol: str) -> None:
    line, tx = begun(store, protocol)
    metered(line, tx, 60, 10_000_000)
    assert rows("COMMAND") == []


def test_an_ended_transaction_is_not_stopped(store: Store) -> None:
    line, tx = begun(store, OCPP201)
    give_limit(store, tx, "5.00")
    line.ask("TransactionEvent", event("Ended", 9, 600, wh=20_000))
    metered(line, tx, 300, 15_000)
    assert rows("COMMAND") == []


def test_every_answer_is_valid_by_its_own_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """2.1 is answered by the files of 2.0.1: what they say must be right in both."""
    from csms.edge import log, log_catalogue

    wrong: list[str] = []

    def write(event: log_catalogue.LogEvent, **facts: Any) -> None:
        if event in (log_catalogue.UNEXPECTED_ERROR, log_catalogue.OCPP_FRAME_REFUSED):
            wrong.append(f"{event.name} {facts}")

    monkeypatch.setattr(log, "write", write)
    frame_calls.measure()
    assert wrong == []
