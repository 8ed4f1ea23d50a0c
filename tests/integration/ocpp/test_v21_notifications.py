"""What 2.1 stations say beyond 2.0.1: each message does its work on the state of the station."""

import json
from decimal import Decimal
from typing import Any

import pytest

from csms.store.dynamo import Store
from tests.kit.calls import counted
from tests.kit.frames import OCPP16, OCPP201, Line, at, event, token
from tests.kit.ocpp_state import add_token, rows, transaction

STREAM = {"id": 3, "params": {"interval": 5, "values": 10}, "variableMonitoringId": 77}
VALUES = {"id": 3, "pending": 1, "basetime": at(10), "data": [{"t": 0, "v": "1.5"}, {"t": 2.5, "v": "Charging"}]}


def send(line: Line, action: str, payload: Any) -> list[Any] | None:
    """Say a SEND."""
    return line.text(json.dumps([6, f"s-{action}", action, payload]))


# --- periodic event streams ------------------------------------------------------------------------------------------


def test_a_stream_is_opened_and_closed(line21: Line) -> None:
    assert line21.ask("OpenPeriodicEventStream", {"constantStreamData": STREAM}) == {"status": "Accepted"}
    (row,) = rows("STREAM")
    assert (row["name"], row["state"], row["variable_monitoring_id"], row["params"]) == (
        "3",
        "open",
        77,
        STREAM["params"],
    )
    assert line21.ask("ClosePeriodicEventStream", {"id": 3}) == {}
    (row,) = rows("STREAM")
    assert (row["state"], row["params"]) == ("closed", STREAM["params"])


def test_the_values_of_a_stream_are_one_row_and_no_answer(line21: Line) -> None:
    with counted() as calls:
        assert send(line21, "NotifyPeriodicEventStream", VALUES) is None
    assert dict(calls) == {"PutItem": 1}
    (row,) = rows("METER")
    assert (row["stream_id"], row["pending"], row["at"]) == (3, 1, at(10))
    assert row["samples"] == [{"t": at(10), "v": "1.5"}, {"t": at(12.5), "v": "Charging"}]


def test_the_same_values_twice_are_the_same_row(line21: Line) -> None:
    for _ in range(2):
        send(line21, "NotifyPeriodicEventStream", VALUES)
    assert len(rows("METER")) == 1


def test_a_time_out_of_all_range_is_the_time_of_receipt(line21: Line) -> None:
    send(line21, "NotifyPeriodicEventStream", {**VALUES, "data": [{"t": 1e30, "v": "1"}]})
    assert rows("METER")[0]["samples"] == [{"t": at(), "v": "1"}]


@pytest.mark.parametrize(
    ("action", "payload"),
    [("NotifyPeriodicEventStream", {"id": 3}), ("Heartbeat", {}), ("Foo", {}), ("NotifyPeriodicEventStream", {})],
)
def test_a_send_that_cannot_be_used_is_kept_and_not_answered(line21: Line, action: str, payload: Any) -> None:
    assert send(line21, action, payload) is None
    (parked,) = rows("PARKED")
    assert (parked["action"], json.loads(parked["payload"])) == (action, payload)


@pytest.mark.parametrize(
    "text",
    ['[6,"a","NotifyPeriodicEventStream",{', '[6,"a","X"]', '[6,null,"X",{}]', '[6,"a",7,{}]', '[5,"a",{', "[5]"],
)
def test_broken_messages_without_an_answer_get_none(line21: Line, text: str) -> None:
    assert line21.text(text) is None
    assert len(rows("PARKED")) == 1


def test_a_stream_as_a_call_is_refused(line21: Line) -> None:
    answer = line21.say("NotifyPeriodicEventStream", VALUES)
    assert answer is not None
    assert (answer[0], answer[2]) == (4, "ProtocolError")
    assert rows("METER") == []


def test_before_its_boot_is_accepted_a_station_sends_in_vain(store: Store) -> None:
    line = Line(store, "ocpp2.1", registration="pending").register(registration="pending")
    assert send(line, "NotifyPeriodicEventStream", VALUES) is None
    assert rows("METER") == []


# --- distributed energy resources ------------------------------------------------------------------------------------

DROOP = {"priority": 1, "overFreq": 50.2, "underFreq": 49.8, "overDroop": 0.05, "underDroop": 0.05, "responseTime": 5}


