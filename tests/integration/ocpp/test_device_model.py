"""What chargers tell of their settings, and what they are told: one picture of both versions, without secrets."""

import json
from typing import Any

import pytest

from csms import contract
from csms.domain.device_model import Variable
from csms.ocppj.handshake import password_matches
from csms.store import chargers, device_model
from csms.store.dynamo import Item, Store
from tests.kit.answers import answered
from tests.kit.calls import counted
from tests.kit.frames import Line, at
from tests.kit.ocpp_state import rows
from tests.kit.tables import all_items

INTERVAL = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
SECRET = "very-secret-password"


def row_of(component: str, name: str) -> Item:
    (row,) = (row for row in rows("VARIABLE") if (row["component"], row["variable"]) == (component, name))
    return row


def actual(component: str, name: str) -> dict[str, Any]:
    return device_model.attributes(row_of(component, name))["Actual"]


def nothing_secret() -> None:
    assert SECRET not in json.dumps(all_items(contract.CHARGERS), default=str)


# --- 2.0.1 ----------------------------------------------------------------------------------------------------------


def report(line: Line, seq: int, data: list[Any], *, tbc: bool = False, request_id: int = 8) -> None:
    payload = {"requestId": request_id, "generatedAt": at(), "seqNo": seq, "tbc": tbc, "reportData": data}
    assert line.ask("NotifyReport", payload) == {}


def entry(owner: str, name: str, *attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"component": {"name": owner}, "variable": {"name": name}, "variableAttribute": list(attributes), **more}


def test_a_report_becomes_rows(line201: Line) -> None:
    limits = {"dataType": "integer", "unit": "s", "maxLimit": 86400, "supportsMonitoring": False}
    told = entry(
        "OCPPCommCtrlr", "HeartbeatInterval", {"value": "300", "mutability": "ReadWrite"},
        {"type": "MaxSet", "value": "900", "mutability": "ReadOnly"}, variableCharacteristics=limits,
    )  # fmt: skip
    report(line201, 0, [told])
    (row,) = rows("VARIABLE")
    assert row["sk"] == "VARIABLE#ocppcommctrlr###heartbeatinterval#"
    assert (row["unit"], row["data_type"], row["max_limit"]) == ("s", "integer", 86400)
    assert device_model.attributes(row) == {
        "Actual": {"reported": {"value": "300", "at": at()}, "mutability": "ReadWrite", "drift": False},
        "MaxSet": {"reported": {"value": "900", "at": at()}, "mutability": "ReadOnly", "drift": False},
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 2, 1, 0, 0)])
def test_a_report_comes_in_parts_of_any_order(line201: Line, store: Store, order: tuple[int, ...]) -> None:
    for number, seq in enumerate(order, 1):
        report(line201, seq, [entry("C", f"V{seq}", {"value": str(seq)})], tbc=seq != 2)
        complete = set(order[:number]) == {0, 1, 2}
        assert device_model.report_is_complete(device_model.report_parts(store, "CP1", 8)) == complete
    assert [row["variable"] for row in rows("VARIABLE")] == ["V0", "V1", "V2"]


def test_a_long_part_is_written_in_chunks_and_may_be_repeated(line201: Line) -> None:
    data = [entry("C", f"V{n:03}", {"value": str(n)}) for n in range(120)]
    for _ in range(2):
        with counted() as calls:
            report(line201, 0, data)
        assert dict(calls) == {"TransactWriteItems": 5}
    found = rows("VARIABLE")
    assert [row["reported_actual"]["value"] for row in found] == [str(n) for n in range(120)]


def test_a_report_without_data(line201: Line, store: Store) -> None:
    assert line201.ask("NotifyReport", {"requestId": 1, "generatedAt": at(), "seqNo": 0}) == {}
    assert device_model.report_is_complete(device_model.report_parts(store, "CP1", 1))


def test_a_report_keeps_no_secrets_and_no_desired_value_is_lost(line201: Line) -> None:
    set_variable(line201, INTERVAL, "60", "RebootRequired")
    report(line201, 0, [entry("SecurityCtrlr", "BasicAuthPassword", {"value": SECRET}),
                        entry("OCPPCommCtrlr", "HeartbeatInterval", {"value": "300"})])  # fmt: skip
    assert row_of("SecurityCtrlr", "BasicAuthPassword")["reported_actual"]["value"] == "***"
    assert actual("OCPPCommCtrlr", "HeartbeatInterval")["drift"]
    nothing_secret()


def variable(owner: str, name: str, value: str | None, status: str = "Accepted", **more: Any) -> dict[str, Any]:
    result = {"component": {"name": owner}, "variable": {"name": name}, "attributeStatus": status, **more}
    return result if value is None else {**result, "attributeValue": value}


