from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.simulators import ChargerSimulator16
from tests.e2e.simulators.tiny_csms import TinyCsms, tiny_csms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(20)]


@pytest.fixture
async def csms() -> AsyncIterator[TinyCsms]:
    async with tiny_csms("ocpp1.6") as server:
        yield server


async def test_tells_a_whole_session_with_exact_energy(csms: TinyCsms) -> None:
    async with ChargerSimulator16(csms.url, "CP 1", "secret", time_scale=0, meter_start_wh=5000) as charger:
        assert await charger.boot() == "Accepted"
        await charger.plug_in()
        assert await charger.tap("04AABB")
        await charger.pass_time(1200)
        await charger.tap("04AABB")
        await charger.unplug()
        assert charger.display_kwh() == 3.666
    assert csms.credentials == ["CP 1:secret"]
    assert csms.actions() == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
        "StatusNotification",
        "Authorize",
        "StartTransaction",
        "StatusNotification",
        *["MeterValues"] * 20,
        "StopTransaction",
        "StatusNotification",
        "StatusNotification",
    ]
    statuses = [said["status"] for said in csms.said("StatusNotification") if said["connectorId"] == 1]
    assert statuses == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    assert csms.said("StartTransaction")[0]["meterStart"] == 5000
    stop = csms.said("StopTransaction")[0]
    assert (stop["meterStop"], stop["reason"], stop["transactionId"], stop["idTag"]) == (8666, "Local", 101, "04AABB")
    contexts = [value["sampledValue"][0]["context"] for value in stop["transactionData"]]
    assert contexts == ["Transaction.Begin", "Transaction.End"]
