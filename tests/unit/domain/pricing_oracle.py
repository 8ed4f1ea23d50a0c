"""A second, deliberately simple way to price a session: walk through it minute by minute, in exact fractions.

It shares no code with the product's pricing except the tariff's dataclasses, knows no boundaries and joins nothing.
Sessions must change only at whole minutes: phases, samples, price times, and energy thresholds (see the callers).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from csms.domain.tariff import PriceComponent, Tariff, TariffRestrictions

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Minute:
    """One minute of a session: what kind it is, the energy in it, and what came before it."""

    local: datetime
    kind: str  # CHARGING, PARKING or RESERVATION
    energy_wh: int
    energy_before_wh: int
    minutes_before: int
    current_a: int = 0


def minutes_of(start: datetime, kinds: list[str], energies: list[int], zone: str, current_a: int = 0) -> list[Minute]:
    walked = []
    consumed = 0
    reserved = kinds.count("RESERVATION")
    for index, (kind, energy) in enumerate(zip(kinds, energies, strict=True)):
        local = (start + index * MINUTE).astimezone(ZoneInfo(zone))
        since = index if kind == "RESERVATION" else index - reserved
        walked.append(Minute(local, kind, energy, consumed, since, current_a))
        consumed += energy
    return walked


def holds(limits: TariffRestrictions | None, minute: Minute) -> bool:
    if limits is None:
        return True
    clock = minute.local.strftime("%H:%M")
    start = "00:00" if limits.start_time is None else limits.start_time.strftime("%H:%M")
    end = "24:00" if limits.end_time is None else limits.end_time.strftime("%H:%M")
    end = "24:00" if end == "00:00" else end
    in_day = start <= clock < end if start < end else clock >= start or clock < end
    kwh = Fraction(minute.energy_before_wh, 1000)
    kilowatts = Fraction(minute.energy_wh * 60, 1000)
    seconds = minute.minutes_before * 60
    return all(
        [
            in_day,
            not limits.day_of_week or minute.local.weekday() in limits.day_of_week,
            limits.start_date is None or minute.local.date() >= limits.start_date,
            limits.end_date is None or minute.local.date() < limits.end_date,
            limits.min_kwh is None or kwh >= Fraction(limits.min_kwh),
            limits.max_kwh is None or kwh < Fraction(limits.max_kwh),
            limits.min_power is None or kilowatts >= Fraction(limits.min_power),
            limits.max_power is None or kilowatts < Fraction(limits.max_power),
            limits.min_current is None or minute.current_a >= limits.min_current,
            limits.max_current is None or minute.current_a < limits.max_current,
            limits.min_duration is None or seconds >= limits.min_duration,
            limits.max_duration is None or seconds < limits.max_duration,
        ]
    )


def active(
    tariff: Tariff, dimension: str, minute: Minute, reservations: tuple[str | None, ...]
) -> PriceComponent | None:
    for wanted in reservations:
        for element in tariff.elements:
            limits = element.restrictions
            if (limits.reservation if limits else None) != wanted or not holds(limits, minute):
                continue
            for component in element.price_components:
                if component.type == dimension:
                    return component
    return None


def amount(tariff: Tariff, component: PriceComponent, quantity: Fraction) -> tuple[Fraction, Fraction]:
    cost = Fraction(component.price) * quantity
    if component.vat is None or tariff.tax_included == "N/A":
        return cost, cost
    factor = 1 + Fraction(component.vat) / 100
    return (cost, cost * factor) if tariff.tax_included == "NO" else (cost / factor, cost)


def up(total: Fraction, step: int) -> Fraction:
    return total if step == 0 else Fraction(-(-total // step) * step)


def phase_cost(tariff: Tariff, walked: list[Minute], reservations: tuple[str | None, ...]) -> tuple[Fraction, Fraction]:
    """Net and gross of the reservation minutes, or of all the others."""
    flat: PriceComponent | None = None
    used: dict[str, list[tuple[PriceComponent, Fraction]]] = defaultdict(list)
    for minute in walked:
        flat = flat or active(tariff, "FLAT", minute, reservations)
        timed = "PARKING_TIME" if minute.kind == "PARKING" else "TIME"
        by_time = active(tariff, timed, minute, reservations)
        if by_time:
            used[timed].append((by_time, Fraction(60)))
            used["LAST TIME"] = [(by_time, Fraction(0))]
        by_energy = active(tariff, "ENERGY", minute, reservations)
        if by_energy and minute.energy_wh:
            used["ENERGY"].append((by_energy, Fraction(minute.energy_wh)))
    last = used.pop("LAST TIME", None)
    net = gross = Fraction(0)
    for dimension, parts in used.items():
        final = parts[-1][0]
        if dimension == "ENERGY" or (last and last[0][0].type == final.type):
            total = sum((quantity for _, quantity in parts), Fraction(0))
            parts.append((final, up(total, final.step_size) - total))
        for component, quantity in parts:
            one = amount(tariff, component, quantity / (1000 if dimension == "ENERGY" else 3600))
            net, gross = net + one[0], gross + one[1]
    if flat:
        one = amount(tariff, flat, Fraction(1))
        net, gross = net + one[0], gross + one[1]
    return net, gross


def price(tariff: Tariff, walked: list[Minute], outcome: str) -> tuple[Fraction, Fraction]:
    """Net and gross of a whole session before min and max price."""
    reserved = [minute for minute in walked if minute.kind == "RESERVATION"]
    session = [minute for minute in walked if minute.kind != "RESERVATION"]
    kinds = ("RESERVATION",) if outcome == "USED" else ("RESERVATION_EXPIRES", "RESERVATION")
    first, second = phase_cost(tariff, reserved, kinds), phase_cost(tariff, session, (None,))
    return first[0] + second[0], first[1] + second[1]
