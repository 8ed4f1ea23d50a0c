"""A terminal's payment meets its transaction: in every order in which a station can tell of it, once."""

import json
from typing import Any

import pytest

from csms.domain.times import format_time
from csms.edge import connections
from csms.store import chargers, commands
from csms.store.dynamo import Store
from functions.ocpp.decision import Charger
from functions.ocpp.handler import handle_frame
from tests.kit.frames import OCPP21, OCPP201
from tests.kit.ocpp_state import folded
from tests.kit.paid_sessions import BEGIN, CHARGER_ID, PARTNER_ID, PaidSession, after
from tests.kit.tables import outbox_rows

PROTOCOLS = ["ocpp1.6", OCPP201, OCPP21]


@pytest.fixture(autouse=True)
def _no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "post", lambda _connection_id, _text: None)


def requested(store: Store, protocol: str = OCPP201) -> PaidSession:
    paid = PaidSession(store, protocol)
    paid.place()
    paid.request()
    paid.start()
    paid.transaction_id = "tx-2x"
    return paid


def remote(paid: PaidSession) -> dict[str, Any]:
    return {"remoteStartId": int(paid.payment()["remote_start_id"])}


def say(
    paid: PaidSession,
    kind: str,
    minutes: float,
    wh: int | None = None,
    *,
    trigger: str | None = None,
    named: bool = False,
    **more: Any,
) -> None:
    """A TransactionEvent `minutes` after the begin; `named`: it names the remote start."""
    triggers = {"Started": "CablePluggedIn", "Updated": "MeterValuePeriodic", "Ended": "EVDeparted"}
    contexts = {"Started": "Transaction.Begin", "Updated": "Sample.Periodic", "Ended": "Transaction.End"}
    time = format_time(after(minutes))
    payload: dict[str, Any] = {
        "eventType": kind,
        "timestamp": time,
        "seqNo": int(minutes),
        "triggerReason": trigger or triggers[kind],
        "transactionInfo": {"transactionId": paid.transaction_id, **(remote(paid) if named else {})},
        **more,
    }
    if wh is not None:
        payload["meterValue"] = [{"timestamp": time, "sampledValue": [{"value": wh, "context": contexts[kind]}]}]
    paid.frame("TransactionEvent", payload, after(minutes))


def is_charging(paid: PaidSession) -> None:
    payment, row = paid.payment(), paid.transaction()
    assert (payment["state"], payment["transaction_id"]) == ("CHARGING", str(paid.transaction_id))
    assert (row["payment_id"], row["session_id"]) == (paid.payment_id, payment["session_id"])
    assert (row["tariff"]["id"], row["limit_amount"], row["token_status"]) == ("tariff-1", 50, "Accepted")
    assert paid.session()["session"]["status"] == "ACTIVE"
    assert len(outbox_rows(target="workflow", signal="success", task_token="start-token")) == 1
    puts = outbox_rows(partner_id=PARTNER_ID, module="sessions", method="PUT")
    assert [row["document"]["status"] for row in puts].count("ACTIVE") == 1


def test_the_cable_was_plugged_in_before_the_driver_paid(store: Store) -> None:
    paid = requested(store)
    say(paid, "Started", -5, 1000, evse={"id": 1})
    assert paid.payment()["state"] == "STARTING"
    before = paid.transaction()["session_id"]
    say(paid, "Updated", 1, trigger="RemoteStart", named=True)
    is_charging(paid)
    row = paid.transaction()
    assert (row["started_at"], row["session_id"] != before) == ("2026-03-02T09:01:00.000Z", True)
    running = chargers.get_active(store, CHARGER_ID, 1)
    assert running is not None
    assert running["session_id"] == row["session_id"]
    say(paid, "Updated", 2, 1500, named=True)
    say(paid, "Ended", 10, 3000)
    assert paid.payment()["state"] == "ENDED"
    assert folded(paid.transaction()).energy_wh == 2000


@pytest.mark.parametrize("first", ["Updated", "Ended"])
def test_the_event_that_named_the_start_came_late(store: Store, first: str) -> None:
    paid = requested(store)
    say(paid, first, 5, 2000)
    assert paid.payment()["state"] == "STARTING"
    say(paid, "Started", 0, 1000, trigger="RemoteStart", named=True, evse={"id": 1})
    row = paid.transaction()
    assert (row["payment_id"], row["started_at"]) == (paid.payment_id, "2026-03-02T09:00:00.000Z")
    if first == "Ended":
        assert paid.payment()["transaction_ended"] is True
        assert paid.payment()["state"] == "ENDED"
    else:
        is_charging(paid)


def test_only_the_end_of_a_paid_transaction_arrived(store: Store) -> None:
    paid = requested(store)
    say(paid, "Ended", 10, 3000, named=True)
    assert (paid.payment()["state"], paid.transaction()["state"]) == ("ENDED", "ended")
    assert len(outbox_rows(target="workflow", signal="success", task_token="start-token")) == 1
    say(paid, "Started", 0, 1000, trigger="RemoteStart", named=True, evse={"id": 1})
    row = paid.transaction()
    assert (row["state"], row["started_at"]) == ("ended", "2026-03-02T09:00:00.000Z")
    assert folded(row).energy_wh == 2000