def test_reported_controls_are_kept_by_their_id(line21: Line) -> None:
    curve = {"curveData": [{"x": 1, "y": 2}], "priority": 0, "yUnit": "PctMaxVar"}
    report = {
        "requestId": 9,
        "freqDroop": [{"id": "F1", "isDefault": True, "isSuperseded": False, "freqDroop": DROOP}],
        "curve": [{"id": "C1", "curveType": "VoltVar", "isDefault": False, "isSuperseded": True, "curve": curve}],
        "enterService": [
            {
                "id": "E1",
                "enterService": {"priority": 1, "highVoltage": 1, "lowVoltage": 1, "highFreq": 1, "lowFreq": 1},
            }
        ],
    }
    assert line21.ask("ReportDERControl", report) == {}
    found = {row["name"]: row for row in rows("DER")}
    assert {key: row["control_type"] for key, row in found.items()} == {
        "F1": "FreqDroop", "C1": "VoltVar", "E1": "EnterService",
    }  # fmt: skip
    assert (found["F1"]["is_default"], found["C1"]["is_superseded"]) == (True, True)
    assert found["F1"]["setting"]["freqDroop"]["overFreq"] == Decimal("50.2")


def test_a_report_of_more_than_a_commit_takes(line21: Line) -> None:
    def controls(part: str, member: str, value: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"id": f"{part}{n}", "isDefault": True, "isSuperseded": False, member: value} for n in range(24)]

    factor = {"priority": 1, "displacement": 0.9, "excitation": True}
    fixed_var = {"priority": 1, "setpoint": 5, "unit": "PctMaxVar"}
    report = {
        "requestId": 9,
        "freqDroop": controls("freqDroop", "freqDroop", DROOP),
        "fixedPFAbsorb": controls("absorb", "fixedPF", factor),
        "fixedPFInject": controls("inject", "fixedPF", factor),
        "fixedVar": controls("var", "fixedVar", fixed_var),
        "limitMaxDischarge": controls("limit", "limitMaxDischarge", {"priority": 1}),
    }
    assert line21.ask("ReportDERControl", report) == {}
    assert len(rows("DER")) == 5 * 24


def test_an_alarm_stands_until_it_ends(line21: Line) -> None:
    alarm = {"controlType": "FreqDroop", "gridEventFault": "OverFrequency", "timestamp": at(1)}
    assert line21.ask("NotifyDERAlarm", alarm) == {}
    (row,) = rows("DERALARM")
    assert (row["name"], row["active"], row["grid_event_fault"], row["at"]) == (
        "FreqDroop",
        True,
        "OverFrequency",
        at(1),
    )
    line21.ask("NotifyDERAlarm", {**alarm, "alarmEnded": True, "timestamp": at(60)})
    (row,) = rows("DERALARM")
    assert (row["active"], row["at"]) == (False, at(60))
    assert len(rows("EVENT")) == 2


def test_a_control_that_starts_supersedes_others_until_it_stops(line21: Line) -> None:
    said = {"controlId": "A", "started": True, "timestamp": at(1), "supersededIds": ["B", "C"]}
    assert line21.ask("NotifyDERStartStop", said) == {}
    assert {row["name"]: row.get("is_superseded") for row in rows("DER")} == {"A": None, "B": True, "C": True}
    line21.ask("NotifyDERStartStop", {**said, "started": False, "timestamp": at(9)})
    found = {row["name"]: row for row in rows("DER")}
    assert (found["A"]["started"], found["A"]["started_changed_at"]) == (False, at(9))
    assert found["B"]["is_superseded"] is False


# --- batteries, priority, certificates -------------------------------------------------------------------------------


def battery(serial: str, soc: float) -> dict[str, Any]:
    return {"evseId": 1, "serialNumber": serial, "soC": soc, "soH": 98}


@pytest.mark.parametrize("order", [("BatteryIn", "BatteryOut"), ("BatteryOut", "BatteryIn")])
def test_a_swap_is_put_together_from_its_steps(line21: Line, order: tuple[str, str]) -> None:
    for kind in order:
        swap = {"eventType": kind, "requestId": 5, "idToken": token(), "batteryData": [battery(kind, 12.5)]}
        assert line21.ask("BatterySwap", swap) == {}
    (row,) = rows("SWAP")
    assert (row["name"], row["id_token"]) == ("5", "CARD1")
    assert row["battery_in"]["batteries"][0]["serialNumber"] == "BatteryIn"
    assert row["battery_out"]["batteries"][0]["soC"] == Decimal("12.5")


