"""Answers of 2.1 stations to our commands: what the station is set to now; and answers that are no valid ones."""

import json
from datetime import timedelta
from typing import Any

import pytest

from csms.edge import connections
from csms.store import chargers, commands
from csms.store.dynamo import Store
from tests.kit.frames import NOW, OCPP21, OCPP201, Line, at, token
from tests.kit.ocpp_state import rows

TARIFF = {"tariffId": "T1", "currency": "EUR", "energy": {"prices": [{"priceKwh": 1}]}}
DROOP = {"priority": 1, "overFreq": 50, "underFreq": 49, "overDroop": 1, "underDroop": 1, "responseTime": 5}


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """Frames that left through @connections."""
    frames: list[list[Any]] = []
    monkeypatch.setattr(connections, "post", lambda _connection_id, text: frames.append(json.loads(text)))
    return frames


def ordered(line: Line, action: str, payload: dict[str, Any]) -> str:
    """A command that was sent and waits for its answer."""
    known = {"connection_id": f"conn-{line.charger_id}", "protocol": line.protocol}
    line.store.commit(chargers.connected(line.charger_id, known, NOW))
    command_id = commands.new_id()
    deadline = NOW + timedelta(minutes=5)
    line.store.commit(
        *commands.queued("CP1", command_id, action, payload, NOW, deadline=deadline, origin={"kind": "system"})
    )
    line.store.commit(
        commands.slot_taken("CP1", command_id, "conn-CP1", NOW),
        commands.changed("CP1", command_id, commands.SENT, was=(commands.QUEUED,)),
    )
    return command_id


def obey(line: Line, action: str, payload: dict[str, Any], answer: Any) -> None:
    """A command and its valid answer, which is not answered."""
    command_id = ordered(line, action, payload)
    assert line.text(json.dumps([3, command_id, answer])) is None
    found = commands.get(line.store, "CP1", command_id)
    assert found is not None
    assert found["state"] == commands.ANSWERED


# --- tariffs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Accepted", "ConditionNotSupported"])
def test_a_default_tariff_is_kept_with_what_the_station_said(line21: Line, status: str) -> None:
    obey(line21, "SetDefaultTariff", {"evseId": 1, "tariff": TARIFF}, {"status": status})
    (row,) = rows("TARIFF")
    assert (row["name"], row["desired"], row["desired_status"]) == ("1", TARIFF, status)


def test_reported_tariffs_stand_beside_the_wanted_one(line21: Line) -> None:
    obey(line21, "SetDefaultTariff", {"evseId": 1, "tariff": TARIFF}, {"status": "Accepted"})
    assignment = {"tariffId": "T1", "tariffKind": "DriverTariff", "evseIds": [1], "idTokens": ["SECRET", "B"]}
    obey(line21, "GetTariffs", {"evseId": 1}, {"status": "Accepted", "tariffAssignments": [assignment]})
    (row,) = rows("TARIFF")
    assert row["desired"] == TARIFF
    assert row["reported"] == [{"tariffId": "T1", "tariffKind": "DriverTariff", "evseIds": [1], "drivers": 2}]
    assert "SECRET" not in str(row)
    obey(line21, "GetTariffs", {"evseId": 1}, {"status": "NoTariff"})
    assert rows("TARIFF")[0]["reported"] == []


@pytest.mark.parametrize(
    ("asked", "results", "left"),
    [
        ({"tariffIds": ["T1"]}, [{"tariffId": "T1", "status": "Accepted"}], {"2": "T2"}),
        ({"tariffIds": ["T1", "T2"]}, [{"tariffId": "T1", "status": "Rejected"},
                                       {"tariffId": "T2", "status": "NoTariff"}], {"1": "T1"}),
        ({}, [{"status": "Accepted"}], {}),
        ({"evseId": 2}, [{"status": "Accepted"}], {"1": "T1"}),
        ({}, [{"status": "Rejected"}], {"1": "T1", "2": "T2"}),
    ],
)  # fmt: skip
def test_cleared_tariffs_are_wanted_no_more(
    line21: Line, asked: dict[str, Any], results: list[dict[str, Any]], left: dict[str, str]
) -> None:
    for evse_id in (1, 2):
        tariff = {**TARIFF, "tariffId": f"T{evse_id}"}
        obey(line21, "SetDefaultTariff", {"evseId": evse_id, "tariff": tariff}, {"status": "Accepted"})
    obey(line21, "ClearTariffs", asked, {"clearTariffsResult": results})
    assert {row["name"]: row["desired"]["tariffId"] for row in rows("TARIFF") if "desired" in row} == left


