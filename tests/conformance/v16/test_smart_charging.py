"""1.6: charging profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.lab import VALID, now
from tests.conformance.registry import OCPP16, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e
SET, CLEAR, COMPOSITE, START = (
    "SetChargingProfile", "ClearChargingProfile", "GetCompositeSchedule", "RemoteStartTransaction",
)  # fmt: skip
ACCEPTED = {"status": "Accepted"}


def profile(purpose: str, kind: str = "Absolute", level: int = 0, number: int = 1, **more: Any) -> dict[str, Any]:
    """A profile of one period that allows 6 A."""
    schedule: dict[str, Any] = {
        "duration": 3600,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
    }
    if kind == "Absolute":
        schedule["startSchedule"] = now()
        more = {"validFrom": now(), "validTo": now(86400)} | more
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
        **more,
    }


async def set_profile(lab: Lab16, given: dict[str, Any]) -> None:
    wanted = {"connectorId": 1, "csChargingProfiles": given}
    assert await lab.command(SET, wanted, ACCEPTED) == wanted


@case("TC_056_CSMS", "a default schedule for new transactions", SET, protocol=OCPP16)
async def test_tc_056_csms_default_profile(lab: Lab16) -> None:
    await set_profile(lab, profile("TxDefaultProfile"))


@case("TC_057_CSMS", "a schedule for the transaction that runs", SET, protocol=OCPP16)
async def test_tc_057_csms_transaction_profile(lab: Lab16) -> None:
    transaction_id = await lab.charging()
    await set_profile(lab, profile("TxProfile", "Relative", transactionId=transaction_id))


@case("TC_066_CSMS", "the schedule that follows from all profiles", COMPOSITE, protocol=OCPP16)
async def test_tc_066_csms_composite_schedule(lab: Lab16) -> None:
    wanted = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}], "duration": 300}
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": now(), "chargingSchedule": schedule}
    assert await lab.command(COMPOSITE, wanted, answer) == wanted
    assert (await lab.last_command())["answer"]["payload"] == answer


@case("TC_067_CSMS", "profiles are cleared by id, by criteria and all of them", SET, CLEAR, protocol=OCPP16)
async def test_tc_067_csms_clear_profiles(lab: Lab16) -> None:
    for level in range(3):
        await set_profile(lab, profile("TxDefaultProfile", level=level, number=level + 1))
    wanted: dict[str, Any]
    for wanted in (
        {"id": 1},
        {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1},
        {},
    ):
        assert await lab.command(CLEAR, wanted, ACCEPTED) == wanted


@case("TC_059_CSMS", "a remote start with a schedule", START, SET, protocol=OCPP16)
async def test_tc_059_csms_remote_start_with_profile(lab: Lab16) -> None:
    wanted = {"idTag": VALID, "connectorId": 1, "chargingProfile": profile("TxProfile", "Relative")}
    assert await lab.command(START, wanted, ACCEPTED) == wanted
    await lab.charging()
