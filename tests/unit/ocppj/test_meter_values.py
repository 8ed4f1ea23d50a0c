"""Metered values as real chargers write them: units, phases, commas, NaN, clocks that are not set."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.ocppj.meter_values import Reading, number, plausible_time, readings_2x, readings_16, signed_entries

RECEIVED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def one_16(*samples: dict[str, Any]) -> Reading:
    (reading,) = readings_16([{"timestamp": "2026-11-20T11:59:00Z", "sampledValue": list(samples)}], RECEIVED)
    return reading


def one_2x(*samples: dict[str, Any]) -> Reading:
    (reading,) = readings_2x([{"timestamp": "2026-11-20T11:59:00Z", "sampledValue": list(samples)}], RECEIVED)
    return reading


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("58.57", "58.57"),
        ("12,5", "12.5"),
        (" 7 ", "7"),
        (1015, "1015"),
        (Decimal("1015.2777709960938"), "1015.277771"),
        ("0.30010000000000003", "0.3001"),
        ("1e3", "1000"),
        ("-5", "-5"),
        (0, "0"),
    ],
)
def test_numbers_as_chargers_write_them(value: Any, expected: str) -> None:
    assert number(value) == Decimal(expected)


@pytest.mark.parametrize("value", ["", "NaN", "inf", "-Infinity", "abc", "1,234,5", None, True, [], {}, "1e16", 10**16])
def test_what_is_no_usable_number(value: Any) -> None:
    assert number(value) is None


@given(st.text() | st.floats() | st.integers() | st.decimals() | st.none() | st.booleans())
def test_a_number_is_finite_small_and_storable(value: Any) -> None:
    found = number(value)
    if found is not None:
        assert found.is_finite()
        assert abs(found) < Decimal("1e15")
        exponent = found.as_tuple().exponent
        assert isinstance(exponent, int)
        assert exponent >= -6


# --- times ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T11:00:00Z", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-20T13:00:00+02:00", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-20T13:00:00+02", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-20T11:00:00", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-21T11:59:00Z", datetime(2026, 11, 21, 11, 59, tzinfo=UTC)),
    ],
)
def test_a_plausible_time_is_the_chargers(text: str, expected: datetime) -> None:
    assert plausible_time(text, RECEIVED) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01T00:00:12Z",
        "0001-01-01T00:00:00Z",
        "2009-12-31T23:59:59Z",
        "2026-11-21T12:00:01Z",
        "now",
        "",
        None,
        5,
    ],
)
def test_a_clock_that_is_not_set_gives_the_time_of_receipt(text: Any) -> None:
    assert plausible_time(text, RECEIVED) == RECEIVED


def test_a_sample_dated_1970_is_taken_at_its_receipt() -> None:
    (reading,) = readings_16([{"timestamp": "1970-01-01T00:00:00Z", "sampledValue": [{"value": "1"}]}], RECEIVED)
    assert reading.at == RECEIVED


# --- 1.6 ------------------------------------------------------------------------------------------------------------


def test_absent_fields_have_the_defaults_of_the_standard() -> None:
    reading = one_16({"value": "1500"})
    assert reading == Reading(RECEIVED - timedelta(minutes=1), "Sample.Periodic", energy_wh=Decimal(1500))


def test_every_quantity() -> None:
    reading = one_16(
        {"value": "1.5", "unit": "kWh", "context": "Transaction.Begin"},
        {"value": "11", "unit": "kW", "measurand": "Power.Active.Import"},
        {"value": "16.2", "unit": "A", "measurand": "Current.Import"},
        {"value": "55", "unit": "Percent", "measurand": "SoC"},
        {"value": "230", "unit": "V", "measurand": "Voltage"},
    )
    assert reading.context == "Transaction.Begin"
    assert (reading.energy_wh, reading.power_w) == (Decimal(1500), Decimal(11000))
    assert (reading.current_a, reading.soc_percent) == (Decimal("16.2"), Decimal(55))


def test_phases_are_summed_where_there_is_no_whole() -> None:
    samples = [{"value": "100", "phase": p, "measurand": "Energy.Active.Import.Register"} for p in ("L1", "L2", "L3")]
    assert one_16(*samples).energy_wh == Decimal(300)


def test_a_whole_is_preferred_over_its_phases() -> None:
    samples = [{"value": "100", "phase": "L1"}, {"value": "290"}, {"value": "100", "phase": "L2"}]
    assert one_16(*samples).energy_wh == Decimal(290)


def test_one_phase_is_the_whole_and_the_neutral_is_no_phase() -> None:
    current = {"measurand": "Current.Import", "unit": "A"}
    assert one_16({"value": "16", "phase": "L1-N", **current}, {"value": "3", "phase": "N", **current}).current_a == 16
    assert one_16({"value": "3", "phase": "N", **current}).current_a is None


def test_the_outlet_is_preferred_over_the_inlet() -> None:
    assert one_16({"value": "99", "location": "Inlet"}, {"value": "50", "location": "Outlet"}).energy_wh == 50
    assert one_16({"value": "99", "location": "Inlet"}).energy_wh == 99


def test_interval_measurands_are_no_registers() -> None:
    assert one_16({"value": "5", "measurand": "Energy.Active.Import.Interval"}).energy_wh is None


def test_unreadable_values_are_skipped_and_the_rest_is_kept() -> None:
    reading = one_16(
        {"value": "NaN"}, {"value": "", "measurand": "SoC"}, {"value": "3,5", "measurand": "Current.Import"}
    )
    assert (reading.energy_wh, reading.soc_percent, reading.current_a) == (None, None, Decimal("3.5"))


def test_signed_data_is_passed_on_and_never_read_as_a_number() -> None:
    reading = one_16({"value": "OCMF|{}|{}", "format": "SignedData", "context": "Transaction.End"}, {"value": "9"})
    assert reading.energy_wh == 9
    assert signed_entries(reading.signed) == [{"data": "OCMF|{}|{}"}]


@pytest.mark.parametrize("odd", [None, 5, "x", {"timestamp": 5}, {"sampledValue": None}, {"sampledValue": [None, 5]}])
def test_entries_of_another_shape_do_no_harm(odd: Any) -> None:
    for reading in (*readings_16([odd], RECEIVED), *readings_2x([odd], RECEIVED)):
        assert reading.energy_wh is None


# --- 2.x ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ({}, "12"),
        ({"unit": "Wh"}, "12"),
        ({"unit": "kWh"}, "12000"),
        ({"unit": "Wh", "multiplier": 3}, "12000"),
        ({"unit": "Wh", "multiplier": -1}, "1.2"),
        ({"unit": "kWh", "multiplier": 0}, "12000"),
    ],
)
def test_units_and_multipliers(unit: dict[str, Any], expected: str) -> None:
    assert one_2x({"value": 12, "unitOfMeasure": unit}).energy_wh == Decimal(expected)


@pytest.mark.parametrize("multiplier", [13, -13, 10**9, -(10**9)])
def test_an_absurd_multiplier_makes_the_value_unusable(multiplier: int) -> None:
    assert one_2x({"value": 12, "unitOfMeasure": {"multiplier": multiplier}}).energy_wh is None


def test_a_value_that_its_multiplier_makes_absurd_is_unusable() -> None:
    assert one_2x({"value": 10**9, "unitOfMeasure": {"multiplier": 12}}).energy_wh is None


def test_signed_values_of_2x_ride_beside_their_number() -> None:
    signed = {"signedMeterData": "data", "signingMethod": "", "encodingMethod": "OCMF", "publicKey": "key"}
    reading = one_2x({"value": 5, "signedMeterValue": signed})
    assert reading.energy_wh == 5
    assert signed_entries(reading.signed) == [{"data": "data", "method": "", "encoding": "OCMF", "public_key": "key"}]


def test_without_signed_values_there_is_nothing() -> None:
    assert signed_entries(()) is None
