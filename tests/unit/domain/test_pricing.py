"""The cost rules one by one: taxes, limits, fees, the parts of a cost, running cost and the margin of the limit."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.charging_periods import ChargingPhase, LedgerPoint, Usage
from csms.domain.money import Price, TaxAmount
from csms.domain.pricing import price_session, running_cost, stop_margin
from tests.unit.domain.pricing_kit import (
    AMSTERDAM,
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

ENERGY = component("ENERGY", "0.50", "19")
FEE_AND_ENERGY = tariff(element(component("FLAT", "1", "19"), ENERGY))


@pytest.mark.parametrize(
    ("tax_included", "net", "tax"), [("NO", "10", "1.9"), ("YES", "8.403361344537815126050420168", "1.59664")]
)
def test_vat_is_added_or_taken_out(tax_included: str, net: str, tax: str) -> None:
    total = cost_of(tariff(element(ENERGY), tax_included=tax_included), session(charging_minutes=60, kwh="20")).total

    assert total.before_taxes == Decimal(net)
    assert total.tax.quantize(Decimal("0.00001")) == Decimal(tax)
    assert [(line.name, line.percentage) for line in total.taxes] == [("VAT", Decimal(19))]


@pytest.mark.parametrize(
    ("vat", "tax_included", "taxes"),
    [
        ("19", "N/A", ()),
        (None, "NO", ()),
        (None, "YES", ()),
        ("0", "NO", (TaxAmount("VAT", Decimal(0), Decimal(0)),)),
    ],
)
def test_no_rate_means_no_tax_line_but_zero_is_a_rate(
    vat: str | None, tax_included: str, taxes: tuple[TaxAmount, ...]
) -> None:
    priced = tariff(element(component("ENERGY", "0.50", vat)), tax_included=tax_included)

    assert cost_of(priced, session(charging_minutes=60, kwh="20")).total == Price(Decimal(10), taxes)


def test_taxes_are_summed_per_rate() -> None:
    priced = tariff(element(component("FLAT", "1", "20"), ENERGY, component("TIME", "1", "19")))

    total = cost_of(priced, session(charging_minutes=60, kwh="20")).total

    assert total.taxes == (
        TaxAmount("VAT", Decimal(20), Decimal("0.2")),
        TaxAmount("VAT", Decimal(19), Decimal("2.09")),
    )


def capped(**fields: Any) -> tuple[Decimal, Decimal]:
    """Net and gross of a session of 20 net and 23.80 gross."""
    rate = fields.pop("vat", "19")
    priced = tariff(element(component("ENERGY", "0.50", rate)), **fields)
    total = cost_of(priced, session(charging_minutes=60, kwh="40")).total
    assert sum(line.amount for line in total.taxes) == total.gross - total.before_taxes
    return total.before_taxes, total.gross


@pytest.mark.parametrize(
    ("limits", "net", "gross"),
    [
        pytest.param({"max_price": limit("15", "16")}, "15", "16", id="both"),
        pytest.param({"max_price": limit("15", "99")}, "15", "23.80", id="net-only-bites"),
        pytest.param({"max_price": limit("20", "22")}, "20", "22", id="gross-only-bites"),
        pytest.param({"max_price": limit("15")}, "15", "23.80", id="net-does-not-cap-gross"),
        pytest.param({"min_price": limit("30", "40")}, "30", "40", id="minimum"),
        pytest.param({"min_price": limit("30", "30")}, "30", "35.70", id="tax-follows-a-raised-net"),
        pytest.param({"min_price": limit("30")}, "30", "35.70", id="minimum-before-taxes"),
        pytest.param({"min_price": limit("20", "25")}, "20", "25", id="minimum-after-taxes"),
        pytest.param({"max_price": limit("15", "16"), "vat": None}, "15", "15", id="no-rate-known"),
        pytest.param(
            {"max_price": limit("15", "16"), "vat": None, "tax_included": "YES"}, "16", "16", id="unknown-tax-inside"
        ),
        pytest.param({"max_price": limit("15"), "vat": None, "tax_included": "YES"}, "15", "15", id="inside-net-limit"),
        pytest.param({"max_price": limit("15"), "tax_included": "N/A"}, "15", "15", id="no-taxes"),
        pytest.param({"min_price": limit("25"), "tax_included": "N/A"}, "25", "25", id="minimum-without-taxes"),
    ],
)
def test_limits_hold_before_and_after_taxes_independently(limits: dict[str, Any], net: str, gross: str) -> None:
    assert capped(**limits) == (Decimal(net), Decimal(gross))


def test_a_minimum_without_usage_carries_the_tax_of_the_only_rate() -> None:
    one = tariff(element(ENERGY), min_price=limit("1", "1.19"))
    two = tariff(element(ENERGY, component("TIME", "1", "7")), min_price=limit("1", "1.19"))
    nothing = session()

    assert cost_of(one, nothing).total.taxes == (TaxAmount("VAT", Decimal(19), Decimal("0.19")),)
    assert cost_of(two, nothing).total.taxes == (TaxAmount("VAT", None, Decimal("0.19")),)


def test_a_zero_rate_takes_the_tax_that_a_limit_states() -> None:
    priced = tariff(element(component("ENERGY", "0.50", "0")), min_price=limit("1", "1.10"))

    total = cost_of(priced, session(charging_minutes=1, kwh="1")).total

    assert total.taxes == (TaxAmount("VAT", Decimal(0), Decimal("0.10")),)


def test_energy_beyond_the_maximum_price_is_free_and_still_measured() -> None:
    priced = tariff(element(ENERGY), max_price=limit("10", "11.90"))

    cost = cost_of(priced, session(charging_minutes=60, kwh="40"))

    assert cost.total.gross == Decimal("11.90")
    assert cost.unlimited.gross == Decimal("23.80")
    assert cost.energy_wh == 40_000


def test_flat_is_due_once_where_it_first_applies() -> None:
    priced = tariff(
        element(component("FLAT", "2"), start_time="17:00"), element(component("FLAT", "1"), start_time="18:00")
    )
    evening = session(start=local("2025-03-03T16:50"), charging_minutes=180)
    morning = session(start=local("2025-03-03T09:00"), charging_minutes=180)

    assert cost_of(priced, evening).total.gross == 2
    assert cost_of(priced, morning).total_fixed is None


def test_a_session_without_duration_owes_its_fee() -> None:
    assert figures(cost_of(FEE_AND_ENERGY, session())) == (Decimal("1.00"), Decimal("1.19"))


def test_the_fee_can_be_waived_when_no_energy_came() -> None:
    priced = tariff(element(component("FLAT", "1"), ENERGY, component("PARKING_TIME", "6")), min_price=limit("5"))
    nothing = session(parking_minutes=10)
    something = session(charging_minutes=1, kwh="0.001")

    waived = price_session(priced, nothing, AMSTERDAM, fee_without_energy=False)

    assert waived.total.gross == Decimal(1)
    assert waived.total_fixed is None
    assert price_session(priced, something, AMSTERDAM, fee_without_energy=False).total.gross >= 5


def test_an_expired_reservation_owes_no_minimum_price() -> None:
    priced = tariff(element(component("FLAT", "1"), reservation="RESERVATION"), min_price=limit("5"))
    end = MONDAY + timedelta(minutes=10)
    reserved = (ChargingPhase(MONDAY, end, "RESERVATION"),)

    assert cost_of(priced, Usage(MONDAY, end, (), reserved, "EXPIRED")).total.gross == 1
    assert cost_of(priced, Usage(MONDAY, end, (), reserved, "USED")).total.gross == 5


def test_a_dimension_that_the_expiry_lacks_falls_through_to_the_reservation() -> None:
    priced = tariff(
        element(component("FLAT", "1"), component("TIME", "6"), reservation="RESERVATION"),
        element(component("TIME", "12"), reservation="RESERVATION_EXPIRES"),
    )
    end = MONDAY + timedelta(minutes=10)

    cost = cost_of(priced, Usage(MONDAY, end, (), (ChargingPhase(MONDAY, end, "RESERVATION"),), "EXPIRED"))

    assert cost.total_reservation == Price(Decimal(3))


def test_reservation_prices_never_apply_to_the_session_nor_the_other_way() -> None:
    priced = tariff(element(component("TIME", "6"), reservation="RESERVATION"), element(component("FLAT", "1")))

    plain = cost_of(priced, session(charging_minutes=60))
    reserved = cost_of(priced, session(charging_minutes=60, reserved_minutes=10))

    assert plain.total.gross == 1
    assert (plain.total_time, plain.total_reservation) == (None, None)
    assert reserved.total_reservation == Price(Decimal(1))
    assert reserved.total.gross == 2


def test_a_reservation_may_be_the_beginning_of_the_session() -> None:
    priced = tariff(
        element(component("TIME", "6"), reservation="RESERVATION"),
        element(component("TIME", "1"), min_duration=600),
    )
    before = session(charging_minutes=60, reserved_minutes=10)
    inside = Usage(before.start - timedelta(minutes=10), before.end, before.points, before.phases, "USED")

    assert cost_of(priced, inside) == cost_of(priced, before)
    assert cost_of(priced, inside).session_seconds == 3600


def test_the_parts_of_a_cost() -> None:
    priced = tariff(
        element(component("FLAT", "2"), component("TIME", "6"), reservation="RESERVATION"),
        element(component("FLAT", "1"), ENERGY, component("TIME", "2"), component("PARKING_TIME", "4")),
    )

    cost = cost_of(priced, session(charging_minutes=30, parking_minutes=15, kwh="10", reserved_minutes=10))

    parts = (cost.total_fixed, cost.total_energy, cost.total_time, cost.total_parking, cost.total_reservation)
    assert [part.before_taxes if part else None for part in parts] == [1, 5, 1, 1, 3]
    assert sum(part.gross for part in parts if part) == cost.total.gross
    assert [cost.session_seconds, cost.parking_seconds, cost.reservation_seconds] == [2700, 900, 600]
    assert cost.currency == "EUR"


def test_what_nothing_prices_is_none_and_what_is_priced_at_zero_is_zero() -> None:
    cost = cost_of(tariff(element(component("ENERGY", "0"))), session(charging_minutes=60, kwh="10"))

    assert cost.total == cost.total_energy == Price(Decimal(0))
    assert cost.total_time is None


def test_rounding_happens_once_at_the_end() -> None:
    priced = tariff(*(element(component("ENERGY", "0.001"), max_kwh=kwh) for kwh in range(1, 11)))

    cost = cost_of(priced, session(charging_minutes=60, kwh="10"))

    assert cost.total.gross == Decimal("0.010")
    assert cost.rounded().total.gross == Decimal("0.01")


def test_yen_have_no_decimals() -> None:
    cost = cost_of(tariff(element(component("ENERGY", "30.5")), currency="JPY"), session(charging_minutes=5, kwh="3"))

    assert str(cost.rounded().total.gross) == "92"


def test_rounding_covers_every_price() -> None:
    rounded = cost_of(FEE_AND_ENERGY, session(charging_minutes=7, kwh="1.237")).rounded()

    prices = [rounded.total, rounded.unlimited, rounded.total_fixed, rounded.total_energy]
    prices += [line.price for line in rounded.lines]
    assert all(price is not None and price.before_taxes.as_tuple().exponent == -2 for price in prices)


def test_step_size_ignores_time_that_nothing_prices() -> None:
    priced = tariff(element(component("TIME", "6", None, 600)), element(component("PARKING_TIME", "9"), min_kwh=99))

    cost = cost_of(priced, session(charging_minutes=11, parking_minutes=7))

    assert [line.quantity for line in cost.lines] == [1200]


def test_the_step_of_energy_is_that_of_the_last_price_under_which_energy_flowed() -> None:
    priced = tariff(element(component("ENERGY", "1", None, 1000), end_time="17:00"), element(component("ENERGY", "9")))
    usage = session(start=local("2025-03-03T16:00"), charging_minutes=60, parking_minutes=60, kwh="1.5")

    assert cost_of(priced, usage).total.gross == 2


def test_charging_after_parking_makes_charging_the_last_time() -> None:
    priced = tariff(element(component("TIME", "6", None, 600), component("PARKING_TIME", "6", None, 600)))
    times = [MONDAY + timedelta(minutes=minutes) for minutes in (0, 5, 12, 15)]
    kinds = ("CHARGING", "PARKING", "CHARGING")
    phases = tuple(ChargingPhase(times[i], times[i + 1], kind) for i, kind in enumerate(kinds))  # type: ignore[arg-type]  # the literals above

    cost = cost_of(priced, Usage(times[0], times[3], (), phases))

    assert {line.kind: line.quantity for line in cost.lines} == {"TIME": 600, "PARKING": 420}


def test_running_cost_lasts_until_now_in_the_phase_begun_last() -> None:
    priced = tariff(element(component("TIME", "6"), component("PARKING_TIME", "12")))
    usage = session(charging_minutes=10, parking_minutes=1)

    cost = running_cost(priced, usage, AMSTERDAM, MONDAY + timedelta(minutes=20))

    assert cost.total.gross == 1 + 2


def test_running_cost_counts_a_sample_newer_than_now() -> None:
    usage = session(charging_minutes=10, kwh="10")

    assert running_cost(FEE_AND_ENERGY, usage, AMSTERDAM, MONDAY) == cost_of(FEE_AND_ENERGY, usage)


def test_running_cost_needs_neither_samples_nor_phases() -> None:
    priced = tariff(element(component("TIME", "6")))

    assert running_cost(priced, Usage(MONDAY, MONDAY), AMSTERDAM, MONDAY + timedelta(hours=1)).total.gross == 6


def charging_at(power_w: str | None, minutes: int = 10) -> Usage:
    """11 kWh per hour on the register, with or without a sampled power at the end."""
    end = MONDAY + timedelta(minutes=minutes)
    sampled = None if power_w is None else Decimal(power_w)
    points = (LedgerPoint(MONDAY, Decimal(700)), LedgerPoint(end, Decimal(700 + 11_000 * minutes // 60), sampled))
    return Usage(MONDAY, end, points, (ChargingPhase(MONDAY, end, "CHARGING"),))


@pytest.mark.parametrize(("power_w", "margin"), [("22000", "0.2182"), (None, "0.1091"), ("0", "0")])
def test_the_margin_is_one_interval_at_present_power_with_taxes(power_w: str | None, margin: str) -> None:
    found = stop_margin(FEE_AND_ENERGY, charging_at(power_w), 60)

    assert abs(found - Decimal(margin)) < Decimal("0.001")


def test_the_margin_of_a_session_without_samples_is_its_time() -> None:
    priced = tariff(element(component("TIME", "6", "10")))

    assert stop_margin(priced, Usage(MONDAY, MONDAY), 600) == Decimal("1.1")


def test_the_margin_sees_limits_steps_and_price_changes() -> None:
    hidden = tariff(element(ENERGY), min_price=limit("50"), max_price=limit("1", "1.19"))
    stepped = tariff(element(component("TIME", "6", None, 600)))
    dearer = tariff(element(component("TIME", "60"), start_time="10:40"), element(component("TIME", "6")))

    assert stop_margin(hidden, charging_at("11000"), 60) > Decimal("0.1")
    assert stop_margin(stepped, session(charging_minutes=10), 60) == 1
    assert stop_margin(stepped, session(charging_minutes=11), 60) == 0
    assert stop_margin(dearer, session(charging_minutes=10), 60, time_zone=AMSTERDAM) == 1


def test_the_margin_is_never_negative() -> None:
    cheaper = tariff(
        element(component("TIME", "6", None, 1800), max_duration=600), element(component("TIME", "6", None, 1))
    )

    assert stop_margin(cheaper, session(charging_minutes=10), 60) == 0


def test_the_frame_path_can_afford_a_price() -> None:
    points = tuple(
        LedgerPoint(MONDAY + timedelta(minutes=minute), Decimal(183 * minute), Decimal(11_000)) for minute in range(60)
    )
    usage = Usage(MONDAY, MONDAY + timedelta(hours=1), points)

    def seconds(used: Usage) -> float:
        started = time.process_time()
        for _ in range(20):
            price_session(FEE_AND_ENERGY, used, AMSTERDAM)
        return (time.process_time() - started) / 20

    assert min(seconds(usage) for _ in range(5)) < 0.001
