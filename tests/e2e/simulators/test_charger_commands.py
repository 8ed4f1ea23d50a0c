from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.simulators import ChargerOptions, ChargerSimulator16, ChargerSimulator201
from tests.e2e.simulators.tiny_csms import TinyCsms, tiny_csms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.simulators.charger import ChargerSimulator

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(30)]

QUICK = ("reset_real_seconds=0.01", "status_train_real_seconds=0.01")
PROFILE16 = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}]},
}
PROFILE201 = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [
        {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}]}
    ],
}
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}
LOG = {"remoteLocation": "https://files.example/log"}
FIRMWARE = {
    "location": "https://files.example/fw/2.0.0",
    "retrieveDateTime": "2026-03-01T12:00:00Z",
    "signingCertificate": "c",
    "signature": "s",
}
LATER = "2027-03-01T12:00:00Z"

COMMANDS16: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("CancelReservation", {"reservationId": 5}, {"status": "Rejected"}),
    ("CertificateSigned", {"certificateChain": "c"}, {"status": "Accepted"}),
    ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, {"status": "Accepted"}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}, {"status": "Accepted"}),
    ("ChangeAvailability", {"connectorId": 7, "type": "Inoperative"}, {"status": "Rejected"}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "10"}, {"status": "Accepted"}),
    ("ChangeConfiguration", {"key": "NumberOfConnectors", "value": "9"}, {"status": "Rejected"}),
    ("ChangeConfiguration", {"key": "SecurityProfile", "value": "2"}, {"status": "RebootRequired"}),
    ("ChangeConfiguration", {"key": "Nonsense", "value": "9"}, {"status": "NotSupported"}),
    ("ClearCache", {}, {"status": "Accepted"}),
    ("ClearChargingProfile", {}, {"status": "Unknown"}),
    ("DataTransfer", {"vendorId": "other"}, {"status": "UnknownVendorId"}),
    ("DataTransfer", {"vendorId": "Simulated", "data": "x"}, {"status": "Accepted"}),
    ("DeleteCertificate", {"certificateHashData": HASH}, {"status": "NotFound"}),
    ("GetDiagnostics", {"location": "ftp://files.example/"}, {"fileName": "diagnostics.log"}),
    ("GetInstalledCertificateIds", {"certificateType": "CentralSystemRootCertificate"}, {"status": "NotFound"}),
    ("GetLocalListVersion", {}, {"listVersion": 0}),
    (
        "GetLog",
        {"logType": "SecurityLog", "requestId": 1, "log": LOG},
        {"status": "Accepted", "filename": "security.log"},
    ),
    (
        "InstallCertificate",
        {"certificateType": "CentralSystemRootCertificate", "certificate": "c"},
        {"status": "Accepted"},
    ),
    ("RemoteStopTransaction", {"transactionId": 5}, {"status": "Rejected"}),
    ("ReserveNow", {"connectorId": 1, "expiryDate": LATER, "idTag": "T", "reservationId": 5}, {"status": "Accepted"}),
    ("SendLocalList", {"listVersion": 3, "updateType": "Full"}, {"status": "Accepted"}),
    ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE16}, {"status": "Accepted"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"}),
    ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}, {"status": "NotImplemented"}),
    ("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
    ("UnlockConnector", {"connectorId": 9}, {"status": "NotSupported"}),
]
COMMANDS201: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("CancelReservation", {"reservationId": 5}, {"status": "Rejected"}),
    ("CertificateSigned", {"certificateChain": "c"}, {"status": "Accepted"}),
    ("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 1}}, {"status": "Accepted"}),
    ("ChangeAvailability", {"operationalStatus": "Operative"}, {"status": "Accepted"}),
    ("ClearCache", {}, {"status": "Accepted"}),
    ("ClearChargingProfile", {}, {"status": "Unknown"}),
    ("ClearVariableMonitoring", {"id": [1]}, {"clearMonitoringResult": [{"id": 1, "status": "Accepted"}]}),
    ("DataTransfer", {"vendorId": "other"}, {"status": "UnknownVendorId"}),
    ("DeleteCertificate", {"certificateHashData": HASH}, {"status": "NotFound"}),
    ("GetChargingProfiles", {"requestId": 1, "chargingProfile": {}}, {"status": "NoProfiles"}),
    ("GetDisplayMessages", {"requestId": 1}, {"status": "Unknown"}),
    ("GetInstalledCertificateIds", {}, {"status": "NotFound"}),
    ("GetLocalListVersion", {}, {"versionNumber": 0}),
    ("GetMonitoringReport", {"requestId": 1}, {"status": "EmptyResultSet"}),
    ("GetTransactionStatus", {}, {"messagesInQueue": False}),
    ("InstallCertificate", {"certificateType": "CSMSRootCertificate", "certificate": "c"}, {"status": "Accepted"}),
    ("RequestStopTransaction", {"transactionId": "x"}, {"status": "Rejected"}),
    (
        "ReserveNow",
        {"id": 1, "expiryDateTime": LATER, "idToken": {"idToken": "T", "type": "Central"}},
        {"status": "Accepted"},
    ),
    ("SendLocalList", {"versionNumber": 3, "updateType": "Full"}, {"status": "Accepted"}),
    ("SetChargingProfile", {"evseId": 1, "chargingProfile": PROFILE201}, {"status": "Accepted"}),
    ("SetMonitoringBase", {"monitoringBase": "All"}, {"status": "Accepted"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"}),
    ("TriggerMessage", {"requestedMessage": "SignV2GCertificate"}, {"status": "NotImplemented"}),
    ("UnlockConnector", {"evseId": 1, "connectorId": 1}, {"status": "Unlocked"}),
    ("UnlockConnector", {"evseId": 9, "connectorId": 1}, {"status": "UnknownConnector"}),
]


@pytest.fixture
async def csms() -> AsyncIterator[TinyCsms]:
    async with tiny_csms("ocpp1.6") as server:
        yield server


@pytest.fixture
async def csms201() -> AsyncIterator[TinyCsms]:
    async with tiny_csms("ocpp2.0.1") as server:
        yield server


async def refusals(
    charger: ChargerSimulator, csms: TinyCsms, table: list[tuple[str, dict[str, Any], dict[str, Any]]]
) -> list[str]:
    wrong = []
    for action, payload, expected in table:
        answer = await csms.command(action, **payload)
        if answer[2] != expected:
            wrong.append(f"{action}: {answer}")
    wrong += [str(event) for event in charger.log.all("error")]
    return wrong


async def test_every_command_of_16_is_answered(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        assert await refusals(charger, csms, COMMANDS16) == []
        schedule = await csms.command("GetCompositeSchedule", connectorId=1, duration=60)
        assert schedule[2]["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 11000.0}]


async def test_every_command_of_201_is_answered(csms201: TinyCsms) -> None:
    async with ChargerSimulator201(csms201.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        assert await refusals(charger, csms201, COMMANDS201) == []
        schedule = await csms201.command("GetCompositeSchedule", evseId=1, duration=60)
        assert schedule[2]["schedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 11000}]


async def test_the_configuration_of_16_can_be_read_and_hides_the_key(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP1", connectors=2) as charger:
        await csms.command("ChangeConfiguration", key="AuthorizationKey", value="00ff10")
        wanted = ["NumberOfConnectors", "AuthorizationKey", "Nonsense"]
        answer = (await csms.command("GetConfiguration", key=wanted))[2]
        assert charger.password == b"\x00\xff\x10"
    values = {row["key"]: row.get("value") for row in answer["configurationKey"]}
    assert values == {"NumberOfConnectors": "2", "AuthorizationKey": None}
    assert answer["unknownKey"] == ["Nonsense"]


async def test_variables_of_201_can_be_read_and_changed(csms201: TinyCsms) -> None:
    interval = {"component": {"name": "SampledDataCtrlr"}, "variable": {"name": "TxUpdatedInterval"}}
    secret = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    unknown = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "Nonsense"}}
    async with ChargerSimulator201(csms201.url, "CP1") as charger:
        changes = [{**interval, "attributeValue": "5"}, {**secret, "attributeValue": "new"}]
        changed = (await csms201.command("SetVariables", setVariableData=changes))[2]["setVariableResult"]
        read = (await csms201.command("GetVariables", getVariableData=[interval, secret, unknown]))[2]
        assert (charger.meter_interval_seconds, charger.password) == (5, "new")
    assert [row["attributeStatus"] for row in changed] == ["Accepted", "Accepted"]
    assert [(row["attributeStatus"], row.get("attributeValue")) for row in read["getVariableResult"]] == [
        ("Accepted", "5"),
        ("Rejected", None),
        ("UnknownVariable", None),
    ]


async def test_a_base_report_comes_in_parts(csms201: TinyCsms) -> None:
    async with ChargerSimulator201(csms201.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        await csms201.command("GetBaseReport", requestId=7, reportBase="FullInventory")
        await charger.log.wait_for(lambda e: e["action"] == "NotifyReport" and not e["payload"]["tbc"])
    parts = csms201.said("NotifyReport")
    assert [(part["requestId"], part["seqNo"], part["tbc"]) for part in parts] == [
        (7, 0, True),
        (7, 1, True),
        (7, 2, False),
    ]


async def test_a_firmware_update_of_16_ends_with_the_new_version(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        await csms.command("UpdateFirmware", location="https://files.example/fw/2.0.0", retrieveDate=LATER)
        await charger.log.wait_for_kind("boot", reason="FirmwareUpdate")
    statuses = [said["status"] for said in csms.said("FirmwareStatusNotification")]
    assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert csms.said("BootNotification")[0]["firmwareVersion"] == "2.0.0"


async def test_a_firmware_update_of_201_carries_its_request_id(csms201: TinyCsms) -> None:
    async with ChargerSimulator201(csms201.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        await csms201.command("UpdateFirmware", requestId=8, firmware=FIRMWARE)
        await charger.log.wait_for_kind("boot", reason="FirmwareUpdate")
    assert {said["requestId"] for said in csms201.said("FirmwareStatusNotification")} == {8}
    assert csms201.said("BootNotification")[0]["reason"] == "FirmwareUpdate"


async def test_a_reset_ends_the_transaction_and_boots_again(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        await charger.plug_in()
        await charger.tap("TAG")
        await csms.command("Reset", type="Hard")
        await charger.log.wait_for_kind("boot", status="Accepted")
    assert csms.said("StopTransaction")[0]["reason"] == "HardReset"
    assert csms.connections == 2


async def test_a_reset_on_idle_waits_for_the_car(csms201: TinyCsms) -> None:
    async with ChargerSimulator201(csms201.url, "CP1", options=ChargerOptions.named(*QUICK)) as charger:
        await charger.plug_in()
        await charger.tap("TAG")
        assert (await csms201.command("Reset", type="OnIdle"))[2] == {"status": "Scheduled"}
        await charger.unplug()
        await charger.log.wait_for_kind("boot", reason="ScheduledReset")
    assert csms201.said("TransactionEvent")[-1]["transactionInfo"]["stoppedReason"] == "EVDisconnected"


async def test_triggered_meter_values_belong_to_the_transaction(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP1") as charger:
        await charger.plug_in()
        await charger.tap("TAG")
        await csms.command("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
        await charger.log.wait_for_kind("frame_sent", action="MeterValues")
    sample = csms.said("MeterValues")[0]["meterValue"][0]["sampledValue"][0]
    assert sample["context"] == "Trigger"


async def test_unavailable_is_scheduled_during_a_transaction(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP1") as charger:
        await charger.plug_in()
        await charger.tap("TAG")
        answer = await csms.command("ChangeAvailability", connectorId=1, type="Inoperative")
        assert answer[2] == {"status": "Scheduled"}
        await charger.unplug()
        assert charger.status_of(charger.connectors[1]) == "Unavailable"
