"""The worked examples of the Tariffs and CDRs modules (OCPI 2.2.1 and 2.3.0), to the cent.

Two places of the text are wrong in themselves and are tested by the rules instead: the Saturday session of the
complex tariff (114 minutes at 1.25 per hour are 2.375, not 2.28), and the alternative-URL tariff, whose table bills
20.45 kWh although the text says that 20.5 kWh are billed.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from csms.domain.charging_periods import ChargingPhase, LedgerPoint, Usage
from csms.domain.tariff import Tariff
from tests.unit.domain.pricing_kit import (
    MONDAY,
    component,
    cost_of,
    element,
    figures,
    limit,
    local,
    session,
    tariff,
)

ENERGY = component("ENERGY", "0.25", "10")
START_FEE = component("FLAT", "0.50", "20")
SIMPLE_ENERGY = tariff(element(ENERGY))
START_AND_ENERGY = tariff(element(START_FEE, ENERGY))
MINIMUM = tariff(element(ENERGY), min_price=limit("0.50", "0.55"))
MAXIMUM = tariff(element(START_FEE, ENERGY), max_price=limit("10", "11"))
PARKING = tariff(element(START_FEE, ENERGY, component("PARKING_TIME", "2", "20", 900)))
PER_HOUR = tariff(element(component("TIME", "2", "10", 60)))
TAX_ON_TOP = tariff(element(component("TIME", "2")), currency="CAD")
TAX_INSIDE = tariff(element(component("TIME", "2.10")), currency="CAD", tax_included="YES")
HOURS_AND_PARKING = tariff(element(component("TIME", "3", "10", 60), component("PARKING_TIME", "5", "20", 300)))
AD_HOC = tariff(element(component("TIME", "1.90", "5.2", 300)), type="AD_HOC_PAYMENT")
CARD_FEE = tariff(element(component("FLAT", "0.40", "25"), component("TIME", "1.90", "5.2", 300)))
HUNDRED_WH = tariff(element(START_FEE, component("ENERGY", "0.25", "10", 100)))
FREE = tariff(element(component("FLAT", "0", None, 0)))


@pytest.mark.parametrize(
    ("priced", "used", "net", "gross"),
    [
        pytest.param(SIMPLE_ENERGY, {"kwh": "20"}, "5.00", "5.50", id="energy"),
        pytest.param(START_AND_ENERGY, {"kwh": "20"}, "5.50", "6.10", id="start-fee"),
        pytest.param(MINIMUM, {"kwh": "20"}, "5.00", "5.50", id="above-minimum"),
        pytest.param(MINIMUM, {"kwh": "1.999"}, "0.50", "0.55", id="below-minimum"),
        pytest.param(MINIMUM, {"kwh": "0"}, "0.50", "0.55", id="minimum-without-energy"),
        pytest.param(PARKING, {"kwh": "20", "parking_minutes": 40}, "7.00", "7.90", id="parking"),
        pytest.param(MAXIMUM, {"kwh": "50"}, "10.00", "11.00", id="above-maximum"),
        pytest.param(MAXIMUM, {"kwh": "30"}, "8.00", "8.85", id="below-maximum"),
        pytest.param(PER_HOUR, {"charging_minutes": 150}, "5.00", "5.50", id="time"),
        pytest.param(PER_HOUR, {"charging_minutes": 150, "parking_minutes": 60}, "5.00", "5.50", id="parking-is-free"),
        pytest.param(TAX_ON_TOP, {"charging_minutes": 150}, "5.00", "5.00", id="unknown-tax-on-top"),
        pytest.param(TAX_INSIDE, {"charging_minutes": 150}, "5.25", "5.25", id="unknown-tax-inside"),
        pytest.param(
            HOURS_AND_PARKING, {"charging_minutes": 150, "parking_minutes": 42}, "11.25", "12.75", id="time-and-parking"
        ),
        pytest.param(AD_HOC, {"charging_minutes": 150}, "4.75", "5.00", id="ad-hoc"),
        pytest.param(CARD_FEE, {"charging_minutes": 150}, "5.15", "5.50", id="card-fee"),
        pytest.param(HUNDRED_WH, {"kwh": "20.45"}, "5.63", "6.24", id="steps-of-100-wh"),
        pytest.param(FREE, {"charging_minutes": 60, "kwh": "30", "parking_minutes": 60}, "0.00", "0.00", id="free"),
    ],
)
def test_simple_tariffs(priced: Tariff, used: dict[str, float], net: str, gross: str) -> None:
    usage = session(**({"charging_minutes": 90} | used))  # type: ignore[arg-type]  # a table of keyword arguments

    assert figures(cost_of(priced, usage)) == (Decimal(net), Decimal(gross))


def test_steps_of_100_wh_follow_the_rule_and_not_the_table() -> None:
    cost = cost_of(HUNDRED_WH, session(charging_minutes=60, kwh="20.45"))

    assert (cost.total.before_taxes, cost.total.gross) == (Decimal("5.625"), Decimal("6.2375"))


WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
COMPLEX = tariff(
    element(component("FLAT", "2.50", "15")),
    element(component("TIME", "1.00", "20", 900), max_current=32.0),
    element(component("TIME", "2.00", "20", 600), min_current=32.0, day_of_week=WEEKDAYS),
    element(component("TIME", "1.25", "20", 600), min_current=32.0, day_of_week=["SATURDAY", "SUNDAY"]),
    element(component("PARKING_TIME", "5", "10", 300), start_time="09:00", end_time="18:00", day_of_week=WEEKDAYS),
    element(component("PARKING_TIME", "6", "10", 300), start_time="10:00", end_time="17:00", day_of_week=["SATURDAY"]),
)


def test_complex_tariff_on_a_monday() -> None:
    usage = session(start=local("2025-03-03T09:30"), charging_minutes=165, parking_minutes=42, kwh="20", amperes="16")

    cost = cost_of(COMPLEX, usage)

    assert (cost.total.before_taxes, cost.total.gross) == (Decimal("9.00"), Decimal("10.30"))
    assert cost.total_fixed is not None
    assert cost.total_fixed.gross == Decimal("2.875")
    assert cost.total_time is not None
    assert cost.total_time.gross == Decimal("3.30")
    assert cost.total_parking is not None
    assert cost.total_parking.gross == Decimal("4.125")


def test_complex_tariff_on_a_saturday_by_the_rules_and_not_by_the_table() -> None:
    usage = session(start=local("2025-03-01T13:30"), charging_minutes=114, parking_minutes=71, kwh="40", amperes="43")

    total = cost_of(COMPLEX, usage).total

    assert (total.before_taxes, total.gross) == (Decimal("12.375"), Decimal("13.975"))


SWITCHING = tariff(
    element(
        component("TIME", "1.20", None, 1800),
        component("PARKING_TIME", "1.00", None, 900),
        start_time="00:00",
        end_time="17:00",
    ),
    element(
        component("TIME", "2.40", None, 900),
        component("PARKING_TIME", "1.00", None, 900),
        start_time="17:00",
        end_time="20:00",
    ),
    element(component("TIME", "2.40", None, 900), start_time="20:00", end_time="00:00"),
)


@pytest.mark.parametrize(
    ("start", "charging", "parking", "net"),
    [("16:55", 10, 2, "0.55"), ("16:35", 35, 0, "1.30"), ("19:40", 12, 20, "0.73")],
)
def test_step_size_when_the_element_changes(start: str, charging: int, parking: int, net: str) -> None:
    usage = session(start=local(f"2025-03-03T{start}"), charging_minutes=charging, parking_minutes=parking)

    assert cost_of(SWITCHING, usage).total.before_taxes == Decimal(net)


FEES = element(START_FEE, ENERGY)
RESERVED_BY_MINUTE = tariff(element(component("TIME", "5", "20", 60), reservation="RESERVATION"), FEES)
RESERVED_WITH_FEE = tariff(
    element(component("FLAT", "2", "20"), component("TIME", "5", "20", 300), reservation="RESERVATION"), FEES
)
EXPIRY_FEE = tariff(
    element(component("FLAT", "4", "20"), reservation="RESERVATION_EXPIRES"),
    element(component("TIME", "2", "20", 600), reservation="RESERVATION"),
    FEES,
)
EXPIRY_TIME = tariff(
    element(component("TIME", "6", "20", 600), reservation="RESERVATION_EXPIRES"),
    element(component("TIME", "3", "20", 600), reservation="RESERVATION"),
    FEES,
)


@pytest.mark.parametrize(
    ("priced", "minutes", "net", "gross"),
    [
        (RESERVED_BY_MINUTE, 15, "6.75", "7.60"),
        (RESERVED_WITH_FEE, 13, "8.75", "10.00"),
        (EXPIRY_FEE, 22, "6.50", "7.30"),
        (EXPIRY_TIME, 22, "7.00", "7.90"),
    ],
)
def test_a_reservation_that_was_used(priced: Tariff, minutes: int, net: str, gross: str) -> None:
    usage = session(charging_minutes=60, kwh="20", reserved_minutes=minutes, reservation="USED")

    assert figures(cost_of(priced, usage)) == (Decimal(net), Decimal(gross))


@pytest.mark.parametrize(
    ("priced", "minutes", "net", "gross"), [(EXPIRY_FEE, 60, "6.00", "7.20"), (EXPIRY_TIME, 90, "9.00", "10.80")]
)
def test_a_reservation_that_expired(priced: Tariff, minutes: int, net: str, gross: str) -> None:
    end = MONDAY + timedelta(minutes=minutes)
    usage = Usage(MONDAY, end, (), (ChargingPhase(MONDAY, end, "RESERVATION"),), "EXPIRED")

    cost = cost_of(priced, usage)

    assert figures(cost) == (Decimal(net), Decimal(gross))
    assert cost.total_reservation == cost.total
    assert cost.total_fixed is None


def ledger(*steps: tuple[float, str]) -> Usage:
    """Charging in steps of (minutes, kWh)."""
    at, energy = MONDAY, Decimal(0)
    points = [LedgerPoint(at, energy)]
    for minutes, kwh in steps:
        at += timedelta(minutes=minutes)
        energy += Decimal(kwh) * 1000
        points.append(LedgerPoint(at, energy))
    return Usage(MONDAY, at, tuple(points), (ChargingPhase(MONDAY, at, "CHARGING"),))


def test_max_power_restrictions() -> None:
    by_power = tariff(
        element(component("ENERGY", "0.20", "20"), max_power=16.0),
        element(component("ENERGY", "0.35", "20"), max_power=32.0),
        element(component("ENERGY", "0.50", "20")),
    )

    cost = cost_of(by_power, ledger((10, "1"), (50, "40"), (7.5, "0.5")))

    assert cost.total.before_taxes == Decimal("20.30")
    assert [line.quantity for line in cost.lines] == [Decimal("1.5"), Decimal(40)]


def test_max_duration_restrictions() -> None:
    by_duration = tariff(
        element(component("ENERGY", "0", "20"), max_duration=1800),
        element(component("ENERGY", "0.25", "20"), max_duration=3600),
        element(component("ENERGY", "0.40", "20")),
    )

    assert cost_of(by_duration, ledger((30, "5"), (10, "1.2"))).total.before_taxes == Decimal("0.30")


@pytest.mark.parametrize(
    ("step", "wh", "net"),
    [
        (1, "115.2", "0.029"),
        (25, "115.2", "0.03125"),
        (25, "101", "0.03125"),
        (500, "1", "0.125"),
        (500, "500", "0.125"),
    ],
)
def test_energy_is_billed_in_steps_of_wh(step: int, wh: str, net: str) -> None:
    priced = tariff(element(component("ENERGY", "0.25", None, step)))

    assert cost_of(priced, ledger((60, str(Decimal(wh) / 1000)))).total.before_taxes == Decimal(net)


def test_energy_step_counts_the_whole_session_and_falls_to_the_last_price() -> None:
    priced = tariff(
        element(component("ENERGY", "0.20", None, 500), end_time="17:00"),
        element(component("ENERGY", "0.27", None, 500)),
    )
    start = local("2025-03-03T16:00")
    points = (
        LedgerPoint(start, Decimal(0)),
        LedgerPoint(start + timedelta(hours=1), Decimal(4300)),
        LedgerPoint(start + timedelta(hours=2), Decimal(5400)),
    )

    cost = cost_of(priced, Usage(start, start + timedelta(hours=2), points))

    assert [(line.component.price, line.quantity) for line in cost.lines] == [
        (Decimal("0.20"), Decimal("4.3")),
        (Decimal("0.27"), Decimal("1.2")),
    ]


def test_time_step_counts_the_whole_session_and_falls_to_the_last_price() -> None:
    priced = tariff(
        element(component("TIME", "5", None, 600), end_time="17:00"), element(component("TIME", "7", None, 600))
    )
    usage = session(start=local("2025-03-03T16:54"), charging_minutes=28)

    assert [line.quantity for line in cost_of(priced, usage).lines] == [6 * 60, 24 * 60]


@pytest.mark.parametrize(
    ("step", "charging", "parking", "billed"), [(600, 21, 16, (21, 20)), (300, 21, 7, (21, 10)), (600, 21, 0, (30,))]
)
def test_only_the_last_kind_of_time_is_rounded_up(
    step: int, charging: int, parking: int, billed: tuple[int, ...]
) -> None:
    priced = tariff(element(component("TIME", "1", None, step), component("PARKING_TIME", "2", None, step)))

    cost = cost_of(priced, session(charging_minutes=charging, parking_minutes=parking))

    assert tuple(line.quantity / 60 for line in cost.lines) == billed
