"""2.0.1 J: meter values by the clock and by the interval, in and outside transactions, signed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.lab201 import EVSES, METER_START_WH, METER_STOP_WH, Lab201, meter
from tests.conformance.registry import OCPP201, case
from tests.conformance.v201.test_e_transactions import SIGNED_VALUE

pytestmark = pytest.mark.e2e


async def by_the_clock(lab: Lab201, *evses: int) -> None:
    for evse_id in evses:
        values = {"evseId": evse_id, "meterValue": meter(METER_START_WH, "Sample.Clock")}
        assert await lab.station.call("MeterValues", values) == {}


@case("TC_J_01_CSMS", "values by the clock where nothing runs", "NotifyEvent", protocol=OCPP201)
async def test_tc_j_01_csms_clock_idle(lab: Lab201) -> None:
    for _ in range(3):
        await by_the_clock(lab, 0, *EVSES)
    await lab.notify("FiscalMetering", "EnergyImport", str(METER_START_WH), "Periodic", evse={"id": 1})


@case("TC_J_02_CSMS", "values by the clock in a transaction", protocol=OCPP201)
async def test_tc_j_02_csms_clock_in_transaction(lab: Lab201) -> None:
    transaction = await lab.charging()
    for _ in range(3):
        await by_the_clock(lab, 0, 2)
        values = meter(METER_START_WH, "Sample.Clock")
        assert await transaction.event("MeterValueClock", meterValue=values) == {}
    assert await transaction.shown()


async def ends_with(lab: Lab201, context: str, **more: Any) -> None:
    """The end of a transaction brings its samples; the last one counts."""
    transaction = await lab.charging()
    await transaction.stop_authorized()
    await transaction.post_session()
    samples = [*meter(METER_START_WH, context, **more), *meter(METER_STOP_WH, "Transaction.End", **more)]
    await transaction.disconnected(samples)


@case("TC_J_03_CSMS", "values by the clock at the end", protocol=OCPP201)
async def test_tc_j_03_csms_clock_at_end(lab: Lab201) -> None:
    await ends_with(lab, "Sample.Clock")


@case("TC_J_04_CSMS", "signed values by the clock at the end", protocol=OCPP201)
async def test_tc_j_04_csms_clock_signed(lab: Lab201) -> None:
    await ends_with(lab, "Sample.Clock", signedMeterValue=SIGNED_VALUE)


@case("TC_J_07_CSMS", "a value at the start, the EVSE is known", protocol=OCPP201)
async def test_tc_j_07_csms_begin_with_evse(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.plugged_in()
    assert (await transaction.shown())["meter_start_wh"] == METER_START_WH


@case("TC_J_08_CSMS", "a value at the start, the EVSE is not known yet", protocol=OCPP201)
async def test_tc_j_08_csms_begin_without_evse(lab: Lab201) -> None:
    transaction = lab.transaction()
    await transaction.authorized()
    await transaction.plugged_in()
    await transaction.energy()
    await transaction.left()


@case("TC_J_09_CSMS", "values by the interval in a transaction", protocol=OCPP201)
async def test_tc_j_09_csms_sampled(lab: Lab201) -> None:
    transaction = await lab.charging()
    for _ in range(3):
        assert await transaction.event("MeterValuePeriodic", meterValue=meter(METER_START_WH)) == {}
    assert await transaction.shown()


@case("TC_J_10_CSMS", "values by the interval at the end", protocol=OCPP201)
async def test_tc_j_10_csms_sampled_at_end(lab: Lab201) -> None:
    await ends_with(lab, "Sample.Periodic")


@case("TC_J_11_CSMS", "signed values by the interval at the end", protocol=OCPP201)
async def test_tc_j_11_csms_sampled_signed(lab: Lab201) -> None:
    await ends_with(lab, "Sample.Periodic", signedMeterValue=SIGNED_VALUE)
