"""1.6: reservations of a connector and of a charge point."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.lab import GROUP, VALID, VALID2, now
from tests.conformance.registry import OCPP16, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e
RESERVE, CANCEL = "ReserveNow", "CancelReservation"


async def reserve(lab: Lab16, status: str = "Accepted", connector_id: int = 1, **more: Any) -> int:
    """Reserve for the valid card; the reservation's id."""
    wanted = {"connectorId": connector_id, "expiryDate": now(600), "idTag": VALID, "reservationId": 46, **more}
    assert await lab.command(RESERVE, wanted, {"status": status}) == wanted
    assert await states(lab) == ["ACTIVE" if status == "Accepted" else "REJECTED"]
    reservation_id: int = wanted["reservationId"]
    return reservation_id


async def states(lab: Lab16) -> list[str]:
    return [row["state"] for row in await lab.rows("reservations")]


@case("TC_046_CSMS", "a connector is reserved and used", RESERVE, protocol=OCPP16)
async def test_tc_046_csms_reserved_and_used(lab: Lab16) -> None:
    reservation_id = await reserve(lab)
    await lab.status("Reserved")
    transaction_id = await lab.charging(reservationId=reservation_id)
    assert await states(lab) == ["USED"]
    assert await lab.stop(transaction_id) == {}


@case("TC_047_CSMS", "a reservation that nobody uses in time", RESERVE, protocol=OCPP16)
async def test_tc_047_csms_reservation_expires(lab: Lab16) -> None:
    await reserve(lab, expiryDate=now(2))
    await lab.status("Reserved")
    await asyncio.sleep(2)
    await lab.status("Available")
    assert await states(lab) == ["EXPIRED"]


@case("TC_048_1_CSMS", "a reservation of a connector that is faulted", RESERVE, protocol=OCPP16)
async def test_tc_048_1_csms_reserve_faulted(lab: Lab16) -> None:
    await reserve(lab, "Faulted")


@case("TC_048_2_CSMS", "a reservation of a connector that is occupied", RESERVE, protocol=OCPP16)
async def test_tc_048_2_csms_reserve_occupied(lab: Lab16) -> None:
    await lab.status("Preparing")
    await reserve(lab, "Occupied")


@case(
    "TC_048_3_CSMS",
    "a reservation of a connector that is out of service",
    RESERVE,
    "ChangeAvailability",
    protocol=OCPP16,
)
async def test_tc_048_3_csms_reserve_unavailable(lab: Lab16) -> None:
    wanted = {"connectorId": 1, "type": "Inoperative"}
    assert await lab.command("ChangeAvailability", wanted, {"status": "Accepted"}) == wanted
    await lab.status("Unavailable")
    await reserve(lab, "Unavailable")


@case("TC_048_4_CSMS", "a reservation that the charge point rejects", RESERVE, protocol=OCPP16)
async def test_tc_048_4_csms_reserve_rejected(lab: Lab16) -> None:
    await reserve(lab, "Rejected")


@case("TC_049_CSMS", "a reservation of the whole charge point", RESERVE, protocol=OCPP16)
async def test_tc_049_csms_reserve_charge_point(lab: Lab16) -> None:
    reservation_id = await reserve(lab, connector_id=0)
    await lab.status("Reserved")
    await lab.charging(connector_id=2, reservationId=reservation_id)
    assert await states(lab) == ["USED"]


@case("TC_051_CSMS", "a reservation is cancelled", RESERVE, CANCEL, protocol=OCPP16)
async def test_tc_051_csms_cancel(lab: Lab16) -> None:
    reservation_id = await reserve(lab)
    await lab.status("Reserved")
    wanted = {"reservationId": reservation_id}
    assert await lab.command(CANCEL, wanted, {"status": "Accepted"}) == wanted
    assert await states(lab) == ["CANCELLED"]
    await lab.status("Available")


@case("TC_052_CSMS", "the cancelling of a reservation that is not there", RESERVE, CANCEL, protocol=OCPP16)
async def test_tc_052_csms_cancel_unknown(lab: Lab16) -> None:
    reservation_id = await reserve(lab)
    await lab.status("Reserved")
    wanted = {"reservationId": reservation_id + 1}
    assert await lab.command(CANCEL, wanted, {"status": "Rejected"}) == wanted
    assert await states(lab) == ["ACTIVE"]
    assert (await lab.shown_status(1))["status"] == "Reserved"


@case("TC_053_CSMS", "a card of the same group uses and ends what was reserved", RESERVE, protocol=OCPP16)
async def test_tc_053_csms_same_group(lab: Lab16) -> None:
    reservation_id = await reserve(lab, parentIdTag=GROUP)
    await lab.status("Reserved")
    transaction_id = await lab.charging(reservationId=reservation_id)
    assert await lab.authorize(VALID2) == {"status": "Accepted", "parentIdTag": GROUP}
    stopped = await lab.stop(transaction_id, idTag=VALID2)
    assert stopped["idTagInfo"] == {"status": "Accepted", "parentIdTag": GROUP}
    await lab.status("Finishing")