def get_variables(line: Line, answer: Any) -> Item:
    return answered(line, "GetVariables", {"getVariableData": [INTERVAL]}, answer)


def test_variables_are_added_to_those_known(line201: Line, store: Store) -> None:
    get_variables(line201, {"getVariableResult": [variable("OCPPCommCtrlr", "HeartbeatInterval", "300")]})
    evse = {"name": "Connector", "evse": {"id": 1, "connectorId": 2}}
    found = [
        variable("SecurityCtrlr", "BasicAuthPassword", SECRET),
        variable("X", "Unknown", None, "UnknownVariable"),
        variable("X", "Limit", "5", attributeType="Target"),
        variable("Connector", "Available", "true", component=evse),
        variable("X", "List", "a", variable={"name": "List", "instance": "one"}),
    ]
    command = get_variables(line201, {"getVariableResult": found})
    known = {row["sk"].partition("#")[2]: row.get("reported_actual", {}).get("value") for row in rows("VARIABLE")}
    assert known == {
        "ocppcommctrlr###heartbeatinterval#": "300",
        "x###limit#": None,
        "connector##1.2#available#": "true",
        "x###list#one": "a",
        "securityctrlr###basicauthpassword#": "***",
    }
    assert device_model.value_of(store, "CP1", Variable("x", "LIMIT"), "Target") == "5"
    assert SECRET not in json.dumps(command, default=str)
    nothing_secret()


@pytest.mark.parametrize("payload", [{}, {"getVariableResult": 5}, {"getVariableResult": [5, {}, {"component": 1}]}])
def test_variables_of_another_shape_do_no_harm(line201: Line, payload: dict[str, Any]) -> None:
    get_variables(line201, payload)
    assert rows("VARIABLE") == []


def set_variable(line: Line, what: dict[str, Any], value: str, status: str, **more: Any) -> Item:
    asked = {"setVariableData": [{**what, "attributeValue": value, **more}]}
    return answered(line, "SetVariables", asked, {"setVariableResult": [{**what, "attributeStatus": status, **more}]})


def test_a_value_that_was_accepted_is_desired_and_reported(line201: Line) -> None:
    command = set_variable(line201, INTERVAL, "60", "Accepted")
    found = actual("OCPPCommCtrlr", "HeartbeatInterval")
    assert found["desired"] == {
        "value": "60", "status": "Accepted", "at": at(), "command_id": command["command_id"],
    }  # fmt: skip
    assert (found["reported"]["value"], found["drift"]) == ("60", False)
    get_variables(line201, {"getVariableResult": [variable("OCPPCommCtrlr", "HeartbeatInterval", "90")]})
    assert actual("OCPPCommCtrlr", "HeartbeatInterval")["drift"], "somebody else changed it"


def test_a_value_that_needs_a_reboot_has_drifted_until_then(line201: Line) -> None:
    get_variables(line201, {"getVariableResult": [variable("OCPPCommCtrlr", "HeartbeatInterval", "300")]})
    set_variable(line201, INTERVAL, "60", "RebootRequired")
    assert actual("OCPPCommCtrlr", "HeartbeatInterval")["drift"]
    report(line201, 0, [entry("OCPPCommCtrlr", "HeartbeatInterval", {"value": "60"})])
    assert not actual("OCPPCommCtrlr", "HeartbeatInterval")["drift"]


def test_a_value_that_was_refused_is_noted_until_one_is_taken(line201: Line) -> None:
    set_variable(line201, INTERVAL, "0", "Rejected")
    found = actual("OCPPCommCtrlr", "HeartbeatInterval")
    assert (found["refused"]["value"], found["drift"], "desired" in found) == ("0", False, False)
    set_variable(line201, INTERVAL, "60", "Accepted")
    assert "refused" not in actual("OCPPCommCtrlr", "HeartbeatInterval")


@pytest.mark.parametrize("status", ["UnknownComponent", "UnknownVariable"])
def test_what_the_station_does_not_know_makes_no_row(line201: Line, status: str) -> None:
    set_variable(line201, INTERVAL, "60", status)
    assert rows("VARIABLE") == []


def test_results_are_matched_by_variable_and_attribute(line201: Line) -> None:
    target = {**INTERVAL, "attributeType": "Target"}
    asked = [{**INTERVAL, "attributeValue": "1"}, {**target, "attributeValue": "2"}]
    results = [{**target, "attributeStatus": "Accepted"}, {**INTERVAL, "attributeStatus": "Rejected"},
               {**PASSWORD, "attributeStatus": "Accepted"}, "odd"]  # fmt: skip
    answered(line201, "SetVariables", {"setVariableData": asked}, {"setVariableResult": results})
    found = device_model.attributes(row_of("OCPPCommCtrlr", "HeartbeatInterval"))
    assert (found["Target"]["desired"]["value"], found["Actual"]["refused"]["value"]) == ("2", "1")
    assert len(rows("VARIABLE")) == 1