def test_the_tariff_of_a_transaction(line21: Line) -> None:
    obey(line21, "ChangeTransactionTariff", {"transactionId": "tx-1", "tariff": TARIFF}, {"status": "NoCurrencyChange"})
    (row,) = rows("TXTARIFF")
    assert (row["name"], row["desired"], row["desired_status"]) == ("tx-1", TARIFF, "NoCurrencyChange")


# --- streams ---------------------------------------------------------------------------------------------------------


def stream(stream_id: int, interval: int = 5) -> dict[str, Any]:
    return {"id": stream_id, "params": {"interval": interval}, "variableMonitoringId": 7}


@pytest.mark.parametrize(("status", "interval"), [("Accepted", 60), ("Rejected", 5)])
def test_an_adjusted_stream(line21: Line, status: str, interval: int) -> None:
    line21.ask("OpenPeriodicEventStream", {"constantStreamData": stream(3)})
    obey(line21, "AdjustPeriodicEventStream", {"id": 3, "params": {"interval": 60}}, {"status": status})
    assert rows("STREAM")[0]["params"] == {"interval": interval}


def test_the_streams_that_a_station_has(line21: Line) -> None:
    for stream_id in (1, 2):
        line21.ask("OpenPeriodicEventStream", {"constantStreamData": stream(stream_id)})
    obey(line21, "GetPeriodicEventStream", {}, {"constantStreamData": [stream(2, 9), stream(4)]})
    assert {row["name"]: row["state"] for row in rows("STREAM")} == {"1": "closed", "2": "open", "4": "open"}
    obey(line21, "GetPeriodicEventStream", {}, {})
    assert {row["state"] for row in rows("STREAM")} == {"closed"}


# --- distributed energy resources, schedules, swaps ------------------------------------------------------------------


def control(control_id: str, *, default: bool = False) -> dict[str, Any]:
    return {"controlId": control_id, "controlType": "FreqDroop", "isDefault": default, "freqDroop": DROOP}


def test_a_control_is_set_and_supersedes_others(line21: Line) -> None:
    obey(line21, "SetDERControl", control("A"), {"status": "Accepted"})
    obey(line21, "SetDERControl", control("B"), {"status": "Accepted", "supersededIds": ["A"]})
    obey(line21, "SetDERControl", control("C"), {"status": "NotSupported"})
    found = {row["name"]: row for row in rows("DER")}
    assert {key: row["is_superseded"] for key, row in found.items()} == {"A": True, "B": False}
    assert found["B"]["setting"] == {"freqDroop": DROOP}


@pytest.mark.parametrize(
    ("asked", "status", "left"),
    [
        ({"isDefault": False, "controlId": "A"}, "Accepted", {"B", "D"}),
        ({"isDefault": False}, "Accepted", {"D"}),
        ({"isDefault": True, "controlType": "FreqDroop"}, "Accepted", {"A", "B"}),
        ({"isDefault": True, "controlType": "VoltVar"}, "Accepted", {"A", "B", "D"}),
        ({"isDefault": False}, "NotFound", {"A", "B", "D"}),
    ],
)
def test_cleared_controls_are_forgotten(line21: Line, asked: dict[str, Any], status: str, left: set[str]) -> None:
    for control_id, default in (("A", False), ("B", False), ("D", True)):
        obey(line21, "SetDERControl", control(control_id, default=default), {"status": "Accepted"})
    obey(line21, "ClearDERControl", asked, {"status": status})
    assert {row["name"] for row in rows("DER")} == left


def test_a_schedule_is_pulled_as_it_was_wanted(line21: Line) -> None:
    pull = {"chargingProfileId": 7}
    assert line21.ask("PullDynamicScheduleUpdate", pull) == {
        "status": "Rejected",
        "statusInfo": {"reasonCode": "NotFound"},
    }
    update = {"limit": 16, "limit_L2": 10}
    obey(line21, "UpdateDynamicSchedule", {**pull, "scheduleUpdate": update}, {"status": "Accepted"})
    assert line21.ask("PullDynamicScheduleUpdate", pull) == {"status": "Accepted", "scheduleUpdate": update}


