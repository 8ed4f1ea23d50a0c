"""2.0.1 E: where transactions begin and end, what happens between, what is asked of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.lab import UNKNOWN, VALID
from tests.conformance.lab201 import METER_START_WH, Lab201, Transaction, meter
from tests.conformance.registry import OCPP201, case

pytestmark = pytest.mark.e2e
ASK = "GetTransactionStatus"
SIGNED_VALUE = {
    "signedMeterData": "c2lnbmVk",
    "signingMethod": "ECDSA-secp256r1-SHA256",
    "encodingMethod": "OCMF",
    "publicKey": "a2V5",
}


async def begins(lab: Lab201, trigger: str, state: str, **more: Any) -> Transaction:
    """A card is accepted, the cable plugged in, and only then the transaction begins."""
    assert (await lab.authorize())["status"] == "Accepted"
    await lab.status("Occupied")
    transaction = lab.transaction()
    info = {"chargingState": state} if state else {}
    answer = await transaction.event(trigger, uid=VALID, info=info, **more)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    assert (await transaction.shown())["evse_id"] == 1
    return transaction


@case("TC_E_01_CSMS", "it begins when the contactor may close", protocol=OCPP201)
async def test_tc_e_01_csms_begins_power_path_closed(lab: Lab201) -> None:
    transaction = await begins(lab, "ChargingStateChanged", "SuspendedEVSE")
    await transaction.charging()


@case("TC_E_02_CSMS", "it begins when energy flows", protocol=OCPP201)
async def test_tc_e_02_csms_begins_energy_transfer(lab: Lab201) -> None:
    await begins(lab, "ChargingStateChanged", "Charging")


@case("TC_E_03_CSMS", "the cable first, then the card", protocol=OCPP201)
async def test_tc_e_03_csms_cable_first(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.plugged_in()
    await transaction.authorized()
    await transaction.energy()


@case("TC_E_04_CSMS", "the card first, then the cable", protocol=OCPP201)
async def test_tc_e_04_csms_card_first(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.authorized()
    await transaction.energy()


@case("TC_E_09_CSMS", "it begins when the cable is plugged in", protocol=OCPP201)
async def test_tc_e_09_csms_begins_ev_connected(lab: Lab201) -> None:
    await lab.status_by_event("Occupied")
    transaction = lab.transaction()
    await transaction.event("CablePluggedIn", info={"chargingState": "EVConnected"})
    assert (await transaction.shown())["evse_id"] == 1


@case("TC_E_10_CSMS", "it begins when the card is accepted", protocol=OCPP201)
async def test_tc_e_10_csms_begins_authorized(lab: Lab201) -> None:
    await lab.transaction().authorized()


@case("TC_E_11_CSMS", "it begins when the signed value is there", protocol=OCPP201)
async def test_tc_e_11_csms_begins_data_signed(lab: Lab201) -> None:
    value = meter(0.0, "Transaction.Begin", signedMeterValue=SIGNED_VALUE)
    transaction = await begins(lab, "SignedDataReceived", "", meterValue=value)
    await transaction.charging()


@case("TC_E_12_CSMS", "it begins when a car stands in the bay", protocol=OCPP201)
async def test_tc_e_12_csms_begins_parking_bay(lab: Lab201) -> None:
    assert await lab.transaction().event("EVDetected", evse=False) == {}


@case("TC_E_38_CSMS", "the car is not ready for energy", protocol=OCPP201)
async def test_tc_e_38_csms_ev_not_ready(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.authorized()
    await transaction.plugged_in()
    await transaction.event("ChargingStateChanged", info={"chargingState": "SuspendedEV"})
    assert await transaction.shown()


@case("TC_E_39_CSMS", "no cable follows the card in time", protocol=OCPP201)
async def test_tc_e_39_csms_no_cable_in_time(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.authorized()
    told = await transaction.ended("EVConnectTimeout", energy=False, evse=False, info={"stoppedReason": "Timeout"})
    assert told == {}


@case("TC_E_07_CSMS", "it ends when the driver stops at the station", protocol=OCPP201)
async def test_tc_e_07_csms_ends_power_path_closed(lab: Lab201) -> None:
    transaction = await lab.charging()
    await transaction.ended("StopAuthorized", info={"stoppedReason": "Local"})


@case("TC_E_08_CSMS", "it ends when energy stopped after the driver's stop", protocol=OCPP201)
async def test_tc_e_08_csms_ends_energy_stopped(lab: Lab201) -> None:
    transaction = await lab.charging()
    await transaction.stop_authorized()
    await transaction.ended("ChargingStateChanged", info={"chargingState": "EVConnected", "stoppedReason": "Local"})


@case("TC_E_14_CSMS", "it ends when the cable is pulled out at the station", protocol=OCPP201)
async def test_tc_e_14_csms_ends_disconnected_at_station(lab: Lab201) -> None:
    await (await lab.charging()).left()


@case("TC_E_15_CSMS", "it ends with the driver's card", protocol=OCPP201)
async def test_tc_e_15_csms_ends_stop_authorized(lab: Lab201) -> None:
    transaction = await lab.charging()
    told = await transaction.ended("StopAuthorized", uid=VALID, info={"stoppedReason": "Local"})
    assert told["idTokenInfo"]["status"] == "Accepted"


@case("TC_E_16_CSMS", "it ends because the card is not accepted", protocol=OCPP201)
async def test_tc_e_16_csms_ends_deauthorized(lab: Lab201) -> None:
    transaction = lab.transaction()
    started = await transaction.event("Authorized", uid=UNKNOWN)
    assert started["idTokenInfo"]["status"] in {"Invalid", "Unknown"}
    await transaction.ended("Deauthorized", energy=False, status="INVALID", info={"stoppedReason": "DeAuthorized"})


@case("TC_E_17_CSMS", "it ends when the connection to the car is lost", protocol=OCPP201)
async def test_tc_e_17_csms_ends_communication_lost(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.suspended()
    about = {"chargingState": "Idle", "stoppedReason": "EVDisconnected"}
    await transaction.ended("EVCommunicationLost", info=about)


@case("TC_E_19_CSMS", "it ends when the car leaves the bay", protocol=OCPP201)
async def test_tc_e_19_csms_ends_parking_bay(lab: Lab201) -> None:
    transaction = await lab.charging()
    await transaction.stop_authorized()
    await transaction.post_session()
    await lab.status("Available")
    await transaction.event("EVCommunicationLost", info={"chargingState": "Idle"})
    await transaction.ended("EVDeparted", info={"stoppedReason": "Local"})


@case("TC_E_20_CSMS", "it ends when the cable is pulled out at the car", protocol=OCPP201)
async def test_tc_e_20_csms_ends_disconnected_at_car(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.suspended()
    await transaction.left()


@case("TC_E_21_CSMS", "it ends on the operator's stop", "RequestStopTransaction", protocol=OCPP201)
async def test_tc_e_21_csms_ends_remote_stop(lab: Lab201) -> None:
    transaction = await lab.charging()
    wanted = {"transactionId": transaction.transaction_id}
    assert await lab.command("RequestStopTransaction", wanted, {"status": "Accepted"}) == wanted
    assert await transaction.ended("RemoteStop", info={"stoppedReason": "Remote"}) == {}


@case("TC_E_22_CSMS", "it ends when the car takes no more", protocol=OCPP201)
async def test_tc_e_22_csms_ends_suspended_ev(lab: Lab201) -> None:
    transaction = await lab.charging()
    about = {"chargingState": "SuspendedEV", "stoppedReason": "StoppedByEV"}
    await transaction.ended("ChargingStateChanged", info=about)


@case("TC_E_26_CSMS", "it goes on after the cable was pulled out at the car", protocol=OCPP201)
async def test_tc_e_26_csms_goes_on(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.suspended()
    await transaction.event("EVCommunicationLost", info={"chargingState": "Idle"})
    await lab.status("Available")
    await transaction.event("CablePluggedIn", info={"chargingState": "EVConnected"})
    await transaction.charging()


async def reconnect(lab: Lab201) -> None:
    """The connection is lost and comes back; transactions mind it not."""
    running = await lab.running()
    await lab.station.close()
    await lab.station.connect()
    assert await lab.running() == running


async def asked(lab: Lab201, transaction: Transaction | None, **answer: bool) -> None:
    """The operator asks for the state of a transaction, or for waiting messages; the answer is recorded."""
    wanted = {"transactionId": transaction.transaction_id} if transaction else {}
    assert await lab.command(ASK, wanted, answer) == wanted
    assert (await lab.last_command())["answer"]["payload"] == answer


@case("TC_E_29_CSMS", "a transaction runs and messages of it wait", ASK, protocol=OCPP201)
async def test_tc_e_29_csms_ongoing_with_queue(lab: Lab201) -> None:
    transaction = await lab.charging()
    await reconnect(lab)
    await asked(lab, transaction, ongoingIndicator=True, messagesInQueue=True)
    await queued_sample(transaction)


async def queued_sample(transaction: Transaction) -> None:
    told = await transaction.event("MeterValuePeriodic", offline=True, meterValue=meter(METER_START_WH))
    assert told == {}


@case("TC_E_30_CSMS", "a transaction runs and no message of it waits", ASK, protocol=OCPP201)
async def test_tc_e_30_csms_ongoing_without_queue(lab: Lab201) -> None:
    await asked(lab, await lab.charging(), ongoingIndicator=True, messagesInQueue=False)


@case("TC_E_31_CSMS", "a transaction ended and messages of it still come", ASK, protocol=OCPP201)
async def test_tc_e_31_csms_ended_with_queue(lab: Lab201) -> None:
    transaction = await lab.charging()
    session_id = (await transaction.shown())["session_id"]
    await reconnect(lab)
    first, second, last = (next(transaction.sequence) for _ in range(3))
    about: dict[str, Any] = {"chargingState": "Idle"}
    final = meter(METER_START_WH + 1, "Transaction.End")
    await transaction.event("EVCommunicationLost", "Ended", seq=last, offline=True, info=about, meterValue=final)
    assert not await transaction.shown()
    await asked(lab, transaction, ongoingIndicator=False, messagesInQueue=True)
    await transaction.event("StopAuthorized", "Updated", seq=first, offline=True, uid=VALID)
    about = {"chargingState": "EVConnected"}
    await transaction.event("ChargingStateChanged", "Updated", seq=second, offline=True, info=about)
    assert not await transaction.shown()
    await lab.session_settled(session_id, 1)


@case("TC_E_33_CSMS", "messages wait, no transaction is named", ASK, protocol=OCPP201)
async def test_tc_e_33_csms_any_with_queue(lab: Lab201) -> None:
    transaction = await lab.charging()
    await reconnect(lab)
    await asked(lab, None, messagesInQueue=True)
    await queued_sample(transaction)


@case("TC_E_34_CSMS", "no messages wait, no transaction is named", ASK, protocol=OCPP201)
async def test_tc_e_34_csms_any_without_queue(lab: Lab201) -> None:
    await asked(lab, None, messagesInQueue=False)


@case("TC_E_53_CSMS", "every transaction counts its events from 0", protocol=OCPP201)
async def test_tc_e_53_csms_sequence_from_zero(lab: Lab201) -> None:
    for _ in range(2):
        await (await lab.charging()).left()
