"""1.6 transactions: StartTransaction, MeterValues, StopTransaction, as real chargers send, repeat and lose them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from csms.store.dynamo import Store
from tests.kit.frames import OCPP16, Line, at, meter_16, start_16, stop_16
from tests.kit.ocpp_state import active, add_token, folded, rows, session_of, transaction, transactions
from tests.kit.tables import outbox_rows


@pytest.fixture(autouse=True)
def _card(store: Store) -> None:
    add_token(store, "CARD1")


def meter(line: Line, transaction_id: Any, seconds: float, wh: Any, **more: Any) -> dict[str, Any]:
    payload = {"connectorId": 1, "meterValue": [meter_16(seconds, wh)], **more}
    if transaction_id is not None:
        payload["transactionId"] = transaction_id
    return line.ask("MeterValues", payload)


# --- start ----------------------------------------------------------------------------------------------------------


def test_a_start_gets_an_id_and_is_recorded(line: Line, store: Store) -> None:
    answer = line.ask("StartTransaction", start_16())
    assert answer["idTagInfo"] == {"status": "Accepted"}
    assert answer["transactionId"] > 0
    row = transaction(store, answer["transactionId"])
    assert (row["state"], row["id_token"], row["meter_start_wh"], row["started_at"]) == ("open", "CARD1", 1000, at())
    session = session_of(store, row)
    assert session["session"]["status"] == "ACTIVE"
    assert session["session"]["cdr_token"]["contract_id"] == "C-CARD1"
    running = active(store)
    assert running is not None
    assert (running["state"], running["transaction_id"]) == ("open", str(answer["transactionId"]))


@pytest.mark.parametrize("message_id", ["same", None])
def test_the_same_content_gets_the_same_answer_under_any_id(line: Line, store: Store, message_id: str | None) -> None:
    first = line.ask("StartTransaction", start_16(), message_id)
    add_token(store, "CARD1", valid=False)  # judged anew, the charger would be told to stop
    assert line.ask("StartTransaction", start_16(), message_id) == first
    assert line.ask("StartTransaction", start_16(), message_id) == first
    assert len(transactions()) == 1


def test_another_content_under_the_same_id_is_another_start(line: Line) -> None:
    first = line.ask("StartTransaction", start_16(), "1")
    second = line.ask("StartTransaction", start_16(3600, meter=5000), "1")
    assert first["transactionId"] != second["transactionId"]
    assert len(transactions()) == 2


def test_a_start_repeated_after_the_clock_was_set_is_the_same(line: Line) -> None:
    first = line.ask("StartTransaction", start_16(-7200))
    assert line.ask("StartTransaction", start_16(5)) == first
    assert len(transactions()) == 1


def test_after_metering_the_same_card_starts_anew(line: Line) -> None:
    first = line.ask("StartTransaction", start_16())
    meter(line, first["transactionId"], 60, 1500)
    second = line.ask("StartTransaction", start_16(600))
    assert second["transactionId"] != first["transactionId"]


def test_ids_are_unique_over_chargers(line: Line, store: Store) -> None:
    other = Line(store, OCPP16, "CP2").register()
    ids = {speaker.ask("StartTransaction", start_16())["transactionId"] for speaker in (line, other)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"valid": False}, "Blocked"),
        ({"expires_at": "2026-01-01T00:00:00Z"}, "Expired"),
        ({"whitelist": "NEVER"}, "Invalid"),
        ({"expires_at": "2027-01-01T00:00:00Z"}, "Accepted"),
    ],
)
def test_a_start_is_recorded_whatever_its_card(line: Line, store: Store, facts: dict[str, Any], status: str) -> None:
    add_token(store, "CARD2", **facts)
    answer = line.ask("StartTransaction", start_16(id_tag="card2"))
    assert answer["idTagInfo"]["status"] == status
    assert transaction(store, answer["transactionId"])["token_status"] == status
    assert line.ask("Authorize", {"idTag": "CARD2"})["idTagInfo"]["status"] == status


def test_an_unknown_card_is_invalid_and_its_session_owes_nothing(line: Line, store: Store) -> None:
    answer = line.ask("StartTransaction", start_16(id_tag="NOBODY"))
    assert answer["idTagInfo"]["status"] == "Invalid"
    assert session_of(store, transaction(store, answer["transactionId"]))["session"]["status"] == "INVALID"


def test_the_group_of_a_card_is_its_parent(line: Line, store: Store) -> None:
    add_token(store, "CARD3", group_id="FLEET")
    assert line.ask("Authorize", {"idTag": "CARD3"})["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FLEET"}
    add_token(store, "CARD4", group_id="F" * 21)
    assert line.ask("Authorize", {"idTag": "CARD4"})["idTagInfo"] == {"status": "Accepted"}


def test_a_partners_card_tells_the_partner(line: Line, store: Store) -> None:
    add_token(store, "ROAMER", owner="emsp")
    row = transaction(store, line.ask("StartTransaction", start_16(id_tag="ROAMER"))["transactionId"])
    (told,) = outbox_rows(partner_id="emsp")
    assert (told["module"], told["method"], told["document"]["id"]) == ("sessions", "PUT", row["session_id"])
    assert session_of(store, row)["owner"] == "emsp#SESSIONS"


def test_a_start_that_cannot_be_read_gets_a_real_id_and_a_stop(line: Line) -> None:
    answer = line.ask("StartTransaction", {"connectorId": 1, "idTag": "CARD1", "timestamp": at()})
    assert answer["transactionId"] > 0
    assert answer["idTagInfo"] == {"status": "Invalid"}
    (parked,) = rows("PARKED")
    assert parked["action"] == "StartTransaction"
    assert transactions() == []


def test_a_new_start_ends_the_transaction_that_was_lost(line: Line, store: Store) -> None:
    lost = line.ask("StartTransaction", start_16())["transactionId"]
    meter(line, lost, 300, 1500)
    line.ask("StartTransaction", start_16(3600, meter=1600))
    row = transaction(store, lost)
    assert (row["state"], row["ended_by"], row["ended_at"]) == ("ended", "next-start", at(300))
    assert folded(row).energy_wh == 500
    assert len(outbox_rows(target="settlement")) == 1


def test_an_old_start_out_of_the_queue_does_not_end_the_one_that_runs(line: Line, store: Store) -> None:
    running = line.ask("StartTransaction", start_16(-60))["transactionId"]
    old = line.ask("StartTransaction", start_16(-7200, meter=500))["transactionId"]
    assert transaction(store, running)["state"] == "open"
    now = active(store)
    assert now is not None
    assert now["transaction_id"] == str(running)
    line.ask("StopTransaction", stop_16(old, -3600, 900))
    assert folded(transaction(store, old)).energy_wh == 400
    assert transaction(store, running)["state"] == "open"


# --- metering -------------------------------------------------------------------------------------------------------


def test_samples_find_their_transaction(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    for _ in range(2):
        assert meter(line, tx, 60, "1200.5") == {}
    ledger = transaction(store, tx)["ledger"]
    assert sorted(e.get("wh") for e in ledger.values()) == [1000, Decimal("1200.5")]


@pytest.mark.parametrize("given", [None, -1, 0, 99_999])
def test_samples_without_a_known_id_go_to_what_runs_on_the_connector(line: Line, store: Store, given: Any) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    meter(line, given, 60, 1300)
    assert [e["wh"] for e in transaction(store, tx)["ledger"].values() if e["x"] == "P"] == [1300]
    assert rows("METER") == []


@pytest.mark.parametrize("given", [None, -1, 0, 99_999])
def test_samples_of_no_transaction_are_the_meters_own(line: Line, given: Any) -> None:
    meter(line, given, 60, 1300)
    (row,) = rows("METER")
    assert [e["wh"] for e in row["entries"].values()] == [1300]
    assert row.get("matter") == ("unknown-transaction" if given == 99_999 else None)


def test_samples_from_before_the_start_are_the_meters_own(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    meter(line, None, -60, 900)
    assert len(transaction(store, tx)["ledger"]) == 1
    assert len(rows("METER")) == 1


def test_the_main_meter_belongs_to_no_transaction(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    line.ask("MeterValues", {"connectorId": 0, "meterValue": [meter_16(60, 77)]})
    assert len(transaction(store, tx)["ledger"]) == 1
    assert rows("METER")[0]["evse_id"] == 0


def test_the_id_of_another_chargers_transaction_reaches_nothing(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    thief = Line(store, OCPP16, "CP2").register()
    meter(thief, tx, 60, 9999)
    assert thief.ask("StopTransaction", stop_16(tx)) == {}
    row = transaction(store, tx)
    assert (row["state"], len(row["ledger"])) == ("open", 1)
    assert len(rows("METER", "CP2")) == len(rows("PARKED", "CP2")) == 1


def test_samples_after_the_stop_are_added_and_reopen_nothing(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    line.ask("StopTransaction", stop_16(tx))
    meter(line, tx, 300, 2000)
    row = transaction(store, tx)
    assert row["state"] == "ended"
    assert 2000 in [e.get("wh") for e in row["ledger"].values()]


def test_a_repaired_frame_is_used(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    value = json.dumps(meter_16(60, 1400))
    answer = line.text(f'[2,"m","MeterValues",{{"connectorId":1,"transactionId":,"meterValue":[{value}]}}]')
    assert answer == [3, "m", {}]
    assert 1400 in [e.get("wh") for e in transaction(store, tx)["ledger"].values()]
    assert rows("PARKED") == []


# --- stop -----------------------------------------------------------------------------------------------------------


def test_a_stop_ends_the_transaction_once(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    meter(line, tx, 60, 1200)
    stop = stop_16(tx, idTag="CARD1", reason="Local", transactionData=[meter_16(600, 3000, "Transaction.End")])
    answers = [line.ask("StopTransaction", stop) for _ in range(3)]
    assert answers == [{"idTagInfo": {"status": "Accepted"}}] * 3
    row = transaction(store, tx)
    assert (row["state"], row["ended_at"], row["stopped_reason"]) == ("ended", at(600), "Local")
    assert folded(row).energy_wh == 2000
    assert len(outbox_rows(target="settlement", session_id=row["session_id"])) == 1
    stopped = active(store)
    assert stopped is not None
    assert stopped["state"] == "ended"


def test_without_id_tag_the_answer_is_empty_and_the_reason_is_local(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    assert line.ask("StopTransaction", stop_16(tx)) == {}
    assert transaction(store, tx)["stopped_reason"] == "Local"


@pytest.mark.parametrize("given", [-1, 0, 4711, None, "1"])
def test_a_stop_without_a_known_id_ends_the_only_transaction(line: Line, store: Store, given: Any) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    line.ask("StopTransaction", stop_16(given))
    assert transaction(store, tx)["state"] == "ended"


def test_of_several_the_card_decides(line: Line, store: Store) -> None:
    first = line.ask("StartTransaction", start_16())["transactionId"]
    second = line.ask("StartTransaction", start_16(id_tag="CARD2", connector_id=2))["transactionId"]
    line.ask("StopTransaction", stop_16(-1, idTag="card2"))
    assert transaction(store, first)["state"] == "open"
    assert transaction(store, second)["state"] == "ended"


def test_a_stop_that_could_be_anybodys_is_parked(line: Line) -> None:
    for connector_id in (1, 2):
        line.ask("StartTransaction", start_16(connector_id=connector_id))
    assert line.ask("StopTransaction", stop_16(-1)) == {}
    assert [row["state"] for row in transactions()] == ["open", "open"]
    assert rows("PARKED")[0]["reason"] == "no transaction to stop"


def test_a_stop_before_its_start_is_kept_and_the_start_still_answered(line: Line) -> None:
    """The order of delivery can turn around; a stop that names an id has always seen its start answered."""
    line.ask("StopTransaction", stop_16(-1))
    assert line.ask("StartTransaction", start_16())["transactionId"] > 0
    assert len(rows("PARKED")) == 1


def test_a_register_that_went_back_bills_nothing(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    line.ask("StopTransaction", stop_16(tx, meter=999))
    found = folded(transaction(store, tx))
    assert found.energy_wh == 0
    assert found.flags == ("register-went-back",)


def test_a_meter_that_restarts_inside_a_transaction(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16(meter=653))["transactionId"]
    meter(line, tx, 60, 700)
    meter(line, tx, 120, 15)
    line.ask("StopTransaction", stop_16(tx, meter=45))
    found = folded(transaction(store, tx))
    assert found.energy_wh == 47
    assert "register-went-back" in found.flags


def test_a_stop_dated_before_its_start_ends_at_the_start(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    line.ask("StopTransaction", stop_16(tx, seconds=-100, meter=1500))
    row = transaction(store, tx)
    assert row["ended_at"] == row["started_at"]
    assert folded(row).energy_wh == 500


def test_the_stop_of_a_lost_transaction_still_brings_its_register(line: Line, store: Store) -> None:
    lost = line.ask("StartTransaction", start_16())["transactionId"]
    line.ask("StartTransaction", start_16(3600, meter=1900))
    line.ask("StopTransaction", stop_16(lost, 1800, 1800))
    row = transaction(store, lost)
    assert row["ended_by"] == "next-start"
    assert 1800 in [e.get("wh") for e in row["ledger"].values()]


@pytest.mark.parametrize("missing", ["meterStop", "timestamp", "transactionId"])
def test_a_stop_with_a_missing_fact_still_ends_the_transaction(line: Line, store: Store, missing: str) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    meter(line, tx, 300, 1700)
    stop = stop_16(tx)
    del stop[missing]
    line.ask("StopTransaction", stop)
    row = transaction(store, tx)
    assert row["state"] == "ended"
    assert folded(row).energy_wh == (700 if missing == "meterStop" else 2000)
