"""Pricing compared with a second implementation that walks through the session minute by minute."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from csms.domain.charging_periods import ChargingPhase, LedgerPoint, Usage
from csms.domain.pricing import price_session
from tests.unit.domain import pricing_oracle as oracle
from tests.unit.domain.pricing_kit import component, element, tariff

# Days with and without a switch of the clock (in Lord Howe by half an hour), and zones with odd offsets.
STARTS = [
    ("Europe/Amsterdam", datetime(2025, 3, 29, 20, 0, tzinfo=UTC)),
    ("Europe/Amsterdam", datetime(2025, 10, 25, 20, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2025, 4, 5, 10, 0, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2025, 6, 1, 15, 13, tzinfo=UTC)),
    ("America/St_Johns", datetime(2025, 12, 31, 23, 7, tzinfo=UTC)),
    ("UTC", datetime(2024, 2, 29, 22, 58, tzinfo=UTC)),
]
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
WH_PER_MINUTE = 200

prices = st.sampled_from(["0.25", "0.4567", "3", "7.1"])
rates = st.sampled_from([None, "0", "10", "19"])
steps = st.sampled_from([0, 1, 7, 60, 300, 900])
clocks = st.sampled_from(["00:00", "00:30", "02:00", "02:15", "02:30", "03:00", "06:00", "17:45", "22:00", "23:59"])
dates = st.sampled_from(["2025-03-30", "2025-10-26", "2025-04-06", "2026-01-01", "2024-03-01"])
currents = st.sampled_from([6, 16, 32])


def components(kinds: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.builds(component, st.sampled_from(kinds), prices, rates, steps)
    return st.lists(one, min_size=1, max_size=3)


thresholds = st.integers(0, 60).map(lambda ticks: Decimal(ticks * WH_PER_MINUTE) / 1000)
durations = st.integers(0, 20).map(lambda ticks: ticks * 600)
# One theme per tariff, so that its elements compete on the same ground.
THEMES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "clock": {"start_time": clocks, "end_time": clocks},
    "calendar": {
        "end_time": clocks,
        "start_date": dates,
        "end_date": dates,
        "day_of_week": st.lists(st.sampled_from(DAYS), min_size=1, max_size=4),
    },
    "duration": {"min_duration": durations, "max_duration": durations, "start_time": clocks},
    "current": {"min_current": currents, "max_current": currents},
    "power": {"min_power": st.sampled_from([5, 12, 12.06]), "max_power": st.sampled_from([6, 12, 30])},
    "energy": {"min_kwh": thresholds, "max_kwh": thresholds, "end_time": clocks},
}


def restrictions(theme: str) -> st.SearchStrategy[dict[str, Any]]:
    choices = THEMES[theme]
    names = st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=2, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: choices[name] for name in chosen}))


def elements(theme: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    parts = components(["FLAT", "ENERGY", "ENERGY", "TIME", "PARKING_TIME"])
    session = st.builds(lambda priced, limits: element(*priced, **limits), parts, restrictions(theme))
    always = st.builds(lambda priced: element(*priced), parts)
    reserved = st.builds(
        lambda priced, kind: element(*priced, reservation=kind),
        components(["FLAT", "TIME"]),
        st.sampled_from(["RESERVATION", "RESERVATION_EXPIRES"]),
    )
    return st.tuples(
        st.lists(session, min_size=1, max_size=4), st.lists(always, max_size=1), st.lists(reserved, max_size=2)
    ).map(lambda lists: [*lists[2], *lists[0], *lists[1]])


themes = st.sampled_from(sorted(THEMES))
blocks = st.lists(
    st.tuples(st.sampled_from(["CHARGING", "CHARGING", "PARKING"]), st.integers(1, 90)), min_size=1, max_size=5
)


def usage_of(start: datetime, kinds: list[str], energies: list[int], current_a: int, outcome: Any) -> Usage:
    at, phases = start, []
    for kind, run in groupby(kinds):
        end = at + len(list(run)) * oracle.MINUTE
        phases.append(ChargingPhase(at, end, kind))  # type: ignore[arg-type]  # kinds come from the strategies above
        at = end
    points, register = [LedgerPoint(start, Decimal(5000), current_a=Decimal(current_a))], 5000
    for index, energy in enumerate(energies):
        register += energy
        points.append(LedgerPoint(start + (index + 1) * oracle.MINUTE, Decimal(register)))
    shuffled = random.Random(0).sample(points, len(points)) + points[::3]  # noqa: S311 - a shuffle, no secret
    return Usage(start, at, tuple(shuffled), tuple(reversed(phases)), outcome)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(data=st.data(), place=st.sampled_from(STARTS), taxes=st.sampled_from(["YES", "NO", "N/A"]))
def test_pricing_agrees_with_walking_minute_by_minute(
    data: st.DataObject, place: tuple[str, datetime], taxes: str
) -> None:
    zone, start = place
    theme = data.draw(themes)
    priced = tariff(*data.draw(elements(theme)), tax_included=taxes)
    outcome = data.draw(st.sampled_from([None, "USED", "EXPIRED"]))
    kinds = ["RESERVATION"] * (0 if outcome is None else data.draw(st.integers(1, 90)))
    if outcome != "EXPIRED":
        kinds += [kind for kind, minutes in data.draw(blocks) for _ in range(minutes)]
    charging = data.draw(st.sampled_from([100, 200, 201, 600])) if theme == "power" else WH_PER_MINUTE
    energies = [charging if kind == "CHARGING" else 0 for kind in kinds]
    current_a = data.draw(st.sampled_from([0, 6, 20, 32]))

    cost = price_session(priced, usage_of(start, kinds, energies, current_a, outcome), zone)

    walked = oracle.minutes_of(start, kinds, energies, zone, current_a)
    net, gross = oracle.price(priced, walked, outcome or "USED")
    assert abs(Fraction(cost.total.before_taxes) - net) < Fraction(1, 10**15)
    assert abs(Fraction(cost.total.gross) - gross) < Fraction(1, 10**15)
    assert cost.energy_wh == sum(energies)
    assert cost.session_seconds == 60 * (len(kinds) - kinds.count("RESERVATION"))
    assert cost.parking_seconds == 60 * kinds.count("PARKING")
    assert cost.reservation_seconds == 60 * kinds.count("RESERVATION")


@settings(max_examples=40, derandomize=True, deadline=None)
@given(data=st.data(), place=st.sampled_from(STARTS))
def test_cost_never_falls_while_the_session_goes_on(data: st.DataObject, place: tuple[str, datetime]) -> None:
    zone, start = place
    parts = data.draw(themes.filter(lambda theme: theme != "power").flatmap(elements))
    for part in parts:
        for one in part["price_components"]:
            one["step_size"] = 0
    priced = tariff(*parts)
    kinds = [kind for kind, minutes in data.draw(blocks) for _ in range(minutes)]
    energies = [WH_PER_MINUTE if kind == "CHARGING" else 0 for kind in kinds]
    usage = usage_of(start, kinds, energies, 16, None)

    ends = [start + timedelta(seconds=seconds) for seconds in range(0, len(kinds) * 60, 397)] + [usage.end]
    costs = [
        price_session(priced, Usage(start, end, usage.points, usage.phases), zone).total.before_taxes for end in ends
    ]

    assert all(later - earlier >= Decimal("-1E-15") for earlier, later in pairwise(costs))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_order_and_repetition_of_samples_and_phases_do_not_matter(data: st.DataObject, seed: int) -> None:
    priced = tariff(*data.draw(themes.flatmap(elements)))
    start = STARTS[0][1]
    wild = st.builds(
        LedgerPoint,
        st.integers(0, 40).map(lambda minute: start + timedelta(minutes=minute)),
        st.integers(0, 9000).map(Decimal),
        st.one_of(st.none(), st.integers(0, 30_000).map(Decimal)),
        st.one_of(st.none(), st.integers(0, 40).map(Decimal)),
    )
    points = data.draw(st.lists(wild, max_size=12))
    phases = [
        ChargingPhase(start + timedelta(minutes=since), start + timedelta(minutes=since + 9), kind)  # type: ignore[arg-type]  # the two literals below
        for since, kind in data.draw(st.lists(st.tuples(st.integers(0, 35), st.sampled_from(["CHARGING", "PARKING"]))))
    ]
    once = Usage(start, start + timedelta(minutes=38), tuple(points), tuple(phases))
    shuffle = random.Random(seed).sample  # noqa: S311 - a shuffle, no secret
    points, phases = points + points[:5], phases + phases[:2]
    again = Usage(once.start, once.end, tuple(shuffle(points, len(points))), tuple(shuffle(phases, len(phases))))

    assert price_session(priced, once, "UTC") == price_session(priced, again, "UTC")
