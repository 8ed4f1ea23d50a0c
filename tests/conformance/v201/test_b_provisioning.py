"""2.0.1 B: boot and registration, variables, reports, resets, network profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.lab import now
from tests.conformance.registry import OCPP201, case
from tests.conformance.station import Refused

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
GET, SET, REPORT, RESET, NETWORK = "GetVariables", "SetVariables", "GetBaseReport", "Reset", "SetNetworkProfile"
THRESHOLD = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
REMOTE_START = {"component": {"name": "AuthCtrlr"}, "variable": {"name": "AuthorizeRemoteStart"}}
VALUES = {"OfflineThreshold": "123", "AuthorizeRemoteStart": "false"}


@case("TC_B_01_CSMS", "a station boots and is accepted", protocol=OCPP201, boots=False)
async def test_tc_b_01_csms_cold_boot(lab: Lab201) -> None:
    await lab.station.connect()
    await lab.boot()
    boot = (await lab.record())["boot"]
    assert (boot["vendor"], boot["model"], boot["firmware_version"]) == ("Conformance", "Lab 201", "1.0")
    await lab.status_by_event("Available", 1)


@case("TC_B_02_CSMS", "a station is held, then accepted", protocol=OCPP201, boots=False, registration="pending")
async def test_tc_b_02_csms_pending(lab: Lab201) -> None:
    await held(lab)
    await lab.operator.call("PATCH", lab.path, {"registration": "accepted"})
    await lab.boot()


@case("TC_B_30_CSMS", "a station that is held may only boot", protocol=OCPP201, boots=False, registration="pending")
async def test_tc_b_30_csms_security_error(lab: Lab201) -> None:
    await held(lab)
    status = {"timestamp": now(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    with pytest.raises(Refused) as answer:
        await lab.station.call("StatusNotification", status)
    assert answer.value.code == "SecurityError"
    assert (await lab.record())["statuses"] == []


@case(
    "TC_B_31_CSMS", "a station that is held is asked to boot again",
    "TriggerMessage", protocol=OCPP201, boots=False, registration="pending",
)  # fmt: skip
async def test_tc_b_31_csms_triggered_boot(lab: Lab201) -> None:
    await held(lab)
    await lab.operator.call("PATCH", lab.path, {"registration": "accepted"})
    wanted = {"requestedMessage": "BootNotification"}
    assert await lab.command("TriggerMessage", wanted, {"status": "Accepted"}) == wanted
    await lab.boot("Triggered")


async def held(lab: Lab201) -> None:
    await lab.station.connect()
    answer = await lab.boot_only()
    assert answer["status"] == "Pending"
    assert answer["interval"] > 0


async def read(lab: Lab201, *variables: dict[str, Any]) -> None:
    results = [{**v, "attributeStatus": "Accepted", "attributeValue": VALUES[v["variable"]["name"]]} for v in variables]
    wanted = {"getVariableData": list(variables)}
    assert await lab.command(GET, wanted, {"getVariableResult": results}) == wanted
    assert await lab.variables() == {v["variable"]["name"]: VALUES[v["variable"]["name"]] for v in variables}


@case("TC_B_06_CSMS", "one variable is read", GET, protocol=OCPP201)
async def test_tc_b_06_csms_get_variable(lab: Lab201) -> None:
    await read(lab, THRESHOLD)


@case("TC_B_07_CSMS", "several variables are read", GET, protocol=OCPP201)
async def test_tc_b_07_csms_get_variables(lab: Lab201) -> None:
    await read(lab, THRESHOLD, REMOTE_START)


async def write(lab: Lab201, *variables: dict[str, Any]) -> None:
    data = [{**v, "attributeValue": VALUES[v["variable"]["name"]]} for v in variables]
    results = [{**v, "attributeStatus": "Accepted"} for v in variables]
    wanted = {"setVariableData": data}
    assert await lab.command(SET, wanted, {"setVariableResult": results}) == wanted
    assert (await lab.last_command())["answer"]["payload"] == {"setVariableResult": results}


@case("TC_B_09_CSMS", "one variable is written", SET, protocol=OCPP201)
async def test_tc_b_09_csms_set_variable(lab: Lab201) -> None:
    await write(lab, THRESHOLD)


@case("TC_B_10_CSMS", "several variables are written", SET, protocol=OCPP201)
async def test_tc_b_10_csms_set_variables(lab: Lab201) -> None:
    await write(lab, THRESHOLD, REMOTE_START)


async def report(lab: Lab201, base: str) -> None:
    """The station is asked for a report and sends it in two parts."""
    wanted = {"requestId": 12, "reportBase": base}
    assert await lab.command(REPORT, wanted, {"status": "Accepted"}) == wanted
    for number, variable in enumerate((THRESHOLD, REMOTE_START)):
        value = {"value": VALUES[variable["variable"]["name"]]}
        row = {
            **variable,
            "variableAttribute": [value],
            "variableCharacteristics": {"dataType": "string", "supportsMonitoring": False},
        }
        part = {"requestId": 12, "generatedAt": now(), "seqNo": number, "tbc": number == 0, "reportData": [row]}
        assert await lab.station.call("NotifyReport", part) == {}
    assert (await lab.operator.call("GET", f"{lab.path}/reports/12"))["complete"]
    assert await lab.variables() == VALUES


@case("TC_B_12_CSMS", "a report of the configuration", REPORT, "NotifyReport", protocol=OCPP201)
async def test_tc_b_12_csms_configuration_inventory(lab: Lab201) -> None:
    await report(lab, "ConfigurationInventory")


@case("TC_B_13_CSMS", "a report of everything", REPORT, "NotifyReport", protocol=OCPP201)
async def test_tc_b_13_csms_full_inventory(lab: Lab201) -> None:
    await report(lab, "FullInventory")


async def reset(lab: Lab201, kind: str, status: str, **more: int) -> None:
    wanted = {"type": kind, **more}
    assert await lab.command(RESET, wanted, {"status": status}) == wanted


async def restart(lab: Lab201, reason: str) -> None:
    await lab.station.close()
    await lab.station.connect()
    await lab.boot(reason)


@case("TC_B_20_CSMS", "a reset when nothing runs", RESET, protocol=OCPP201)
async def test_tc_b_20_csms_reset_idle(lab: Lab201) -> None:
    await reset(lab, "OnIdle", "Accepted")
    await restart(lab, "RemoteReset")


async def leaves(lab: Lab201, kind: str, status: str, **more: int) -> None:
    """A transaction runs, the reset waits for its end."""
    transaction = await lab.charging()
    await reset(lab, kind, status, **more)
    assert await transaction.shown()
    await transaction.stop_authorized()
    await transaction.ended("EVCommunicationLost", info={"chargingState": "Idle", "stoppedReason": "EVDisconnected"})


@case("TC_B_21_CSMS", "a reset that waits for a transaction", RESET, protocol=OCPP201)
async def test_tc_b_21_csms_reset_scheduled(lab: Lab201) -> None:
    await leaves(lab, "OnIdle", "Scheduled")
    await restart(lab, "ScheduledReset")


async def cut_off(lab: Lab201, **more: int) -> None:
    """A transaction runs, the reset ends it."""
    transaction = await lab.charging()
    await reset(lab, "Immediate", "Accepted", **more)
    about = {"chargingState": "EVConnected", "stoppedReason": "ImmediateReset"}
    assert await transaction.ended("ResetCommand", info=about) == {}


@case("TC_B_22_CSMS", "a reset that ends a transaction", RESET, protocol=OCPP201)
async def test_tc_b_22_csms_reset_immediate(lab: Lab201) -> None:
    await cut_off(lab)
    await lab.station.close()
    await lab.station.connect()
    assert (await lab.boot_only("RemoteReset"))["status"] == "Accepted"
    await lab.status("Occupied", 1)
    await lab.status("Available", 2)


@case("TC_B_25_CSMS", "a reset of one EVSE", RESET, protocol=OCPP201)
async def test_tc_b_25_csms_reset_evse(lab: Lab201) -> None:
    await reset(lab, "OnIdle", "Accepted", evseId=1)


@case("TC_B_26_CSMS", "a reset of one EVSE that waits for its transaction", RESET, protocol=OCPP201)
async def test_tc_b_26_csms_reset_evse_scheduled(lab: Lab201) -> None:
    await leaves(lab, "OnIdle", "Scheduled", evseId=1)


@case("TC_B_27_CSMS", "a reset of one EVSE that ends its transaction", RESET, protocol=OCPP201)
async def test_tc_b_27_csms_reset_evse_immediate(lab: Lab201) -> None:
    await cut_off(lab, evseId=1)


async def network(lab: Lab201, status: str) -> None:
    profile = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": "wss://csms.example.org/ocpp",
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
    }
    wanted = {"configurationSlot": 1, "connectionData": profile}
    assert await lab.command(NETWORK, wanted, {"status": status}) == wanted
    slots = {row["slot"]: row["profile"] for row in await lab.rows("network-profiles")}
    assert slots == ({1: profile} if status == "Accepted" else {})


@case("TC_B_42_CSMS", "a new network profile", NETWORK, protocol=OCPP201)
async def test_tc_b_42_csms_network_profile(lab: Lab201) -> None:
    await network(lab, "Accepted")


@case("TC_B_44_CSMS", "a network profile that the station cannot take", NETWORK, protocol=OCPP201)
async def test_tc_b_44_csms_network_profile_failed(lab: Lab201) -> None:
    await network(lab, "Failed")
