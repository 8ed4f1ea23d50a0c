"""2.0.1 transactions: TransactionEvent in the orders, with the gaps and the repetitions that real stations produce."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.store import chargers
from csms.store.dynamo import Store
from tests.kit.frames import NOW, OCPP201, Line, at, event, meter_2x, token
from tests.kit.ocpp_state import active, add_token, folded, rows, session_of, transaction, transactions
from tests.kit.tables import outbox_rows

EVSE = {"id": 1, "connectorId": 1}


@pytest.fixture
def line(line201: Line, store: Store) -> Line:
    add_token(store, "CARD1")
    return line201


def say(line: Line, *args: Any, **more: Any) -> dict[str, Any]:
    return line.ask("TransactionEvent", event(*args, **more))


def started(line: Line, **more: Any) -> dict[str, Any]:
    known = {"wh": 1000, "context": "Transaction.Begin", "evse": EVSE, "idToken": token(), "state": "EVConnected"}
    return say(line, "Started", 0, 0, **{**known, **more})


# --- the ordinary session -------------------------------------------------------------------------------------------


def test_a_session(line: Line, store: Store) -> None:
    assert started(line) == {"idTokenInfo": {"status": "Accepted"}}
    assert say(line, "Updated", 1, 60, wh=1200) == {}
    assert say(line, "Updated", 2, 120, trigger="ChargingStateChanged", state="SuspendedEV") == {}
    ended = say(
        line, "Ended", 3, 600, wh=3000, context="Transaction.End", state="Idle", idToken=token(), about={"stoppedReason": "Local"}
    )  # fmt: skip
    assert ended == {"idTokenInfo": {"status": "Accepted"}}
    row = transaction(store, "tx-1")
    assert (row["state"], row["started_at"], row["ended_at"], row["stopped_reason"]) == (
        "ended",
        at(),
        at(600),
        "Local",
    )
    assert (row["evse_id"], row["connector_id"], row["id_token"], row["token_status"]) == (1, 1, "CARD1", "Accepted")
    found = folded(row)
    assert found.energy_wh == 2000
    assert [phase.kind for phase in found.phases] == ["CHARGING", "PARKING"]
    assert session_of(store, row)["session"]["status"] == "ACTIVE"
    assert len(outbox_rows(target="settlement", session_id=row["session_id"])) == 1
    stopped = active(store)
    assert stopped is not None
    assert stopped["state"] == "ended"


@pytest.mark.parametrize("kind", ["Started", "Updated", "Ended"])
def test_every_event_may_come_twice(line: Line, store: Store, kind: str) -> None:
    frames = [
        event("Started", 0, 0, wh=1000, evse=EVSE, idToken=token()),
        event("Updated", 1, 60, wh=1200),
        event("Ended", 2, 600, wh=3000),
    ]
    for frame in frames:
        first = line.ask("TransactionEvent", frame)
        if frame["eventType"] == kind:
            replay = {**frame, "offline": False}
            assert [line.ask("TransactionEvent", replay) for _ in range(2)] == [first, first]
    row = transaction(store, "tx-1")
    assert len(row["ledger"]) == 3
    assert folded(row).energy_wh == 2000
    assert len(outbox_rows(target="settlement")) == 1


def test_a_group_is_told(line: Line, store: Store) -> None:
    add_token(store, "CARD2", group_id="FLEET")
    group = {"idToken": "FLEET", "type": "Central"}
    assert started(line, idToken=token("CARD2")) == {"idTokenInfo": {"status": "Accepted", "groupIdToken": group}}
    assert line.ask("Authorize", {"idToken": token("CARD2", "Local")})["idTokenInfo"]["groupIdToken"] == group


@pytest.mark.parametrize(("uid", "status"), [("NOBODY", "Unknown"), ("BLOCKED", "Blocked"), ("", "Unknown")])
def test_a_start_is_recorded_whatever_its_card(line: Line, store: Store, uid: str, status: str) -> None:
    add_token(store, "BLOCKED", valid=False)
    assert started(line, idToken=token(uid)) == {"idTokenInfo": {"status": status}}
    row = transaction(store, "tx-1")
    assert row["token_status"] == status
    assert session_of(store, row)["session"]["status"] == "INVALID"


def test_all_sequence_numbers_zero(line: Line, store: Store) -> None:
    say(line, "Started", 0, 0, wh=1000, evse=EVSE, idToken=token())
    for seconds, wh in ((60, 1200), (120, 1400), (180, 1600)):
        say(line, "Updated", 0, seconds, wh=wh)
    say(line, "Ended", 0, 600, wh=3000)
    row = transaction(store, "tx-1")
    assert len(row["ledger"]) == 5
    found = folded(row)
    assert found.energy_wh == 2000
    assert found.missing_seq == ()


def test_the_same_transaction_id_at_two_stations_is_two_transactions(line: Line, store: Store) -> None:
    started(line)
    other = Line(store, OCPP201, "CP2").register()
    say(other, "Ended", 5, 600, wh=9999)
    assert transaction(store, "tx-1")["state"] == "open"
    assert transaction(store, "tx-1", "CP2")["state"] == "ended"


# --- order and loss -------------------------------------------------------------------------------------------------


def test_the_end_first_then_what_was_queued(line: Line, store: Store) -> None:
    """TC_E_31: the end skips two numbers, which come later, marked offline."""
    started(line)
    say(line, "Ended", 3, 600, wh=3000, context="Transaction.End")
    assert folded(transaction(store, "tx-1")).missing_seq == (1, 2)
    for seq, seconds, wh in ((1, 60, 1200), (2, 120, 1400)):
        say(line, "Updated", seq, seconds, wh=wh, offline=True)
    row = transaction(store, "tx-1")
    assert (row["state"], row["ended_at"]) == ("ended", at(600))
    found = folded(row)
    assert found.energy_wh == 2000
    assert found.missing_seq == ()
    assert [point.energy_wh for point in found.points][-3:] == [200, 400, 2000]
    assert len(outbox_rows(target="settlement")) == 1


def test_an_end_whose_number_and_time_lie_before_the_last_samples(line: Line, store: Store) -> None:
    started(line)
    for seq, seconds, wh in ((2, 120, 1400), (4, 240, 1800), (5, 300, 2000)):
        say(line, "Updated", seq, seconds, wh=wh, offline=True)
    say(line, "Ended", 3, 180, state=None)
    row = transaction(store, "tx-1")
    assert (row["state"], row["ended_at"]) == ("ended", at(180))
    found = folded(row)
    assert found.energy_wh == 1000
    assert found.missing_seq == (1,)


def test_the_start_was_lost(line: Line, store: Store) -> None:
    say(line, "Updated", 1, 60, wh=1200, evse=EVSE)
    say(line, "Updated", 2, 120, wh=1400)
    say(line, "Ended", 3, 600, wh=3000)
    row = transaction(store, "tx-1")
    assert (row["state"], row["started_at"], row["evse_id"]) == ("ended", at(60), 1)
    assert folded(row).energy_wh == 1800


def test_only_the_end_arrived(line: Line, store: Store) -> None:
    values = [meter_2x(0, 1000, "Transaction.Begin"), meter_2x(600, 3000, "Transaction.End")]
    payload = event("Ended", 7, 600, meterValue=values, evse=EVSE, idToken=token())
    assert line.ask("TransactionEvent", payload) == {"idTokenInfo": {"status": "Accepted"}}
    row = transaction(store, "tx-1")
    assert (row["state"], row["started_at"], row["ended_at"]) == ("ended", at(), at(600))
    assert folded(row).energy_wh == 2000
    assert active(store) is None
    assert len(outbox_rows(target="settlement")) == 1


def test_the_start_comes_last(line: Line, store: Store) -> None:
    say(line, "Updated", 2, 120, wh=1400)
    say(line, "Updated", 1, 60, wh=1200)
    assert transaction(store, "tx-1")["started_at"] == at(60)
    assert started(line) == {"idTokenInfo": {"status": "Accepted"}}
    row = transaction(store, "tx-1")
    assert (row["started_at"], row["id_token"], row["token_status"]) == (at(), "CARD1", "Accepted")
    assert (row["evse_id"], row["meter_start_wh"]) == (1, 1000)
    assert session_of(store, row)["session"]["status"] == "ACTIVE"
    running = active(store)
    assert running is not None
    assert running["transaction_id"] == "tx-1"


def test_the_start_after_the_end_gives_the_session_its_driver(line: Line, store: Store) -> None:
    say(line, "Ended", 2, 600, wh=3000)
    line.now += timedelta(seconds=5)
    started(line)
    row = transaction(store, "tx-1")
    assert (row["state"], row["started_at"], row["token_status"]) == ("ended", at(), "Accepted")
    assert len(outbox_rows(target="settlement", session_id=row["session_id"])) == 2
    assert folded(row).energy_wh == 2000
    session = session_of(store, row)["session"]
    assert (session["status"], session["cdr_token"]["uid"], session["start_date_time"]) == ("ACTIVE", "CARD1", at())


def test_an_old_transaction_out_of_the_queue_does_not_end_the_one_that_runs(line: Line, store: Store) -> None:
    started(line)
    old = {"transaction_id": "tx-0", "offline": True}
    say(line, "Started", 0, -7200, evse=EVSE, idToken=token(), wh=500, **old)
    say(line, "Ended", 1, -3600, wh=900, **old)
    assert transaction(store, "tx-1")["state"] == "open"
    running = active(store)
    assert running is not None
    assert (running["transaction_id"], running["state"]) == ("tx-1", "open")
    assert folded(transaction(store, "tx-0")).energy_wh == 400


def test_a_new_start_ends_the_transaction_that_was_lost(line: Line, store: Store) -> None:
    started(line)
    say(line, "Updated", 1, 300, wh=1500)
    say(line, "Started", 0, 3600, transaction_id="tx-2", wh=1600, evse=EVSE, idToken=token())
    row = transaction(store, "tx-1")
    assert (row["state"], row["ended_by"], row["ended_at"]) == ("ended", "next-start", at(300))
    assert transaction(store, "tx-2")["state"] == "open"


def test_two_transactions_of_unknown_place_do_not_end_each_other(line: Line, store: Store) -> None:
    for name in ("tx-1", "tx-2"):
        say(line, "Started", 0, 0, transaction_id=name, wh=1000)
    assert [row["state"] for row in transactions()] == ["open", "open"]


def test_a_later_sample_changes_no_end(line: Line, store: Store) -> None:
    started(line)
    say(line, "Ended", 2, 600, wh=3000)
    say(line, "Updated", 3, 660, wh=3100)
    row = transaction(store, "tx-1")
    assert (row["state"], row["ended_at"]) == ("ended", at(600))
    assert len(row["ledger"]) == 3


def test_a_placeholder_register_of_an_offline_start_is_not_billed(line: Line, store: Store) -> None:
    started(line, wh=0, offline=True)
    say(line, "Updated", 1, 60, wh=910_000)
    say(line, "Ended", 2, 600, wh=910_083)
    assert folded(transaction(store, "tx-1")).energy_wh == 83


def test_a_begin_of_zero_of_a_new_meter_is_believed(line: Line, store: Store) -> None:
    started(line, wh=0)
    say(line, "Ended", 2, 600, wh=1200)
    assert folded(transaction(store, "tx-1")).energy_wh == 1200


# --- the cable first ------------------------------------------------------------------------------------------------


def test_the_card_comes_after_the_cable(line: Line, store: Store) -> None:
    assert started(line, idToken=None, trigger="CablePluggedIn") == {}
    row = transaction(store, "tx-1")
    assert "token_status" not in row
    assert session_of(store, row)["session"]["status"] == "INVALID"
    assert say(line, "Updated", 1, 30, trigger="Authorized", idToken=token()) == {"idTokenInfo": {"status": "Accepted"}}
    row = transaction(store, "tx-1")
    assert (row["token_status"], row["started_at"]) == ("Accepted", at(30)), "what was before is not the driver's"
    session = session_of(store, row)
    assert (session["session"]["status"], session["session"]["start_date_time"]) == ("ACTIVE", at(30))
    assert session["session"]["cdr_token"]["uid"] == "CARD1"
    say(line, "Updated", 2, 10, wh=1000, offline=True)
    assert transaction(store, "tx-1")["started_at"] == at(30)


def test_the_cable_after_the_card_tells_where_it_runs(line: Line, store: Store) -> None:
    started(line, evse=None, state=None, wh=None)
    assert active(store) is None
    assert say(line, "Updated", 1, 10, trigger="CablePluggedIn", evse=EVSE, wh=1000, context="Transaction.Begin") == {}
    assert transaction(store, "tx-1")["evse_id"] == 1
    running = active(store)
    assert running is not None
    assert (running["state"], running["transaction_id"]) == ("open", "tx-1")


def test_a_partners_card_after_the_cable_tells_the_partner(line: Line, store: Store) -> None:
    add_token(store, "ROAMER", owner="emsp")
    started(line, idToken=None, trigger="CablePluggedIn")
    say(line, "Updated", 1, 30, trigger="Authorized", idToken=token("ROAMER"))
    (told,) = outbox_rows(partner_id="emsp")
    assert (told["method"], told["document"]["status"]) == ("PUT", "ACTIVE")
    assert session_of(store, transaction(store, "tx-1"))["owner"] == "emsp#SESSIONS"


def test_a_refused_card_may_be_followed_by_a_good_one(line: Line, store: Store) -> None:
    started(line, idToken=token("NOBODY"))
    assert say(line, "Updated", 1, 30, trigger="Authorized", idToken=token()) == {"idTokenInfo": {"status": "Accepted"}}
    assert transaction(store, "tx-1")["id_token"] == "CARD1"


def test_the_card_that_stops_does_not_replace_the_one_that_started(line: Line, store: Store) -> None:
    add_token(store, "CARD2")
    started(line)
    say(line, "Updated", 1, 500, trigger="StopAuthorized", idToken=token("CARD2"))
    say(line, "Ended", 2, 600, idToken=token("CARD2"))
    row = transaction(store, "tx-1")
    assert (row["id_token"], row["stop_id_token"]) == ("CARD1", "CARD2")


def test_nobody_ever_came(line: Line, store: Store) -> None:
    started(line, idToken=None, trigger="CablePluggedIn")
    say(line, "Ended", 1, 60, trigger="EVDeparted", wh=1000, about={"stoppedReason": "EVDisconnected"})
    row = transaction(store, "tx-1")
    assert (row["state"], session_of(store, row)["session"]["status"]) == ("ended", "INVALID")


# --- remote starts --------------------------------------------------------------------------------------------------


def remote_start(store: Store, state: str = "pending") -> None:
    row = chargers.remote_start_pending("CP1", 77, "0000004DCAFECAFE", 2, NOW)
    store.commit(row)
    if state != "pending":
        store.commit(chargers.remote_start_changed("CP1", 77, state, was="pending"))


def test_a_remote_start_is_known_by_its_id_alone(line: Line, store: Store) -> None:
    """One real station sends neither idToken nor a connector, another not even the EVSE."""
    remote_start(store)
    assert say(line, "Started", 0, 0, trigger="RemoteStart", about={"remoteStartId": 77}) == {}
    row = transaction(store, "tx-1")
    assert (row["id_token"], row["token_status"], row["evse_id"]) == ("0000004DCAFECAFE", "Accepted", 2)
    bound = chargers.get_remote_start(store, "CP1", 77)
    assert bound is not None
    assert (bound["state"], bound["transaction_id"]) == ("bound", "tx-1")


def test_the_cable_was_first_and_an_update_names_the_remote_start(line: Line, store: Store) -> None:
    remote_start(store)
    started(line, idToken=None, trigger="CablePluggedIn", evse={"id": 2})
    assert say(line, "Updated", 1, 30, trigger="RemoteStart", about={"remoteStartId": 77}) == {}
    row = transaction(store, "tx-1")
    assert (row["token_status"], row["started_at"]) == ("Accepted", at(30))


def test_a_remote_start_starts_one_transaction(line: Line, store: Store) -> None:
    remote_start(store)
    about = {"remoteStartId": 77}
    tag = token("0000004DCAFECAFE", "Central")
    accepted = {"idTokenInfo": {"status": "Accepted"}}
    assert started(line, about=about, idToken=tag) == accepted
    assert started(line, about=about, idToken=tag) == accepted
    say(line, "Ended", 1, 60, about=about)
    again = say(line, "Started", 0, 90, transaction_id="tx-2", about=about, idToken=tag, evse=EVSE)
    assert again == {"idTokenInfo": {"status": "Invalid"}}
    (command,) = rows("COMMAND")
    assert (command["action"], command["payload"]) == ("RequestStopTransaction", {"transactionId": "tx-2"})


@pytest.mark.parametrize("named", [{"idToken": token("0000004DCAFECAFE", "Central")}, {}])
def test_a_start_that_was_given_up_for_lost_is_refused_and_stopped(
    line: Line, store: Store, named: dict[str, Any]
) -> None:
    remote_start(store, "expired")
    answer = started(line, **{"idToken": None, **named}, about={"remoteStartId": 77})
    assert answer == ({"idTokenInfo": {"status": "Invalid"}} if named else {})
    (command,) = rows("COMMAND")
    assert command["payload"] == {"transactionId": "tx-1"}
    assert command["origin"]["reason"] == "late-start"
    started(line, **{"idToken": None, **named}, about={"remoteStartId": 77})
    assert len(rows("COMMAND")) == 1


def test_a_late_start_of_a_plugged_in_cable_is_stopped_once(line: Line, store: Store) -> None:
    remote_start(store, "expired")
    started(line, idToken=None, trigger="CablePluggedIn")
    for seq in (1, 2):
        say(line, "Updated", seq, 30 * seq, trigger="RemoteStart", about={"remoteStartId": 77})
    (command,) = rows("COMMAND")
    assert command["payload"] == {"transactionId": "tx-1"}
    assert transaction(store, "tx-1")["stop_requested_at"] == at()


def test_a_remote_start_of_another_system_is_no_start_of_ours(line: Line, store: Store) -> None:
    assert started(line, about={"remoteStartId": 4711}) == {"idTokenInfo": {"status": "Accepted"}}
    say(line, "Started", 0, 5, transaction_id="tx-2", about={"remoteStartId": 4711}, evse={"id": 2})
    say(line, "Updated", 1, 60, transaction_id="tx-2", about={"remoteStartId": 4711}, wh=5)
    row = transaction(store, "tx-2")
    assert (row["token_status"], len(row["ledger"])) == ("Unknown", 2)


# --- what cannot be read --------------------------------------------------------------------------------------------


def test_fields_of_a_later_version_do_no_harm(line: Line, store: Store) -> None:
    payload = event(
        "Updated", 1, 60, wh=1200, trigger="RunningCost", costDetails={"a": 1}, about={"operationMode": "Idle"}
    )
    assert line.ask("TransactionEvent", payload) == {}
    assert transaction(store, "tx-1")["rules"] == ["vendor-event", "unknown-field"]


def test_null_members_are_taken_as_left_out(line: Line, store: Store) -> None:
    payload = {**event("Updated", 1, 60, wh=1200), "evse": None, "idToken": None, "reservationId": None}
    assert line.ask("TransactionEvent", payload) == {}
    assert transaction(store, "tx-1")["rules"] == ["null-member"]


def test_a_value_that_is_no_number_costs_only_itself(line: Line, store: Store) -> None:
    started(line)
    text = f'[2,"m","TransactionEvent",{{"eventType":"Updated","timestamp":"{at(60)}","triggerReason":"MeterValuePeriodic",'
    text += (
        '"seqNo":1,"transactionInfo":{"transactionId":"tx-1","chargingState":"Charging"},"meterValue":[{"timestamp":"'
    )
    text += f'{at(60)}","sampledValue":[{{"value":NaN}},{{"value":55.5,"measurand":"SoC"}}]}}]}}]'
    assert line.text(text) == [3, "m", {}]
    assert [e.get("soc") for e in transaction(store, "tx-1")["ledger"].values() if e["ev"] == "U"] == [Decimal("55.5")]


def test_what_names_no_transaction_is_parked_and_answered(line: Line) -> None:
    payload = event("Started", 0, 0, idToken=token())
    del payload["transactionInfo"]
    assert line.ask("TransactionEvent", payload) == {"idTokenInfo": {"status": "Invalid"}}
    assert line.ask("TransactionEvent", {"eventType": "Updated"}) == {}
    assert len(rows("PARKED")) == 2
    assert transactions() == []
