"""1.6 core: boot, sessions at the charger, the authorisation cache, cards that are not accepted, faults, power loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.lab import BLOCKED, EXPIRED, UNKNOWN, VALID, is_now, now
from tests.conformance.registry import OCPP16, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e


@case("TC_001_CSMS", "a charge point boots and keeps itself alive", protocol=OCPP16, boots=False)
async def test_tc_001_csms_cold_boot(lab: Lab16) -> None:
    await lab.station.connect()
    await lab.boot()
    record = await lab.record()
    assert record["boot"]["vendor"] == "Conformance"
    assert record["boot"]["firmware_version"] == "1.0"
    assert record["connection"]["connected"]
    for _ in range(2):
        assert is_now((await lab.station.call("Heartbeat", {}))["currentTime"])
    assert is_now((await lab.record())["connection"]["last_seen_at"])


@case("TC_003_CSMS", "the cable first, then the card", protocol=OCPP16)
async def test_tc_003_csms_plug_in_first(lab: Lab16) -> None:
    await lab.status("Preparing")
    await lab.authorized()
    assert (await lab.start())["idTagInfo"]["status"] == "Accepted"
    await lab.status("Charging")


@case("TC_004_1_CSMS", "the card first, then the cable", protocol=OCPP16)
async def test_tc_004_1_csms_identification_first(lab: Lab16) -> None:
    await lab.charging()


@case("TC_004_2_CSMS", "a card is presented and no cable follows in time", protocol=OCPP16)
async def test_tc_004_2_csms_no_cable_in_time(lab: Lab16) -> None:
    await lab.authorized()
    await lab.status("Preparing")
    await lab.status("Available")
    assert await lab.running() == []


@case("TC_005_1_CSMS", "the cable is pulled at the car and the transaction stops", protocol=OCPP16)
async def test_tc_005_1_csms_unplugged_at_the_car(lab: Lab16) -> None:
    transaction_id = await lab.charging()
    await lab.status("SuspendedEV")
    assert await lab.stop(transaction_id, "EVDisconnected") == {}
    await lab.status("Finishing")
    await lab.status("Available")


@case("TC_007_CSMS", "a card that the charger has in its cache starts without an Authorize", protocol=OCPP16)
async def test_tc_007_csms_cached_card(lab: Lab16) -> None:
    await lab.status("Preparing")
    assert (await lab.start())["idTagInfo"]["status"] == "Accepted"
    await lab.status("Charging")


@case("TC_061_CSMS", "the charger's cache of cards is cleared", "ClearCache", protocol=OCPP16)
async def test_tc_061_csms_clear_cache(lab: Lab16) -> None:
    assert await lab.command("ClearCache", {}, {"status": "Accepted"}) == {}


@case("TC_023_1_CSMS", "a card that nobody knows", protocol=OCPP16)
async def test_tc_023_1_csms_unknown_card(lab: Lab16) -> None:
    assert await lab.authorize(UNKNOWN) == {"status": "Invalid"}


@case("TC_023_2_CSMS", "a card whose time is over", protocol=OCPP16)
async def test_tc_023_2_csms_expired_card(lab: Lab16) -> None:
    assert (await lab.authorize(EXPIRED))["status"] == "Expired"


@case("TC_023_3_CSMS", "a card that is blocked", protocol=OCPP16)
async def test_tc_023_3_csms_blocked_card(lab: Lab16) -> None:
    assert (await lab.authorize(BLOCKED))["status"] == "Blocked"


@case("TC_024_CSMS", "the lock of a connector fails before the start", protocol=OCPP16)
async def test_tc_024_csms_lock_failure(lab: Lab16) -> None:
    await lab.authorized()
    await lab.status("Preparing")
    await lab.status("Faulted", error_code="ConnectorLockFailure")
    assert await lab.running() == []


@case("TC_032_1_CSMS", "after a power failure the charge point stops what ran", protocol=OCPP16)
async def test_tc_032_1_csms_power_failure(lab: Lab16) -> None:
    transaction_id = await lab.charging()
    await lab.station.close()
    await lab.station.connect()
    await lab.boot()
    await lab.status("Finishing")
    assert [row["transaction_id"] for row in await lab.running()] == [str(transaction_id)]
    assert await lab.stop(transaction_id, "PowerLoss") == {}


@case("TC_037_1_CSMS", "a transaction that began while there was no connection", protocol=OCPP16)
async def test_tc_037_1_csms_offline_start(lab: Lab16) -> None:
    await lab.station.close()
    began = now(-60)
    await lab.station.connect()
    assert (await lab.start(timestamp=began))["idTagInfo"]["status"] == "Accepted"
    await lab.status("Charging")
    assert [row["started_at"] for row in await lab.running()] == [began]


@case("TC_037_3_CSMS", "a card that turns out to be unknown after an offline start", protocol=OCPP16)
async def test_tc_037_3_csms_offline_start_unknown_card(lab: Lab16) -> None:
    await lab.station.close()
    began = now(-60)
    await lab.station.connect()
    answer = await lab.start(UNKNOWN, timestamp=began)
    assert answer["idTagInfo"]["status"] == "Invalid"
    await lab.status("Charging")
    await lab.stop(answer["transactionId"], "DeAuthorized", review="energy-without-authorisation")
    await lab.status("Finishing")


@case("TC_039_CSMS", "a transaction that began and ended while there was no connection", protocol=OCPP16)
async def test_tc_039_csms_offline_transaction(lab: Lab16) -> None:
    await lab.station.close()
    began, ended = now(-60), now(-30)
    await lab.station.connect()
    answer = await lab.start(timestamp=began)
    assert answer["idTagInfo"]["status"] == "Accepted"
    stopped = await lab.stop(answer["transactionId"], "Local", timestamp=ended, idTag=VALID)
    assert stopped["idTagInfo"]["status"] == "Accepted"


@case("TC_064_CSMS", "a message of a vendor that is not known here", "DataTransfer", protocol=OCPP16)
async def test_tc_064_csms_unknown_vendor(lab: Lab16) -> None:
    sent = {"vendorId": "org.example.conformance", "messageId": "Question", "data": "42"}
    answer = await lab.station.call("DataTransfer", sent)
    assert answer["status"] in {"Rejected", "UnknownMessageId", "UnknownVendorId"}
    assert await lab.events("DataTransfer") == [sent]
