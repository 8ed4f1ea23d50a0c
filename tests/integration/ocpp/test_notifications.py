"""What chargers tell beside transactions: boots, heartbeats, statuses, events, reports. Both versions."""

import json
from typing import Any

import pytest

from csms.store import chargers
from csms.store.dynamo import Store
from tests.kit.frames import NOW, OCPP16, OCPP21, OCPP201, Line, at, meter_2x, token
from tests.kit.ocpp_state import rows

BOOT_16 = {"chargePointVendor": "V", "chargePointModel": "M"}
BOOT_201 = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}


def boot(line: Line, **more: Any) -> dict[str, Any]:
    payload = BOOT_16 if line.protocol == OCPP16 else BOOT_201
    return line.ask("BootNotification", {**payload, **more})


@pytest.fixture(params=[OCPP16, OCPP201, OCPP21])
def charger(store: Store, request: pytest.FixtureRequest) -> Line:
    return Line(store, request.param)


# --- boot and registration ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registration", "status", "interval"),
    [
        ("accepted", "Accepted", 300),
        ("pending", "Pending", 60),
        ("rejected", "Rejected", 60),
        ("blocked", "Rejected", 60),
    ],
)
def test_a_boot_is_answered_as_the_registry_says(charger: Line, registration: str, status: str, interval: int) -> None:
    charger.register(registration=registration)
    assert boot(charger) == {"status": status, "currentTime": at(), "interval": interval}


def test_a_boot_is_recorded(charger: Line, store: Store) -> None:
    charger.register()
    for _ in range(2):
        boot(charger)
    station = chargers.get_station(store, "CP1")
    assert station is not None
    assert (station["vendor"], station["model"], station["boots"]) == ("V", "M", 2)
    assert (station["booted_at"], station["protocol"]) == (at(), charger.protocol)


def test_everything_that_a_station_says_of_itself(store: Store) -> None:
    new = {"serialNumber": "S" * 33, "firmwareVersion": "1.2", "modem": {"iccid": "I", "imsi": "J"}}
    Line(store, OCPP201).register().ask(
        "BootNotification", {"reason": "FirmwareUpdate", "chargingStation": {"vendorName": "V", "model": "M", **new}}
    )
    station = chargers.get_station(store, "CP1")
    assert station is not None
    known = {name: station[name] for name in ("serial_number", "firmware_version", "iccid", "imsi", "boot_reason")}
    assert known == {
        "serial_number": "S" * 33, "firmware_version": "1.2", "iccid": "I", "imsi": "J", "boot_reason": "FirmwareUpdate",
    }  # fmt: skip
    assert station["boot_rules"] == ["long-identification"]


def test_a_boot_under_an_id_that_was_used_before_gets_its_own_answer(charger: Line) -> None:
    charger.register()
    charger.say("Heartbeat", {}, "1")
    payload = BOOT_16 if charger.protocol == OCPP16 else BOOT_201
    answer = charger.say("BootNotification", payload, "1")
    assert answer is not None
    assert answer[2]["status"] == "Accepted"


def test_before_its_boot_is_accepted_a_charger_may_only_boot(charger: Line, store: Store) -> None:
    charger.register(registration="pending")
    charger.registration = "pending"
    refused = charger.say("Heartbeat", {})
    assert refused is not None
    assert (refused[0], refused[2]) == (4, "SecurityError")
    assert boot(charger)["status"] == "Pending"
    store.commit(chargers.station_changed("CP1", {"registration": "accepted"}))
    assert charger.ask("Heartbeat", {}) == {"currentTime": at()}


def test_a_charger_that_connects_and_does_not_boot_is_normal(charger: Line) -> None:
    charger.register()
    assert charger.ask("Heartbeat", {}) == {"currentTime": at()}


def test_a_heartbeat_is_noted(charger: Line, store: Store) -> None:
    charger.register().ask("Heartbeat", {})
    assert chargers.get_connection(store, "CP1")["last_seen_at"] == at()


# --- statuses -------------------------------------------------------------------------------------------------------