def test_priority_charging_is_noted_on_its_transaction(line21: Line, store: Store) -> None:
    add_token(store, "CARD1")
    line21.ask("TransactionEvent", event("Started", 0, 0, idToken=token(), evse={"id": 1}))
    assert line21.ask("NotifyPriorityCharging", {"transactionId": "tx-1", "activated": True}) == {}
    assert transaction(store, "tx-1")["priority_charging"] is True


def test_priority_charging_of_an_unknown_transaction_is_an_event(line21: Line) -> None:
    assert line21.ask("NotifyPriorityCharging", {"transactionId": "tx-9", "activated": True}) == {}
    assert [row["action"] for row in rows("EVENT")] == ["NotifyPriorityCharging"]


def test_certificates_that_nobody_can_vouch_for(line21: Line) -> None:
    hashes = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}
    asked = [
        {"certificateHashData": {**hashes, "serialNumber": serial}, "source": source, "urls": ["http://x.example"]}
        for serial, source in (("1", "OCSP"), ("2", "CRL"))
    ]
    answer = line21.ask("GetCertificateChainStatus", {"certificateStatusRequests": asked})
    assert answer["certificateStatus"] == [
        {"certificateHashData": one["certificateHashData"], "source": one["source"], "status": "Failed",
         "nextUpdate": at(3600)}
        for one in asked
    ]  # fmt: skip


# --- payments --------------------------------------------------------------------------------------------------------

SETTLED = {"pspRef": "PSP-1", "status": "Settled", "settlementAmount": 12.34, "settlementTime": at(5)}


def test_a_settlement_is_kept_and_gets_a_receipt_of_ours(line21: Line) -> None:
    answer = line21.ask("NotifySettlement", SETTLED)
    (row,) = rows("SETTLEMENT")
    assert (row["psp_ref"], row["status"], row["amount"], row["settled_at"]) == (
        "PSP-1", "Settled", Decimal("12.34"), at(5),
    )  # fmt: skip
    assert answer == {"receiptId": row["receipt_id"]}
    assert line21.ask("NotifySettlement", SETTLED) == answer, "told again, it is the same receipt"
    assert len(rows("SETTLEMENT")) == 1


def test_a_receipt_of_the_station_is_enough(line21: Line) -> None:
    own = {"receiptId": "R7", "receiptUrl": "https://cp.example/R7", "vatNumber": "DE136695976"}
    assert line21.ask("NotifySettlement", {**SETTLED, **own}) == {}
    (row,) = rows("SETTLEMENT")
    assert (row["receipt_id"], row["receipt_url"], row["vat_number"]) == tuple(own.values())


def test_a_settlement_stands_on_its_transaction(line21: Line, store: Store) -> None:
    line21.ask("TransactionEvent", event("Started", 0, 0, evse={"id": 1}))
    line21.ask("NotifySettlement", {**SETTLED, "transactionId": "tx-1", "status": "Failed", "statusInfo": "declined"})
    noted = transaction(store, "tx-1")["settlement"]
    assert (noted["psp_ref"], noted["status"], noted["status_info"]) == ("PSP-1", "Failed", "declined")


def test_a_settlement_of_an_unknown_transaction_is_kept(line21: Line) -> None:
    assert "receiptId" in line21.ask("NotifySettlement", {**SETTLED, "transactionId": "never-seen"})
    assert rows("SETTLEMENT")[0]["transaction_id"] == "never-seen"


def test_a_vat_number_that_can_be_one(line21: Line) -> None:
    answer = line21.ask("VatNumberValidation", {"vatNumber": "de 136.695.976", "evseId": 2})
    assert answer == {"vatNumber": "DE136695976", "status": "Accepted", "evseId": 2}


def test_a_vat_number_that_is_none(line21: Line) -> None:
    answer = line21.ask("VatNumberValidation", {"vatNumber": "DE136695977"})
    assert (answer["vatNumber"], answer["status"]) == ("DE136695977", "Rejected")
    assert answer["statusInfo"] == {"reasonCode": "InvalidValue"}


# --- versions do not mix ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [OCPP16, OCPP201])
def test_earlier_versions_do_not_know_what_2_1_adds(store: Store, protocol: str) -> None:
    answer = Line(store, protocol).register().say("VatNumberValidation", {"vatNumber": "DE136695976"})
    assert answer is not None
    assert (answer[0], answer[2]) == (4, "NotImplemented")
