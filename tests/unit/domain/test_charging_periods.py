"""Segments and charging periods: where a session is cut, and what each part holds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.charging_periods import ChargingPeriod, ChargingPhase, LedgerPoint, Usage
from csms.domain.meter_curve import MeterCurve
from csms.domain.pricing import price_session
from csms.domain.tariff import Tariff
from csms.domain.times import to_microseconds
from tests.unit.domain.pricing_kit import AMSTERDAM, MONDAY, component, element, local, session, tariff

CHEAP, DEAR = component("ENERGY", "0.20"), component("ENERGY", "0.50")


def split_by(**restrictions: Any) -> Tariff:
    """Cheap where the restrictions hold, dear elsewhere."""
    return tariff(element(CHEAP, **restrictions), element(DEAR))


def kwh_by_price(priced: Tariff, usage: Usage, zone: str = AMSTERDAM) -> dict[str, Decimal]:
    lines = price_session(priced, usage, zone).lines
    return {str(line.component.price): line.quantity for line in lines if line.kind == "ENERGY"}


def starts(priced: Tariff, usage: Usage, zone: str = AMSTERDAM) -> list[datetime]:
    return [period.start for period in price_session(priced, usage, zone).periods]


def volumes(period: ChargingPeriod) -> dict[str, Decimal]:
    return {dimension.type: dimension.volume for dimension in period.dimensions}


def points(*samples: tuple[float, float], **extra: list[float | None]) -> tuple[LedgerPoint, ...]:
    """Samples as (minute, Wh), with lists of power or current beside them."""
    built = []
    for index, (minute, energy_wh) in enumerate(samples):
        more = {name: values[index] for name, values in extra.items()}
        read = {name: None if value is None else Decimal(str(value)) for name, value in more.items()}
        built.append(LedgerPoint(MONDAY + timedelta(minutes=minute), Decimal(str(energy_wh)), **read))
    return tuple(built)


def charging(*samples: tuple[float, float], **extra: list[float | None]) -> Usage:
    return Usage(MONDAY, MONDAY + timedelta(minutes=samples[-1][0]), points(*samples, **extra))


def test_a_price_change_starts_a_period_with_the_energy_interpolated() -> None:
    usage = session(start=local("2025-03-03T16:45"), charging_minutes=60, parking_minutes=30, kwh="10")

    periods = price_session(split_by(end_time="17:00"), usage, AMSTERDAM).periods

    assert [period.start for period in periods] == [
        local(f"2025-03-03T{clock}") for clock in ("16:45", "17:00", "17:45")
    ]
    assert [volumes(period) for period in periods] == [
        {"ENERGY": Decimal("2.5"), "TIME": Decimal("0.25")},
        {"ENERGY": Decimal("7.5"), "TIME": Decimal("0.75")},
        {"PARKING_TIME": Decimal("0.5")},
    ]
    assert {period.tariff_id for period in periods} == {"T1"}


def test_where_no_price_changes_there_is_one_period() -> None:
    same = tariff(element(CHEAP, end_time="17:00"), element(CHEAP))
    usage = session(start=local("2025-03-02T16:45"), charging_minutes=3000, kwh="10")

    assert starts(same, usage) == [usage.start]


def test_a_reservation_is_a_period_of_its_own() -> None:
    usage = session(charging_minutes=60, kwh="10", reserved_minutes=30)

    first, second = price_session(split_by(), usage, AMSTERDAM).periods

    assert volumes(first) == {"RESERVATION_TIME": Decimal("0.5")}
    assert volumes(second) == {"ENERGY": Decimal(10), "TIME": Decimal(1)}


def test_energy_that_flows_while_parking_is_counted() -> None:
    usage = Usage(
        MONDAY,
        MONDAY + timedelta(minutes=60),
        points((0, 0), (60, 600)),
        (ChargingPhase(MONDAY + timedelta(minutes=30), MONDAY + timedelta(minutes=60), "PARKING"),),
    )

    cost = price_session(split_by(), usage, AMSTERDAM)

    assert [volumes(period)["ENERGY"] for period in cost.periods] == [Decimal("0.3"), Decimal("0.3")]
    assert cost.parking_seconds == 1800


def test_time_without_a_phase_or_with_two_kinds_is_charging() -> None:
    ten, twenty, thirty = (MONDAY + timedelta(minutes=minutes) for minutes in (10, 20, 30))
    usage = Usage(
        MONDAY,
        thirty,
        (),
        (ChargingPhase(ten, thirty, "PARKING"), ChargingPhase(ten, twenty, "CHARGING")),
    )

    cost = price_session(split_by(), usage, AMSTERDAM)

    assert [(period.start, period.dimensions[-1].type) for period in cost.periods] == [
        (MONDAY, "TIME"),
        (twenty, "PARKING_TIME"),
    ]


@pytest.mark.parametrize(
    ("restrictions", "cheap"),
    [
        ({"min_kwh": 4}, "6"),
        ({"max_kwh": 4}, "4"),
        ({"min_kwh": 2.5, "max_kwh": 4}, "1.5"),
        ({"min_kwh": 10}, None),
        ({"max_kwh": 10}, "10"),
        ({"min_kwh": 0}, "10"),
        ({"min_duration": 900}, "7.5"),
        ({"max_duration": 900}, "2.5"),
        ({"min_duration": 900, "max_duration": 1800}, "2.5"),
        ({"min_duration": 3600}, None),
    ],
)
def test_energy_and_duration_count_from_the_start_of_the_session(
    restrictions: dict[str, Any], cheap: str | None
) -> None:
    usage = charging((0, 123_456), (20, 123_456 + 10_000 / 3), (60, 133_456))

    assert abs(kwh_by_price(split_by(**restrictions), usage).get("0.20", Decimal(0)) - Decimal(cheap or 0)) < Decimal(
        "1E-6"
    )


def test_an_energy_threshold_is_met_exactly() -> None:
    usage = charging((0, 0), (7, 10_000), (11, 17_001))

    assert kwh_by_price(split_by(max_kwh=Decimal("3.333")), usage) == {
        "0.20": Decimal("3.333"),
        "0.50": Decimal("13.668"),
    }


def test_energy_at_a_standstill_on_the_threshold_has_reached_it() -> None:
    priced = tariff(element(component("PARKING_TIME", "6"), min_kwh=10))

    cost = price_session(priced, session(charging_minutes=60, parking_minutes=10, kwh="10"), AMSTERDAM)

    assert cost.total.gross == 1


@pytest.mark.parametrize(
    ("restrictions", "cheap"),
    [
        ({"start_time": "22:00", "end_time": "06:00"}, "8"),
        ({"start_time": "06:00", "end_time": "22:00"}, "16"),
        ({"start_time": "18:00", "end_time": "00:00"}, "6"),
        ({"start_time": "18:00"}, "6"),
        ({"end_time": "06:00"}, "6"),
        ({"end_time": "00:00"}, "24"),
        ({"start_time": "07:00", "end_time": "07:00"}, "24"),
        ({"day_of_week": ["TUESDAY"]}, "12"),
        ({"day_of_week": ["TUESDAY"], "start_time": "22:00", "end_time": "06:00"}, "6"),
        ({"day_of_week": ["WEDNESDAY", "SUNDAY"]}, None),
        ({"start_date": "2025-03-04"}, "12"),
        ({"end_date": "2025-03-04"}, "12"),
        ({"start_date": "2025-03-03", "end_date": "2025-03-05"}, "24"),
        ({"start_date": "2025-03-05"}, None),
    ],
)
def test_local_time_of_day_date_and_weekday(restrictions: dict[str, Any], cheap: str | None) -> None:
    """From Monday noon to Tuesday noon, one kWh an hour."""
    usage = session(start=local("2025-03-03T12:00"), charging_minutes=24 * 60, kwh="24")

    assert kwh_by_price(split_by(**restrictions), usage).get("0.20") == (None if cheap is None else Decimal(cheap))


@pytest.mark.parametrize(
    ("day", "zone", "restrictions", "hours"),
    [
        ("2025-03-30", "Europe/Amsterdam", {"end_time": "06:00"}, 5),
        ("2025-10-26", "Europe/Amsterdam", {"end_time": "06:00"}, 7),
        ("2025-03-30", "Europe/Amsterdam", {"start_time": "02:30", "end_time": "04:00"}, 1),
        ("2025-03-30", "Europe/Amsterdam", {"start_time": "01:00", "end_time": "02:30"}, 1),
        ("2025-03-30", "Europe/Amsterdam", {"start_time": "02:00", "end_time": "03:00"}, 0),
        ("2025-10-26", "Europe/Amsterdam", {"start_time": "02:00", "end_time": "03:00"}, 2),
        ("2025-10-26", "Europe/Amsterdam", {"start_time": "02:30", "end_time": "04:00"}, 2),
        ("2025-04-06", "Australia/Lord_Howe", {"start_time": "01:00", "end_time": "02:00"}, 1.5),
        ("2025-10-05", "Australia/Lord_Howe", {"start_time": "01:00", "end_time": "03:00"}, 1.5),
    ],
)
def test_days_on_which_the_clock_is_changed(day: str, zone: str, restrictions: dict[str, Any], hours: float) -> None:
    usage = session(start=local(f"{day}T00:00", zone), charging_minutes=600, kwh="10")

    assert kwh_by_price(split_by(**restrictions), usage, zone).get("0.20", 0) == Decimal(str(hours))


def test_the_time_zone_decides_when_it_is_night() -> None:
    usage = session(start=datetime(2025, 3, 3, 12, tzinfo=UTC), charging_minutes=60, kwh="10")
    night = split_by(start_time="22:00", end_time="06:00")

    assert kwh_by_price(night, usage, "America/Los_Angeles") == {"0.20": Decimal(10)}
    assert kwh_by_price(night, usage, "Europe/Amsterdam") == {"0.50": Decimal(10)}


def test_an_unknown_time_zone_matters_only_where_local_time_does() -> None:
    usage = session(charging_minutes=60, kwh="10")

    assert kwh_by_price(split_by(max_kwh=99), usage, "Mars/Olympus") == {"0.20": Decimal(10)}
    for name in ("Mars/Olympus", "../../etc/passwd", "Europe", ""):
        with pytest.raises(ValueError, match="unknown time zone"):
            kwh_by_price(split_by(end_time="17:00"), usage, name)


def test_sampled_power_is_interpolated_between_samples() -> None:
    usage = charging((0, 0), (10, 1000), (20, 3000), power_w=[10_000, 10_000, 30_000])
    priced = split_by(max_power=15)

    assert kwh_by_price(priced, usage) == {"0.20": Decimal("1.5"), "0.50": Decimal("1.5")}
    assert [volumes(period) for period in price_session(priced, usage, AMSTERDAM).periods] == [
        {"ENERGY": Decimal("1.5"), "TIME": Decimal("0.2083333333333333333333333333"), **between(10, 15)},
        {"ENERGY": Decimal("1.5"), "TIME": Decimal("0.125"), **between(15, 30)},
    ]


def between(low: int, high: int) -> dict[str, Decimal]:
    return {"MIN_POWER": Decimal(low), "MAX_POWER": Decimal(high)}


def test_without_sampled_power_the_register_tells_it() -> None:
    usage = charging((0, 0), (10, 1000), (20, 6000), (30, 7000))

    assert kwh_by_price(split_by(max_power=15), usage) == {"0.20": Decimal(2), "0.50": Decimal(5)}


def test_missing_power_is_that_of_the_sample_before_and_at_first_of_the_one_after() -> None:
    usage = charging((0, 0), (10, 1000), (20, 2000), (30, 3000), power_w=[None, 10_000, None, None])

    assert kwh_by_price(split_by(max_power=10), usage) == {"0.50": Decimal(3)}
    assert kwh_by_price(split_by(min_power=10), usage) == {"0.20": Decimal(3)}


def test_power_that_leaves_the_threshold_is_below_it_from_there() -> None:
    usage = charging((0, 0), (10, 1000), (20, 2000), power_w=[11_000, 11_000, 5_000])

    assert kwh_by_price(split_by(min_power=11), usage) == {"0.20": Decimal(1), "0.50": Decimal(1)}


@pytest.mark.parametrize(
    ("restrictions", "cheap"),
    [({"min_current": 16}, "2"), ({"max_current": 16}, "1"), ({"min_current": 16, "max_current": 32}, "1")],
)
def test_current_is_the_sum_over_the_phases(restrictions: dict[str, Any], cheap: str) -> None:
    usage = charging((0, 0), (10, 1000), (20, 2000), (30, 3000), current_a=[0, 16, 32, 48])

    cost = price_session(split_by(**restrictions), usage, AMSTERDAM)

    assert kwh_by_price(split_by(**restrictions), usage)["0.20"] == Decimal(cheap)
    assert "MAX_CURRENT" in volumes(cost.periods[0])


def test_without_any_current_none_flows() -> None:
    usage = charging((0, 0), (10, 1000))

    assert kwh_by_price(split_by(max_current=6), usage) == {"0.20": Decimal(1)}


@pytest.mark.parametrize("samples", [(), ((5, 700),)])
def test_a_ledger_without_two_registers_has_no_energy(samples: tuple[tuple[float, float], ...]) -> None:
    usage = Usage(MONDAY, MONDAY + timedelta(minutes=10), points(*samples))

    cost = price_session(split_by(max_power=5, max_current=6, min_kwh=0), usage, AMSTERDAM)

    assert cost.energy_wh == 0
    assert volumes(cost.periods[0])["MAX_POWER"] == 0


def test_one_sample_with_power_tells_the_power_of_the_session() -> None:
    priced = tariff(element(component("TIME", "6"), min_power=10), element(component("TIME", "1")))
    usage = Usage(MONDAY, MONDAY + timedelta(minutes=10), points((5, 700), power_w=[11_000]))

    assert price_session(priced, usage, AMSTERDAM).total.gross == 1


def test_a_register_that_steps_back_stands_still() -> None:
    usage = charging((0, 500), (10, 1500), (20, 0), (30, 1400), (40, 2500))

    assert price_session(split_by(), usage, AMSTERDAM).energy_wh == 2000


def test_two_samples_of_one_instant_count_as_one() -> None:
    low, high, late = (to_microseconds(MONDAY + timedelta(minutes=minute)) for minute in (0, 10, 20))
    curve = MeterCurve(points((0, 0), (10, 900), (10, 1000), (20, 2000), power_w=[None, 7000, None, None]))

    assert [curve.energy_at(at) for at in (low, high, late)] == [0, 1000, 2000]
    assert curve.power().at(high) == 7000


@pytest.mark.parametrize("powers", [[5000, 9000], [9000, 5000]])
def test_of_two_powers_of_one_instant_the_higher_counts(powers: list[float | None]) -> None:
    curve = MeterCurve(points((10, 0), (10, 0), power_w=powers))

    assert curve.power().at(curve.times[0]) == 9000


def test_a_reservation_ends_when_the_session_starts() -> None:
    minute = timedelta(minutes=1)
    phases = (ChargingPhase(MONDAY - 10 * minute, MONDAY + 5 * minute, "RESERVATION"),)

    cost = price_session(split_by(), Usage(MONDAY, MONDAY + 10 * minute, (), phases), AMSTERDAM)

    assert [cost.reservation_seconds, cost.session_seconds] == [600, 600]


def test_samples_outside_the_session_only_shape_its_ends() -> None:
    usage = Usage(MONDAY + timedelta(minutes=5), MONDAY + timedelta(minutes=15), points((0, 0), (10, 1000), (20, 2000)))

    assert price_session(split_by(), usage, AMSTERDAM).energy_wh == 1000


def test_a_session_of_days_is_cut_at_each_boundary() -> None:
    usage = session(start=local("2025-03-03T12:00"), charging_minutes=3 * 24 * 60, kwh="72")

    assert kwh_by_price(split_by(start_time="22:00", end_time="06:00"), usage) == {
        "0.20": Decimal(24),
        "0.50": Decimal(48),
    }
    assert len(starts(split_by(start_time="22:00", end_time="06:00"), usage)) == 7
