"""1.6: remote start and stop, reset, unlocking, trigger messages."""

from __future__ import annotations

import pytest

from tests.conformance.lab import VALID
from tests.conformance.lab16 import CONNECTORS, Lab16
from tests.conformance.registry import OCPP16, case

pytestmark = pytest.mark.e2e
START, STOP, TRIGGER = "RemoteStartTransaction", "RemoteStopTransaction", "TriggerMessage"
WANTED = {"idTag": VALID, "connectorId": 1}


async def remote_start(lab: Lab16) -> None:
    assert await lab.command(START, WANTED, {"status": "Accepted"}) == WANTED


@case("TC_010_CSMS", "a remote start where the cable is plugged in already", START, protocol=OCPP16)
async def test_tc_010_csms_remote_start_cable_first(lab: Lab16) -> None:
    await lab.status("Preparing")
    await remote_start(lab)
    await lab.authorized()
    assert (await lab.start())["idTagInfo"]["status"] == "Accepted"
    await lab.status("Charging")
    assert len(await lab.running()) == 1


@case("TC_011_1_CSMS", "a remote start before the cable is plugged in", START, protocol=OCPP16)
async def test_tc_011_1_csms_remote_start_first(lab: Lab16) -> None:
    await remote_start(lab)
    await lab.authorized()
    await lab.status("Preparing")
    assert (await lab.start())["idTagInfo"]["status"] == "Accepted"
    await lab.status("Charging")
    assert len(await lab.running()) == 1


@case("TC_011_2_CSMS", "a remote start that no cable follows in time", START, protocol=OCPP16)
async def test_tc_011_2_csms_remote_start_timeout(lab: Lab16) -> None:
    await remote_start(lab)
    await lab.authorized()
    await lab.status("Preparing")
    await lab.status("Available")
    assert await lab.running() == []


@case("TC_012_CSMS", "a remote stop", STOP, protocol=OCPP16)
async def test_tc_012_csms_remote_stop(lab: Lab16) -> None:
    transaction_id = await lab.charging()
    wanted = {"transactionId": transaction_id}
    assert await lab.command(STOP, wanted, {"status": "Accepted"}) == wanted
    assert await lab.stop(transaction_id, "Remote") == {}
    await lab.status("Finishing")
    await lab.status("Available")


@case("TC_026_CSMS", "a remote start that the charge point rejects", START, protocol=OCPP16)
async def test_tc_026_csms_remote_start_rejected(lab: Lab16) -> None:
    assert await lab.command(START, WANTED, {"status": "Rejected"}) == WANTED
    assert await lab.running() == []


@case("TC_028_CSMS", "a remote stop of a transaction that the charge point does not know", STOP, protocol=OCPP16)
async def test_tc_028_csms_remote_stop_rejected(lab: Lab16) -> None:
    transaction_id = await lab.charging()
    await lab.command(STOP, {"transactionId": transaction_id + 1_000_000}, {"status": "Rejected"})
    assert [row["transaction_id"] for row in await lab.running()] == [str(transaction_id)]


@case("TC_013_CSMS", "a hard reset", "Reset", protocol=OCPP16)
async def test_tc_013_csms_hard_reset(lab: Lab16) -> None:
    await reset(lab, "Hard")


@case("TC_014_CSMS", "a soft reset", "Reset", protocol=OCPP16)
async def test_tc_014_csms_soft_reset(lab: Lab16) -> None:
    await reset(lab, "Soft")


async def reset(lab: Lab16, kind: str) -> None:
    assert await lab.command("Reset", {"type": kind}, {"status": "Accepted"}) == {"type": kind}
    await lab.station.close()
    await lab.is_offline()
    await lab.station.connect()
    await lab.boot()


@case("TC_017_1_CSMS", "unlocking a connector on which nothing runs", "UnlockConnector", protocol=OCPP16)
async def test_tc_017_1_csms_unlock(lab: Lab16) -> None:
    await unlock(lab, "Unlocked")


@case("TC_017_2_CSMS", "unlocking a cable that is fixed", "UnlockConnector", protocol=OCPP16)
async def test_tc_017_2_csms_unlock_fixed_cable(lab: Lab16) -> None:
    await unlock(lab, "NotSupported")


@case("TC_018_1_CSMS", "unlocking a connector ends what runs on it", "UnlockConnector", protocol=OCPP16)
async def test_tc_018_1_csms_unlock_while_charging(lab: Lab16) -> None:
    transaction_id = await lab.charging()
    await unlock(lab, "Unlocked")
    await lab.status("Finishing")
    assert await lab.stop(transaction_id, "UnlockCommand") == {}
    await lab.status("Available")


@case("TC_030_CSMS", "unlocking fails", "UnlockConnector", protocol=OCPP16)
async def test_tc_030_csms_unlock_failed(lab: Lab16) -> None:
    await unlock(lab, "UnlockFailed")


@case("TC_031_CSMS", "unlocking a connector that is not there", "UnlockConnector", protocol=OCPP16)
async def test_tc_031_csms_unlock_unknown_connector(lab: Lab16) -> None:
    await unlock(lab, "NotSupported", connector_id=len(CONNECTORS) + 1)


async def unlock(lab: Lab16, status: str, connector_id: int = 1) -> None:
    wanted = {"connectorId": connector_id}
    assert await lab.command("UnlockConnector", wanted, {"status": status}) == wanted


@case("TC_054_CSMS", "messages that the operator asks for", TRIGGER, protocol=OCPP16)
async def test_tc_054_csms_trigger_messages(lab: Lab16) -> None:
    accepted = {"status": "Accepted"}
    await lab.command(TRIGGER, {"requestedMessage": "MeterValues", "connectorId": 1}, accepted)
    sample = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "1000", "context": "Trigger"}]}
    assert await lab.station.call("MeterValues", {"connectorId": 1, "meterValue": [sample]}) == {}
    await lab.command(TRIGGER, {"requestedMessage": "Heartbeat"}, accepted)
    assert "currentTime" in await lab.station.call("Heartbeat", {})
    await lab.command(TRIGGER, {"requestedMessage": "StatusNotification", "connectorId": 1}, accepted)
    await lab.status("Available")
    for job in ("DiagnosticsStatusNotification", "FirmwareStatusNotification"):
        await lab.command(TRIGGER, {"requestedMessage": job}, accepted)
        assert await lab.station.call(job, {"status": "Idle"}) == {}
        assert await lab.events(job) == [{"status": "Idle"}]


@case("TC_055_CSMS", "a message is asked of a connector that is not there", TRIGGER, protocol=OCPP16)
async def test_tc_055_csms_trigger_rejected(lab: Lab16) -> None:
    wanted = {"requestedMessage": "MeterValues", "connectorId": len(CONNECTORS) + 1}
    assert await lab.command(TRIGGER, wanted, {"status": "Rejected"}) == wanted