def test_a_status_of_1_6(line: Line, store: Store) -> None:
    fault = {
        "status": "Faulted",
        "errorCode": "GroundFailure",
        "vendorErrorCode": "0x1",
        "vendorId": "v",
        "info": "wet",
    }
    for _ in range(2):
        assert line.ask("StatusNotification", {"connectorId": 2, "timestamp": at(-5), **fault}) == {}
    (row,) = rows("STATUS")
    assert (row["evse_id"], row["connector_id"], row["status"], row["reported_at"]) == (2, 1, "Faulted", at(-5))
    known = (row["error_code"], row["vendor_error_code"], row["vendor_id"], row["info"])
    assert known == ("GroundFailure", "0x1", "v", "wet")
    assert chargers.latest_status(store, "CP1", 2) == row


def test_the_whole_charge_point_and_a_missing_time(line: Line) -> None:
    line.ask("StatusNotification", {"connectorId": 0, "status": "Unavailable", "errorCode": "NoError"})
    (row,) = rows("STATUS")
    assert (row["evse_id"], row["connector_id"], row["reported_at"]) == (0, 0, at())


def test_a_vendors_error_code_is_kept_with_its_rule(line: Line) -> None:
    line.ask("StatusNotification", {"connectorId": 1, "status": "Faulted", "errorCode": "Error", "timestamp": at()})
    (row,) = rows("STATUS")
    assert (row["error_code"], row["rules"]) == ("Error", ["vendor-error-code"])


def test_a_status_of_2_0_1(line201: Line) -> None:
    payload = {"evseId": 2, "connectorId": 3, "connectorStatus": "Occupied", "timestamp": at(-5)}
    assert line201.ask("StatusNotification", payload) == {}
    (row,) = rows("STATUS")
    assert (row["evse_id"], row["connector_id"], row["status"], row["reported_at"]) == (2, 3, "Occupied", at(-5))


def test_the_newest_status_is_the_last_by_the_chargers_clock(line201: Line, store: Store) -> None:
    for seconds, status in ((0, "Available"), (-60, "Occupied")):
        payload = {"evseId": 1, "connectorId": 1, "connectorStatus": status, "timestamp": at(seconds)}
        line201.ask("StatusNotification", payload)
    newest = chargers.latest_status(store, "CP1", 1)
    assert newest is not None
    assert newest["status"] == "Available"


def monitored(
    component: dict[str, Any], value: str, seconds: float = 0, variable: str = "AvailabilityState"
) -> dict[str, Any]:
    return {
        "eventId": 1, "timestamp": at(seconds), "trigger": "Delta", "actualValue": value,
        "eventNotificationType": "HardWiredNotification", "component": component, "variable": {"name": variable},
    }  # fmt: skip


def notify(line: Line, *data: dict[str, Any]) -> None:
    payload = {"generatedAt": at(), "seqNo": 0, "eventData": list(data)}
    assert line.ask("NotifyEvent", payload) == {}


def test_an_availability_state_is_the_same_row_as_a_status_notification(line201: Line) -> None:
    line201.ask("StatusNotification", {"evseId": 2, "connectorId": 3, "connectorStatus": "Occupied", "timestamp": at()})
    notify(line201, monitored({"name": "Connector", "evse": {"id": 2, "connectorId": 3}}, "Occupied"))
    assert len(rows("STATUS")) == 1
    (event,) = rows("EVENT")
    assert json.loads(event["payload"])["eventData"][0]["actualValue"] == "Occupied"


def test_availability_of_evses_and_of_the_station(line201: Line) -> None:
    notify(
        line201,
        monitored({"name": "ChargingStation"}, "Available"),
        monitored({"name": "EVSE", "evse": {"id": 1}}, "Unavailable"),
        monitored({"name": "EVSE", "evse": {"id": 2}}, "Occupied"),
        monitored({"name": "Connector", "evse": {"id": 2, "connectorId": 1}}, "Available"),
        monitored({"name": "Connector", "evse": {"id": 2, "connectorId": 2}}, "Occupied"),
    )
    found = {(int(row["evse_id"]), int(row["connector_id"])): row["status"] for row in rows("STATUS")}
    assert found == {(0, 0): "Available", (1, 1): "Unavailable", (2, 1): "Available", (2, 2): "Occupied"}


def test_other_events_are_only_kept(line201: Line) -> None:
    notify(line201, monitored({"name": "Controller"}, "21.5", variable="Temperature"))
    notify(line201, monitored({"name": "Connector", "evse": {"id": 1, "connectorId": 1}}, "Sleeping"))
    assert rows("STATUS") == []
    assert len(rows("EVENT")) == 2


