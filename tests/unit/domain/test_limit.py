from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.limit import metering_seconds, running_cost, stop_due
from csms.domain.times import format_time
from csms.domain.transaction import entry, event_key, sample_key

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENERGY_AND_FEE: dict[str, Any] = {
    "id": "T1",
    "currency": "EUR",
    "tax_included": "NO",
    "elements": [
        {
            "price_components": [
                {"type": "FLAT", "price": Decimal("1.00"), "vat": Decimal(20), "step_size": 1},
                {"type": "ENERGY", "price": Decimal("0.50"), "vat": Decimal(20), "step_size": 1},
            ]
        }
    ],
}
PARKING_ONLY = {
    "id": "T2",
    "currency": "EUR",
    "tax_included": "NO",
    "elements": [{"price_components": [{"type": "PARKING_TIME", "price": Decimal(6), "step_size": 1}]}],
}


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def ledger(*samples: tuple[float, int], power_w: int | None = 12_000) -> dict[str, Any]:
    found = {}
    for minutes, register in samples:
        context = "Sample.Periodic" if minutes else "Transaction.Begin"
        power = None if power_w is None else Decimal(power_w)
        found[sample_key(at(minutes), context)] = entry(
            at(minutes), context=context, energy_wh=Decimal(register), power_w=power
        )
    return found


def transaction(entries: dict[str, Any], limit: str | None = "10.00", **facts: Any) -> dict[str, Any]:
    return {
        "state": "open",
        "started_at": format_time(START),
        "meter_start_wh": Decimal(5000),
        "ledger": entries,
        "tariff": ENERGY_AND_FEE,
        "currency": "EUR",
        "time_zone": "Europe/Amsterdam",
        "limit_amount": None if limit is None else Decimal(limit),
        **facts,
    }


# 12 kW for a minute is 0.2 kWh, 0.10 net, 0.12 gross: the margin. The fee is 1.20 gross.


def test_far_from_the_limit_nothing_is_due_and_the_cost_is_told() -> None:
    check = stop_due(transaction(ledger((0, 5000), (1, 5200), (2, 5400))), at(2))
    assert check is not None
    assert not check
    assert check.cost.total.gross == Decimal("1.44")
    assert check.margin == Decimal("0.12")


@pytest.mark.parametrize(("limit", "due"), [("1.57", False), ("1.56", True), ("1.55", True), ("0.50", True)])
def test_the_stop_is_due_when_one_more_interval_would_reach_the_limit(limit: str, due: bool) -> None:
    check = stop_due(transaction(ledger((0, 5000), (1, 5200), (2, 5400)), limit), at(2))
    assert check is not None
    assert bool(check) is check.due is due


def test_a_slower_meter_gets_a_wider_margin() -> None:
    slow = stop_due(transaction(ledger((0, 5000), (15, 8000), (30, 11_000))), at(30))
    assert slow is not None
    assert slow.margin == Decimal("1.80")


def test_without_power_samples_the_last_two_registers_tell_the_power() -> None:
    check = stop_due(transaction(ledger((0, 5000), (1, 5200), (2, 5500), power_w=None)), at(2))
    assert check is not None
    assert check.margin == Decimal("0.18")


def test_a_lifetime_register_counts_from_the_start() -> None:
    entries = ledger((0, 9_000_000), (1, 9_000_200))
    check = stop_due(transaction(entries, meter_start_wh=Decimal(9_000_000)), at(1))
    assert check is not None
    assert check.cost.energy_wh == 200


def test_a_2x_transaction_has_its_begin_in_the_ledger() -> None:
    begin = entry(START, context="Transaction.Begin", energy_wh=Decimal(700), seq=0, ev="S")
    later = entry(at(6), energy_wh=Decimal(1700), seq=1, ev="U")
    entries = {
        event_key(1, "Updated", at(6), "MeterValuePeriodic"): later,
        event_key(0, "Started", START, "Authorized"): begin,
    }
    check = stop_due(transaction(entries, meter_start_wh=None), at(6))
    assert check is not None
    assert check.cost.energy_wh == 1000


def test_parking_costs_run_on_without_samples() -> None:
    parked = {"S|1": {"t": format_time(at(10)), "x": "P", "st": "SuspendedEV"}}
    cost = running_cost(transaction(ledger((0, 5000)) | parked, tariff=PARKING_ONLY), at(30))
    assert cost is not None
    assert cost.total.gross == Decimal(2)


def test_a_charger_whose_clock_is_ahead_is_priced_up_to_its_newest_sample() -> None:
    parked = {"S|1": {"t": format_time(at(10)), "x": "P", "st": "SuspendedEV"}}
    cost = running_cost(transaction(ledger((0, 5000), (70, 5000)) | parked, tariff=PARKING_ONLY), at(10))
    assert cost is not None
    assert cost.parking_seconds == 3600


@pytest.mark.parametrize(
    "facts",
    [
        {"limit_amount": None},
        {"tariff": None},
        {"tariff": {"id": "T", "currency": "EUR"}},
        {"tariff": {**ENERGY_AND_FEE, "elements": [{"price_components": [{"type": "ENERGY"}]}]}},
        {"started_at": "yesterday"},
        {"ledger": {"M|1": {"x": "P", "wh": Decimal(1)}}},
        {"ledger": {"M|1": {"t": "2026-03-02T09:00:00.000Z", "wh": "many"}}},
        {"ledger": None},
        {"limit_amount": "ten"},
    ],
)
def test_what_cannot_be_said_is_none_and_never_an_error(facts: dict[str, Any]) -> None:
    assert stop_due(transaction(ledger((0, 5000), (1, 5200))) | facts, at(2)) is None


def test_an_unknown_time_zone_with_local_prices_is_none() -> None:
    night = {**ENERGY_AND_FEE["elements"][0], "restrictions": {"start_time": "22:00", "end_time": "06:00"}}
    odd = transaction(ledger((0, 5000)), tariff={**ENERGY_AND_FEE, "elements": [night]}, time_zone="Mars/Olympus")
    assert stop_due(odd, at(1)) is None
    assert running_cost(odd, at(1)) is None


def test_a_transaction_without_a_tariff_has_no_running_cost() -> None:
    assert running_cost(transaction(ledger((0, 5000)), tariff=None), at(1)) is None


def test_an_empty_ledger_costs_the_fee() -> None:
    check = stop_due(transaction({}), at(1))
    assert check is not None
    assert check.cost.total.gross == Decimal("1.20")


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [((), 60), ((0,), 60), ((0, 0.25, 0.5, 0.75), 15), ((0, 1, 2, 30, 31, 32), 60), ((0, 120), 900), ((0, 0.001), 1)],
)
def test_the_metering_interval_is_read_from_the_ledger(minutes: tuple[float, ...], seconds: float) -> None:
    assert metering_seconds(ledger(*((m, 5000) for m in minutes))) == pytest.approx(seconds)