def test_a_requested_swap_and_its_battery(line21: Line) -> None:
    obey(line21, "RequestBatterySwap", {"requestId": 5, "idToken": token()}, {"status": "Accepted"})
    battery = {"evseId": 1, "serialNumber": "B", "soC": 90, "soH": 99}
    line21.ask("BatterySwap", {"eventType": "BatteryIn", "requestId": 5, "idToken": token(), "batteryData": [battery]})
    (row,) = rows("SWAP")
    assert (row["requested"], row["battery_in"]["batteries"]) == ("Accepted", [battery])


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("AFRRSignal", {"timestamp": at(), "signal": -3}, {"status": "Accepted"}),
        ("GetDERControl", {"requestId": 1}, {"status": "NotFound"}),
        (
            "NotifyAllowedEnergyTransfer",
            {"transactionId": "t", "allowedEnergyTransfer": ["DC"]},
            {"status": "Accepted"},
        ),
        ("NotifyWebPaymentStarted", {"evseId": 1, "timeout": 60}, {}),
        ("UsePriorityCharging", {"transactionId": "t", "activate": True}, {"status": "NoProfile"}),
    ],
)
def test_answers_that_stand_with_their_command(
    line21: Line, store: Store, action: str, payload: dict[str, Any], answer: dict[str, Any]
) -> None:
    obey(line21, action, payload, answer)
    (row,) = rows("COMMAND")
    assert json.loads(row["answer"]["payload"]) == answer
    assert "slot" not in chargers.get_connection(store, "CP1")


RESULTS = [
    ("AdjustPeriodicEventStream", {"id": 3, "params": {"interval": 60}}),
    ("ChangeTransactionTariff", {"transactionId": "tx-1", "tariff": TARIFF}),
    ("ClearDERControl", {"isDefault": False}),
    ("ClearTariffs", {}),
    ("GetPeriodicEventStream", {}),
    ("GetTariffs", {"evseId": 1}),
    ("RequestBatterySwap", {"requestId": 5, "idToken": token()}),
    ("SetDERControl", control("A")),
    ("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF}),
    ("UpdateDynamicSchedule", {"chargingProfileId": 7, "scheduleUpdate": {"limit": 1}}),
]


@pytest.mark.parametrize(("action", "payload"), RESULTS)
@pytest.mark.parametrize(
    "odd",
    [{"status": 5}, {"clearTariffsResult": {}}, {"constantStreamData": ["x", {}]}, {"tariffAssignments": "x"},
     {"status": "Accepted", "supersededIds": [1, {}], "tariffAssignments": [1]}],
)  # fmt: skip
def test_answers_of_any_shape_free_the_charger(
    line21: Line, store: Store, action: str, payload: dict[str, Any], odd: dict[str, Any]
) -> None:
    command_id = ordered(line21, action, payload)
    line21.text(json.dumps([3, command_id, odd]))
    assert "slot" not in chargers.get_connection(store, "CP1")


# --- CALLRESULTERROR -------------------------------------------------------------------------------------------------


def test_an_answer_that_breaks_its_schema_is_told_so_and_used(line21: Line, store: Store) -> None:
    command_id = ordered(line21, "Reset", {"type": "OnIdle"})
    said = line21.text(json.dumps([3, command_id, {"status": "Perhaps"}]))
    assert said is not None
    assert said[:3] == [5, command_id, "PropertyConstraintViolation"]
    assert said[4] == {}
    found = commands.get(store, "CP1", command_id)
    assert found is not None
    assert found["state"] == commands.ANSWERED


def test_an_answer_that_is_no_object_is_told_so(line21: Line, store: Store) -> None:
    command_id = ordered(line21, "Reset", {"type": "OnIdle"})
    said = line21.text(json.dumps([3, command_id, "Accepted"]))
    assert said is not None
    assert said[:3] == [5, command_id, "FormatViolation"]
    found = commands.get(store, "CP1", command_id)
    assert found is not None
    assert found["state"] == commands.REFUSED


@pytest.mark.parametrize("text", ['[3,"unknown",{}]', '[4,"unknown","GenericError","",{}]', '[3,"unknown",null]'])
def test_an_answer_to_nothing_is_not_answered(line21: Line, text: str) -> None:
    assert line21.text(text) is None


def test_earlier_versions_never_answer_an_answer(line201: Line) -> None:
    command_id = ordered(line201, "Reset", {"type": "OnIdle"})
    assert line201.protocol == OCPP201
    assert line201.text(json.dumps([3, command_id, {"status": "Perhaps"}])) is None


def test_our_own_answer_that_the_station_cannot_use_is_shown(line21: Line) -> None:
    assert line21.protocol == OCPP21
    assert line21.text('[5,"m-1","FormatViolation","no time",{"x":1}]') is None
    (parked,) = rows("PARKED")
    assert json.loads(parked["payload"]) == {"message_id": "m-1", "code": "FormatViolation", "description": "no time"}
    assert parked["reason"] == "the station could not use our answer"
