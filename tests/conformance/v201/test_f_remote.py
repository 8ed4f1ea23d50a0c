"""2.0.1 F: remote start, unlocking, messages that the operator asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.lab import now
from tests.conformance.lab201 import EVSES, METER_START_WH, Lab201, Transaction, meter, token
from tests.conformance.registry import OCPP201, case

pytestmark = pytest.mark.e2e
START, TRIGGER, UNLOCK = "RequestStartTransaction", "TriggerMessage", "UnlockConnector"
REMOTE_START_ID = 7001


async def remote_start(lab: Lab201, **answer: str) -> None:
    wanted = {"idToken": token(), "remoteStartId": REMOTE_START_ID, "evseId": 1}
    assert await lab.command(START, wanted, {"status": "Accepted", **answer}) == wanted


async def begun(transaction: Transaction) -> None:
    """The station tells of the remote start, by a new transaction or by the one that runs already."""
    info = {"remoteStartId": REMOTE_START_ID}
    answer = await transaction.event("RemoteStart", uid=token()["idToken"], info=info)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    transaction.authorised = True
    assert await transaction.shown()


@case("TC_F_01_CSMS", "a remote start where the cable is plugged in already", START, protocol=OCPP201)
async def test_tc_f_01_csms_cable_first(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.plugged_in()
    await remote_start(lab, transactionId=transaction.transaction_id)
    await begun(transaction)
    await transaction.energy()
    assert len(await lab.running()) == 1


@case("TC_F_02_CSMS", "a remote start that the station has authorised first", START, protocol=OCPP201)
async def test_tc_f_02_csms_authorised_first(lab: Lab201) -> None:
    await remote_start(lab)
    assert (await lab.authorize())["status"] == "Accepted"
    transaction = lab.transaction()
    await begun(transaction)
    await transaction.energy()


@case("TC_F_03_CSMS", "a remote start that the station trusts", START, protocol=OCPP201)
async def test_tc_f_03_csms_not_authorised(lab: Lab201) -> None:
    await remote_start(lab)
    transaction = lab.transaction()
    await begun(transaction)
    await transaction.energy()


@case("TC_F_04_CSMS", "a remote start that no cable follows in time", START, protocol=OCPP201)
async def test_tc_f_04_csms_no_cable_in_time(lab: Lab201) -> None:
    await remote_start(lab)
    transaction = lab.transaction()
    await begun(transaction)
    assert await transaction.event("EVConnectTimeout") == {}


@case("TC_F_06_CSMS", "unlocking a connector", UNLOCK, protocol=OCPP201)
async def test_tc_f_06_csms_unlock(lab: Lab201) -> None:
    wanted = {"evseId": 1, "connectorId": 1}
    assert await lab.command(UNLOCK, wanted, {"status": "Unlocked"}) == wanted


async def asked(lab: Lab201, message: str, status: str = "Accepted", **more: Any) -> None:
    wanted = {"requestedMessage": message, **more}
    assert await lab.command(TRIGGER, wanted, {"status": status}) == wanted


async def metered(lab: Lab201, *evses: int) -> None:
    for evse_id in evses:
        values = {"evseId": evse_id, "meterValue": meter(METER_START_WH, "Trigger")}
        assert await lab.station.call("MeterValues", values) == {}


@case("TC_F_11_CSMS", "meter values of one EVSE are asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_11_csms_meter_values_of_evse(lab: Lab201) -> None:
    await asked(lab, "MeterValues", evse={"id": 1})
    await metered(lab, 1)


@case("TC_F_12_CSMS", "meter values of every EVSE are asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_12_csms_meter_values_of_all(lab: Lab201) -> None:
    await asked(lab, "MeterValues")
    await metered(lab, *EVSES)


async def told(transaction: Transaction) -> None:
    values = meter(METER_START_WH, "Trigger")
    assert await transaction.event("Trigger", info={"chargingState": "Charging"}, meterValue=values) == {}


@case("TC_F_13_CSMS", "the transaction of one EVSE is asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_13_csms_transaction_of_evse(lab: Lab201) -> None:
    transaction = await lab.charging()
    await asked(lab, "TransactionEvent", evse={"id": 1})
    await told(transaction)


@case("TC_F_14_CSMS", "the transactions of every EVSE are asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_14_csms_transactions_of_all(lab: Lab201) -> None:
    running = [await lab.charging(evse_id) for evse_id in EVSES]
    await asked(lab, "TransactionEvent")
    for transaction in running:
        await told(transaction)


@case("TC_F_15_CSMS", "the state of a log upload is asked for", TRIGGER, "LogStatusNotification", protocol=OCPP201)
async def test_tc_f_15_csms_log_status(lab: Lab201) -> None:
    await idle(lab, "LogStatusNotification")


@case(
    "TC_F_18_CSMS",
    "the state of a firmware update is asked for",
    TRIGGER,
    "FirmwareStatusNotification",
    protocol=OCPP201,
)
async def test_tc_f_18_csms_firmware_status(lab: Lab201) -> None:
    await idle(lab, "FirmwareStatusNotification")


async def idle(lab: Lab201, message: str) -> None:
    await asked(lab, message)
    assert await lab.station.call(message, {"status": "Idle"}) == {}
    assert await lab.events(message) == [{"status": "Idle"}]


@case("TC_F_20_CSMS", "a heartbeat is asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_20_csms_heartbeat(lab: Lab201) -> None:
    await asked(lab, "Heartbeat")
    before = now(-1)
    assert (await lab.station.call("Heartbeat", {}))["currentTime"] >= before


@case("TC_F_23_CSMS", "the status of a free EVSE is asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_23_csms_status_available(lab: Lab201) -> None:
    await asked(lab, "StatusNotification", evse={"id": 1, "connectorId": 1})
    await lab.status("Available")


@case("TC_F_24_CSMS", "the status of an occupied EVSE is asked for", TRIGGER, protocol=OCPP201)
async def test_tc_f_24_csms_status_occupied(lab: Lab201) -> None:
    await lab.status("Occupied")
    await asked(lab, "StatusNotification", evse={"id": 1, "connectorId": 1})
    await lab.status_by_event("Occupied")


@case("TC_F_27_CSMS", "a message that the station cannot send", TRIGGER, protocol=OCPP201)
async def test_tc_f_27_csms_not_implemented(lab: Lab201) -> None:
    await asked(lab, "SignV2GCertificate", "NotImplemented")