def test_the_end_reaches_the_state_machine_that_waits(store: Store) -> None:
    paid = requested(store)
    say(paid, "Started", 0, 1000, trigger="RemoteStart", named=True, evse={"id": 1})
    paid.charge()
    for _ in range(2):
        say(paid, "Ended", 10, 3000)
    assert len(outbox_rows(target="workflow", signal="success", task_token="charge-token")) == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_start_is_told_once_however_often_it_is_said(store: Store, protocol: str) -> None:
    paid = requested(store, protocol)
    for _ in range(3):
        paid.plug_in()
    is_charging(paid)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_driver_gave_up_and_then_the_car_started(store: Store, protocol: str) -> None:
    """His hold is released: nothing may be charged, so the transaction is refused and stopped."""
    paid = requested(store, protocol)
    paid.expire()
    paid.plug_in()
    assert paid.payment()["state"] == "EXPIRED"
    row = paid.transaction()
    assert (row["token_status"], "payment_id" in row) == ("Invalid", False)
    stops = [c for c in commands.list_of(store, CHARGER_ID) if "Stop" in c["action"]]
    assert [c["origin"]["reason"] for c in stops] == ["late-start"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_paid_for_one_transaction_starts_no_second(store: Store, protocol: str) -> None:
    paid = requested(store, protocol)
    paid.plug_in()
    paid.unplug(3000, 10)
    if protocol != "ocpp1.6":
        first, paid.transaction_id = paid.transaction_id, "tx-again"
        say(paid, "Started", 15, 3000, trigger="RemoteStart", named=True, evse={"id": 1})
    else:
        first = paid.transaction_id
        paid.plug_in(3000, 15)
    assert paid.transaction()["token_status"] == "Invalid"
    assert paid.payment()["transaction_id"] == str(first)
    stops = [c for c in commands.list_of(store, CHARGER_ID) if "Stop" in c["action"]]
    assert len(stops) == 1


# --- the answer to the start ----------------------------------------------------------------------------------------


def answer(paid: PaidSession, payload: dict[str, Any]) -> None:
    command_id = paid.payment()["command_id"]
    paid.store.commit(
        commands.slot_taken(CHARGER_ID, command_id, "conn-1", BEGIN),
        commands.changed(CHARGER_ID, command_id, commands.SENT, was=(commands.QUEUED,)),
    )
    charger = Charger(CHARGER_ID, paid.protocol, "conn-1")
    outcome = handle_frame(charger, json.dumps([3, command_id, payload]), after(1), paid.store)
    assert outcome.afterwards is not None
    outcome.afterwards()
    row = commands.get(paid.store, CHARGER_ID, command_id)
    assert row is not None
    assert row["state"] == commands.ANSWERED


def told(paid: PaidSession) -> list[str]:
    return [row["document"]["result"] for row in outbox_rows(partner_id=PARTNER_ID, module="commands")]


def test_the_answer_names_a_transaction_that_runs_already(store: Store) -> None:
    paid = requested(store)
    say(paid, "Started", -5, 1000, evse={"id": 1})
    answer(paid, {"status": "Accepted", "transactionId": "tx-2x"})
    is_charging(paid)
    assert told(paid) == ["ACCEPTED"]
    assert paid.payment()["start_accepted"] is True
    assert paid.transaction()["started_at"] == "2026-03-02T09:01:00.000Z"
    say(paid, "Updated", 2, trigger="RemoteStart", named=True)
    is_charging(paid)


def test_the_answer_names_a_transaction_that_nobody_told_of_yet(store: Store) -> None:
    paid = requested(store)
    answer(paid, {"status": "Accepted", "transactionId": "tx-2x"})
    assert (paid.payment()["state"], told(paid)) == ("STARTING", ["ACCEPTED"])
    row = chargers.get_remote_start(store, CHARGER_ID, remote(paid)["remoteStartId"])
    assert row is not None
    assert (row["state"], row["announced_transaction_id"]) == ("pending", "tx-2x")
    say(paid, "Started", 2, 1000, trigger="RemoteStart", named=True)
    is_charging(paid)


def test_the_start_crossed_its_own_answer(store: Store) -> None:
    paid = requested(store)
    say(paid, "Started", 0, 1000, trigger="RemoteStart", named=True)
    answer(paid, {"status": "Accepted", "transactionId": "tx-2x"})
    is_charging(paid)
    assert told(paid) == ["ACCEPTED"]


def test_a_refusal_with_a_transaction_id_binds_nothing(store: Store) -> None:
    paid = requested(store)
    say(paid, "Started", -5, 1000, evse={"id": 1})
    answer(paid, {"status": "Rejected", "transactionId": "tx-2x"})
    assert paid.payment()["state"] == "STARTING"
    assert told(paid) == ["REJECTED"]
    assert len(outbox_rows(target="workflow", signal="failure")) == 1
