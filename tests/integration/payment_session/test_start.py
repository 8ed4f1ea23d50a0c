from decimal import Decimal
from typing import Any

import pytest

from csms import contract
from csms.domain.identifiers import remote_start_id_of
from csms.store import chargers, commands, sessions
from csms.store.dynamo import Store
from csms.store.receipts import find_payment, receipt_pointer
from functions.payment_session.start import StartRejected
from functions.payment_session.steps import PaymentUnknownError
from tests.kit.paid_sessions import BEGIN, CHARGER_ID, PARTNER_ID, REFERENCE, PaidSession, running
from tests.kit.tables import all_items, outbox_rows


def queued() -> list[dict[str, Any]]:
    return [row for row in all_items(contract.CHARGERS) if row.get("kind") == "COMMAND"]


def test_the_start_is_sent_and_everything_waits_for_its_transaction(requested: PaidSession) -> None:
    requested.start()

    payment = requested.payment()
    assert payment["state"] == "STARTING"
    assert payment["start_token"] == "start-token"
    assert remote_start_id_of(payment["id_tag"]) == payment["remote_start_id"]

    (command,) = queued()
    assert command["action"] == "RemoteStartTransaction"
    assert command["payload"] == {"connectorId": Decimal(1), "idTag": payment["id_tag"]}
    assert command["origin"] == {"kind": "payment", "payment_id": requested.payment_id}
    assert command["command_id"] == payment["command_id"]
    assert chargers.get_connection(requested.store, CHARGER_ID)["queue"] == [payment["command_id"]]

    row = chargers.get_remote_start(requested.store, CHARGER_ID, int(payment["remote_start_id"]))
    assert row is not None
    assert (row["state"], row["payment_id"], row["session_id"]) == (
        "pending",
        requested.payment_id,
        payment["session_id"],
    )

    session = requested.session()
    assert session["session"]["status"] == "PENDING"
    assert session["session"]["auth_method"] == "COMMAND"
    assert session["session"]["authorization_reference"] == REFERENCE
    assert session["session"]["cdr_token"]["uid"] == "TERMINAL-1"
    assert session["session"]["cdr_token"]["country_code"] == "DE"
    assert session["partner_id"] == PARTNER_ID
    assert outbox_rows() == []  # the partner hears of it when the charger agrees


def test_a_2x_station_is_told_the_evse_and_the_remote_start_id(store: Store) -> None:
    paid = PaidSession(store, "ocpp2.0.1")
    paid.place()
    paid.request()
    paid.start()
    (command,) = queued()
    payment = paid.payment()
    assert command["action"] == "RequestStartTransaction"
    assert command["payload"] == {
        "evseId": 1,
        "remoteStartId": payment["remote_start_id"],
        "idToken": {"idToken": payment["id_tag"], "type": "Central"},
    }


def test_a_repeated_task_takes_over_and_sends_nothing_again(requested: PaidSession) -> None:
    requested.start("first")
    before = requested.payment()
    requested.start("second")
    assert len(queued()) == 1
    assert requested.payment() == {**before, "start_token": "second"}


def test_where_the_transaction_began_meanwhile_the_state_goes_on(store: Store) -> None:
    paid = running(store)
    paid.start("late")
    signals = outbox_rows(target="workflow", task_token="late")
    assert [row["signal"] for row in signals] == ["success"]
    assert len(queued()) == 1


def test_a_charger_that_went_away_is_a_rejected_start(requested: PaidSession) -> None:
    requested.store.commit(chargers.disconnected(CHARGER_ID, "conn-1", "gone", BEGIN))
    for _ in range(2):  # the task may run again: the partner is told once
        with pytest.raises(StartRejected):
            requested.start()
    (told,) = outbox_rows(module="commands")
    assert told["document"]["result"] == "REJECTED"
    assert told["url"] == requested.payment()["response_url"]
    assert queued() == []

    assert requested.expire(contract.ERROR_START_REJECTED) == {"state": "EXPIRED"}
    assert requested.payment()["state"] == "REJECTED"
    assert len(outbox_rows(module="commands")) == 1


def test_the_error_has_the_name_that_the_state_machine_catches() -> None:
    assert StartRejected.__name__ == contract.ERROR_START_REJECTED


def test_a_payment_that_is_closed_is_not_started(requested: PaidSession) -> None:
    requested.expire()
    with pytest.raises(StartRejected):
        requested.start()
    assert queued() == []


def test_an_unknown_payment_is_an_error(store: Store) -> None:
    with pytest.raises(PaymentUnknownError):
        PaidSession(store).start()


def test_the_payment_is_found_by_its_reference(requested: PaidSession) -> None:
    requested.start()
    found = find_payment(requested.store, REFERENCE)
    assert found is not None
    assert found["payment_id"] == requested.payment_id


def test_a_reference_that_two_partners_use_finds_nothing(requested: PaidSession) -> None:
    requested.start()
    payment = requested.payment()
    other = {**payment, "partner_id": "other", "payment_id": sessions.payment_id("other", REFERENCE)}
    requested.store.commit(receipt_pointer(other))
    assert find_payment(requested.store, REFERENCE) is None


def test_the_charger_accepts_and_the_transaction_begins(store: Store) -> None:
    paid = running(store)
    payment = paid.payment()
    assert payment["state"] == "CHARGING"
    assert paid.session()["session"]["status"] == "ACTIVE"
    (result,) = outbox_rows(module="commands")
    assert result["document"]["result"] == "ACCEPTED"
    assert [row["document"]["status"] for row in outbox_rows(module="sessions")] == ["PENDING", "ACTIVE"]
    assert [row["signal"] for row in outbox_rows(target="workflow", task_token="start-token")] == ["success"]
    (command,) = queued()
    assert command["state"] == commands.ANSWERED