def hashes(store: Store) -> Any:
    station = chargers.get_station(store, "CP1")
    assert station is not None
    return station.get("password_hashes", [])


def test_a_new_password_is_valid_and_kept_nowhere(line201: Line, store: Store) -> None:
    command = set_variable(line201, PASSWORD, SECRET, "Accepted")
    assert command["payload"]["setVariableData"][0]["attributeValue"] == "***"
    assert row_of("SecurityCtrlr", "BasicAuthPassword")["desired_actual"]["value"] == "***"
    assert password_matches(SECRET.encode(), hashes(store))
    nothing_secret()


def test_a_password_that_is_told_twice_is_one(line201: Line, store: Store) -> None:
    asked = {"setVariableData": [{**PASSWORD, "attributeValue": SECRET}]}
    told = {**PASSWORD, "attributeStatus": "Accepted"}
    answered(line201, "SetVariables", asked, {"setVariableResult": [told, told]})
    assert password_matches(SECRET.encode(), hashes(store))


# --- 1.6 ------------------------------------------------------------------------------------------------------------


def test_a_configuration_is_the_same_picture(line: Line) -> None:
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "AuthorizationKey", "readonly": False, "value": SECRET},
        {"key": "NoValue", "readonly": True},
        "odd",
    ]
    command = answered(line, "GetConfiguration", {}, {"configurationKey": keys, "unknownKey": ["X"]})
    assert actual("Configuration", "HeartbeatInterval") == {
        "reported": {"value": "300", "at": at()}, "mutability": "ReadWrite", "drift": False,
    }  # fmt: skip
    assert actual("Configuration", "NoValue")["mutability"] == "ReadOnly"
    assert SECRET not in json.dumps(command, default=str)
    nothing_secret()


def test_a_configuration_of_more_keys_than_a_commit_holds(line: Line) -> None:
    keys = [{"key": f"Key{n}", "readonly": False, "value": str(n)} for n in range(150)]
    answered(line, "GetConfiguration", {}, {"configurationKey": keys})
    assert len(rows("VARIABLE")) == 150


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("Accepted", {"desired", "reported"}),
        ("RebootRequired", {"desired"}),
        ("Rejected", {"refused"}),
    ],
)
def test_a_changed_key(line: Line, status: str, kinds: set[str]) -> None:
    answered(line, "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}, {"status": status})
    found = actual("Configuration", "HeartbeatInterval")
    assert set(found) - {"drift"} == kinds
    assert all(found[kind]["value"] == "60" for kind in kinds)


@pytest.mark.parametrize("answer", [{"status": "NotSupported"}, {}])
def test_a_key_that_the_charger_does_not_know(line: Line, answer: dict[str, Any]) -> None:
    answered(line, "ChangeConfiguration", {"key": "X", "value": "60"}, answer)
    assert rows("VARIABLE") == []


@pytest.mark.parametrize(
    ("status", "valid"),
    [
        ("Accepted", {"new"}),
        ("RebootRequired", {"old", "new"}),
        ("Rejected", {"old"}),
        ("NotSupported", {"old"}),
    ],
)
def test_a_new_authorization_key(line: Line, store: Store, status: str, valid: set[str]) -> None:
    from csms.ocppj.handshake import stored_forms

    store.commit(chargers.station_changed("CP1", {"password_hashes": stored_forms("the-old-password", b"salt")}))
    new = "AB12" * 8
    command = answered(line, "ChangeConfiguration", {"key": "AuthorizationKey", "value": new}, {"status": status})
    assert command["payload"] == {"key": "AuthorizationKey", "value": "***"}
    sent = {"old": b"the-old-password", "new": new.encode()}
    assert {name for name, password in sent.items() if password_matches(password, hashes(store))} == valid
    assert password_matches(bytes.fromhex(new), hashes(store)) == ("new" in valid), "as the bytes it means, too"
    assert new not in json.dumps(all_items(contract.CHARGERS), default=str)


def test_an_answer_to_no_command_is_parked_without_secrets(line: Line) -> None:
    keys = [{"key": "AuthorizationKey", "readonly": False, "value": SECRET}]
    assert line.text(json.dumps([3, "nobody", {"configurationKey": keys}])) is None
    assert len(rows("PARKED")) == 1
    nothing_secret()
