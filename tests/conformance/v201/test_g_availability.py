"""2.0.1 G: taking EVSEs, connectors and the station out of service and back; faults of connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.registry import OCPP201, case

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
CHANGE = "ChangeAvailability"
STATION: dict[str, Any] = {}
EVSE = {"evse": {"id": 1}}
CONNECTOR = {"evse": {"id": 1, "connectorId": 1}}


async def change(lab: Lab201, what: dict[str, Any], state: str, status: str = "Accepted") -> None:
    wanted = {"operationalStatus": state, **what}
    assert await lab.command(CHANGE, wanted, {"status": status}) == wanted


async def out_and_back(lab: Lab201, what: dict[str, Any], *, back: bool) -> None:
    evses = (1,) if what else (1, 2)
    await change(lab, what, "Inoperative")
    for evse_id in evses:
        await lab.status("Unavailable", evse_id)
    if back:
        await change(lab, what, "Operative")
        for evse_id in evses:
            await lab.status_by_event("Available", evse_id)


@case("TC_G_03_CSMS", "an EVSE is taken out of service", CHANGE, protocol=OCPP201)
async def test_tc_g_03_csms_evse_out(lab: Lab201) -> None:
    await out_and_back(lab, EVSE, back=False)
    assert (await lab.shown_status(2))["status"] == "Available"


@case("TC_G_04_CSMS", "an EVSE comes back into service", CHANGE, protocol=OCPP201)
async def test_tc_g_04_csms_evse_back(lab: Lab201) -> None:
    await out_and_back(lab, EVSE, back=True)


@case("TC_G_05_CSMS", "the station is taken out of service", CHANGE, protocol=OCPP201)
async def test_tc_g_05_csms_station_out(lab: Lab201) -> None:
    await out_and_back(lab, STATION, back=False)


@case("TC_G_06_CSMS", "the station comes back into service", CHANGE, protocol=OCPP201)
async def test_tc_g_06_csms_station_back(lab: Lab201) -> None:
    await out_and_back(lab, STATION, back=True)


@case("TC_G_07_CSMS", "a connector is taken out of service", CHANGE, protocol=OCPP201)
async def test_tc_g_07_csms_connector_out(lab: Lab201) -> None:
    await out_and_back(lab, CONNECTOR, back=False)


@case("TC_G_08_CSMS", "a connector comes back into service", CHANGE, protocol=OCPP201)
async def test_tc_g_08_csms_connector_back(lab: Lab201) -> None:
    await out_and_back(lab, CONNECTOR, back=True)


async def after_transaction(lab: Lab201, what: dict[str, Any]) -> None:
    """The change waits for the transaction's end; what is not in use goes out of service at once."""
    transaction = await lab.charging()
    await change(lab, what, "Inoperative", "Scheduled")
    if not what:
        await lab.status("Unavailable", 2)
    assert await transaction.shown()
    await transaction.left()
    await lab.status("Unavailable", 1)


@case("TC_G_11_CSMS", "an EVSE goes out of service after its transaction", CHANGE, protocol=OCPP201)
async def test_tc_g_11_csms_evse_scheduled(lab: Lab201) -> None:
    await after_transaction(lab, EVSE)


@case("TC_G_14_CSMS", "the station goes out of service after its transaction", CHANGE, protocol=OCPP201)
async def test_tc_g_14_csms_station_scheduled(lab: Lab201) -> None:
    await after_transaction(lab, STATION)


@case("TC_G_17_CSMS", "a connector goes out of service after its transaction", CHANGE, protocol=OCPP201)
async def test_tc_g_17_csms_connector_scheduled(lab: Lab201) -> None:
    await after_transaction(lab, CONNECTOR)


@case("TC_G_20_CSMS", "the lock of a connector fails", "NotifyEvent", protocol=OCPP201)
async def test_tc_g_20_csms_lock_failure(lab: Lab201) -> None:
    await lab.notify("ConnectorPlugRetentionLock", "Problem", "true", evse={"id": 1, "connectorId": 1})
    assert await lab.running() == []
