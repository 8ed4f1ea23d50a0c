"""2.0.1 C: cards, the authorisation cache, groups, the master pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.lab import BLOCKED, EXPIRED, GROUP, MASTER, MASTER_GROUP, UNKNOWN, VALID, VALID2
from tests.conformance.registry import OCPP201, case

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
CLEAR = "ClearCache"
NOBODY = frozenset({"Invalid", "Unknown"})


@case("TC_C_02_CSMS", "a card that nobody knows", protocol=OCPP201)
async def test_tc_c_02_csms_unknown_card(lab: Lab201) -> None:
    assert (await lab.authorize(UNKNOWN))["status"] in NOBODY


@case("TC_C_06_CSMS", "a card that is blocked", protocol=OCPP201)
async def test_tc_c_06_csms_blocked_card(lab: Lab201) -> None:
    assert (await lab.authorize(BLOCKED))["status"] == "Blocked"


@case("TC_C_07_CSMS", "a card whose time is over", protocol=OCPP201)
async def test_tc_c_07_csms_expired_card(lab: Lab201) -> None:
    assert (await lab.authorize(EXPIRED))["status"] == "Expired"


@case("TC_C_08_CSMS", "a card that the station has in its cache", protocol=OCPP201)
async def test_tc_c_08_csms_cached_card(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.plugged_in()
    assert (await transaction.event("Authorized", uid=VALID))["idTokenInfo"]["status"] == "Accepted"
    assert (await transaction.shown())["evse_id"] == 1


@case("TC_C_20_CSMS", "a card that only the station's cache still knows", protocol=OCPP201)
async def test_tc_c_20_csms_cached_card_unknown(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.plugged_in()
    assert (await transaction.event("Authorized", uid=UNKNOWN))["idTokenInfo"]["status"] in NOBODY


@case("TC_C_37_CSMS", "the station's cache of cards is cleared", CLEAR, protocol=OCPP201)
async def test_tc_c_37_csms_clear_cache(lab: Lab201) -> None:
    assert await lab.command(CLEAR, {}, {"status": "Accepted"}) == {}


@case("TC_C_38_CSMS", "the station does not clear its cache of cards", CLEAR, protocol=OCPP201)
async def test_tc_c_38_csms_clear_cache_rejected(lab: Lab201) -> None:
    assert await lab.command(CLEAR, {}, {"status": "Rejected"}) == {}


@case("TC_C_39_CSMS", "a card of the same group ends the transaction", protocol=OCPP201)
async def test_tc_c_39_csms_same_group(lab: Lab201) -> None:
    group = {"idToken": GROUP, "type": "Central"}
    transaction = lab.transaction()
    await transaction.plugged_in()
    assert (await lab.authorize(VALID2))["groupIdToken"] == group
    assert (await transaction.authorized(VALID))["groupIdToken"] == group
    await transaction.energy()
    assert await lab.authorize(VALID2) == {"status": "Accepted", "groupIdToken": group}
    assert (await transaction.stop_authorized(VALID2))["groupIdToken"] == group
    await transaction.post_session()
    await transaction.disconnected()


async def ended_by_master_pass(lab: Lab201, *evses: int) -> None:
    """Two transactions run; the master pass ends those on `evses`."""
    running = [await lab.charging(1, VALID), await lab.charging(2, VALID2)]
    info = await lab.authorize(MASTER)
    assert info == {"status": "Accepted", "groupIdToken": {"idToken": MASTER_GROUP, "type": "Central"}}
    for transaction in running:
        if transaction.evse_id in evses:
            told = await transaction.ended("StopAuthorized", uid=MASTER, info={"stoppedReason": "MasterPass"})
            assert told["idTokenInfo"] == info
    assert {row["evse_id"] for row in await lab.running()} == {1, 2} - set(evses)


@case("TC_C_47_CSMS", "the master pass ends every transaction", protocol=OCPP201)
async def test_tc_c_47_csms_master_pass_all(lab: Lab201) -> None:
    await ended_by_master_pass(lab, 1, 2)


@case("TC_C_48_CSMS", "the master pass ends one transaction", protocol=OCPP201)
async def test_tc_c_48_csms_master_pass_one(lab: Lab201) -> None:
    await ended_by_master_pass(lab, 1)


@case("TC_C_49_CSMS", "the master pass where the station has no display", protocol=OCPP201)
async def test_tc_c_49_csms_master_pass_without_display(lab: Lab201) -> None:
    await ended_by_master_pass(lab, 1, 2)