def test_more_availability_than_one_commit_takes(line201: Line) -> None:
    connector = {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}
    notify(line201, *(monitored(connector, ("Available", "Occupied")[n % 2], -n) for n in range(150)))
    found = rows("STATUS")
    assert len(found) == 90
    assert found[-1]["reported_at"] == at()


# --- the rest -------------------------------------------------------------------------------------------------------

RECORDED: list[tuple[str, str, dict[str, Any]]] = [
    (OCPP16, "DiagnosticsStatusNotification", {"status": "Uploading"}),
    (OCPP16, "FirmwareStatusNotification", {"status": "Downloading"}),
    (OCPP16, "LogStatusNotification", {"status": "Uploading", "requestId": 5}),
    (OCPP16, "SecurityEventNotification", {"type": "SettingSystemTime", "timestamp": at(-9), "techInfo": "x"}),
    (OCPP16, "SignedFirmwareStatusNotification", {"status": "Installed", "requestId": 5}),
    (OCPP201, "FirmwareStatusNotification", {"status": "Downloading", "requestId": 5}),
    (OCPP201, "LogStatusNotification", {"status": "Uploading", "requestId": 5}),
    (OCPP201, "SecurityEventNotification", {"type": "SettingSystemTime", "timestamp": at(-9), "techInfo": "x"}),
]


@pytest.mark.parametrize(("protocol", "action", "payload"), RECORDED)
def test_events_are_kept_as_they_came(store: Store, protocol: str, action: str, payload: dict[str, Any]) -> None:
    line = Line(store, protocol).register()
    assert line.ask(action, payload) == {}
    (row,) = rows("EVENT")
    assert (row["action"], json.loads(row["payload"])) == (action, payload)
    assert row["at"] == payload.get("timestamp", at())


@pytest.mark.parametrize(
    ("protocol", "data"), [(OCPP16, "text"), (OCPP201, {"any": ["json", 1.5, None]}), (OCPP201, None), (OCPP201, 5)]
)
def test_data_of_unknown_vendors_is_kept_and_said_to_be_unknown(store: Store, protocol: str, data: Any) -> None:
    line = Line(store, protocol).register()
    payload = {"vendorId": "acme", "messageId": "m", **({"data": data} if data is not None else {})}
    assert line.ask("DataTransfer", payload) == {"status": "UnknownVendorId"}
    assert len(rows("EVENT")) == 1


def test_custom_data_is_accepted(line201: Line) -> None:
    assert line201.ask("Heartbeat", {"customData": {"vendorId": "acme", "x": 1}}) == {"currentTime": at()}


def test_the_stations_own_meter(line201: Line) -> None:
    value = meter_2x(-60, 123_456.5, "Sample.Clock")
    for _ in range(2):
        assert line201.ask("MeterValues", {"evseId": 0, "meterValue": [value, meter_2x(-30, 123_460)]}) == {}
    (row,) = rows("METER")
    assert (row["evse_id"], row["at"], len(row["entries"])) == (0, at(-60), 2)


def test_authorize_of_a_remote_start(line: Line, line201_of: Any, store: Store) -> None:
    store.commit(chargers.remote_start_pending("CP1", 77, "0000004DCAFECAFE", 1, NOW))
    assert line.ask("Authorize", {"idTag": "0000004dcafecafe"}) == {"idTagInfo": {"status": "Accepted"}}
    new = line201_of("CP1")
    known = {"idTokenInfo": {"status": "Accepted"}}
    assert new.ask("Authorize", {"idToken": token("0000004DCAFECAFE", "Local")}) == known
    assert new.ask("Authorize", {"idToken": token("0000004DDEADDEAD", "Local")})["idTokenInfo"]["status"] == "Unknown"
    store.commit(chargers.remote_start_changed("CP1", 77, "expired", was="pending"))
    assert line.ask("Authorize", {"idTag": "0000004DCAFECAFE"}) == {"idTagInfo": {"status": "Invalid"}}


@pytest.fixture
def line201_of(store: Store) -> Any:
    return lambda charger_id: Line(store, OCPP201, charger_id)
