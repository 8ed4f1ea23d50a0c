"""From the ledger and the phases of a session to segments, in each of which one set of price components is active.

OCPI 2.3.0 mod_cdrs asks for a new ChargingPeriod whenever another price component becomes active, with the meter
interpolated; mod_tariffs says which component that is: per dimension the first element in the list that has one
and whose restrictions hold. Cuts are made wherever that could change, and equal neighbours are joined again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from csms.domain.meter_curve import LedgerPoint, MeterCurve, Readings
from csms.domain.session_phases import ChargingPhase, ParkingTimes, PhaseKind, ReservationOutcome, Usage, spans_of
from csms.domain.tariff import Dimension, PriceComponent, Tariff, TariffRestrictions
from csms.domain.tariff_restrictions import (
    Moment,
    local_changes,
    matches,
    time_zone_of,
    uses_current,
    uses_local_time,
    uses_power,
)
from csms.domain.times import from_microseconds

__all__ = [
    "ChargingPeriod",
    "ChargingPhase",
    "LedgerPoint",
    "PeriodDimension",
    "ReservationOutcome",
    "Segment",
    "Usage",
    "charging_periods",
    "segments_of",
]

_WH_PER_KWH = Decimal(1000)
_MICROSECONDS_PER_HOUR = Decimal(3_600_000_000)
_TIME_TYPES = {"CHARGING": "TIME", "PARKING": "PARKING_TIME", "RESERVATION": "RESERVATION_TIME"}
_RESERVATION_ELEMENTS = {"USED": ("RESERVATION",), "EXPIRED": ("RESERVATION_EXPIRES", "RESERVATION")}

# The components of one dimension in order of precedence, each with the conditions under which it applies.
_Candidates = list[tuple[PriceComponent, TariffRestrictions | None]]


class Segment(NamedTuple):
    """A stretch of the session with one set of active components. Times are UTC microseconds.

    `time` prices TIME while charging or reserved and PARKING_TIME while parking; None means free.
    """

    kind: PhaseKind
    start: int
    end: int
    energy_wh: Decimal
    flat: PriceComponent | None
    energy: PriceComponent | None
    time: PriceComponent | None


class PeriodDimension(NamedTuple):
    """An OCPI CdrDimension: kWh, hours, kW or A, unrounded."""

    type: str
    volume: Decimal


class ChargingPeriod(NamedTuple):
    """An OCPI ChargingPeriod; it ends where the next one starts."""

    start: datetime
    dimensions: tuple[PeriodDimension, ...]
    tariff_id: str


def segments_of(tariff: Tariff, usage: Usage, time_zone: str, curve: MeterCurve) -> list[Segment]:
    """Cut a session into segments in order of time: the reservation first, then the session itself.

    A session without duration yields one empty segment, so that its flat fee is found. Raises ValueError when the
    tariff asks for local time and the time zone is unknown.
    """
    reservation, session = spans_of(usage)
    segments: list[Segment] = []
    if reservation is not None:
        outcome = usage.reservation or "USED"
        cutter = _Cutter(tariff, _RESERVATION_ELEMENTS[outcome], time_zone, MeterCurve(()))
        segments += cutter.cut(*reservation, None)
    if session is not None:
        cutter = _Cutter(tariff, (None,), time_zone, curve)
        segments += cutter.cut(*session, ParkingTimes(usage.phases))
    return segments


class _Cutter:
    """Cuts one span of time by the elements that price it (those of a reservation, or all the others)."""

    def __init__(
        self, tariff: Tariff, reservation_kinds: tuple[str | None, ...], time_zone: str, curve: MeterCurve
    ) -> None:
        self._candidates: dict[Dimension, _Candidates] = {
            "FLAT": _candidates(tariff, "FLAT", reservation_kinds),
            "ENERGY": _candidates(tariff, "ENERGY", reservation_kinds),
            "TIME": _candidates(tariff, "TIME", reservation_kinds),
            "PARKING_TIME": _candidates(tariff, "PARKING_TIME", reservation_kinds),
        }
        found = {limits for candidates in self._candidates.values() for _, limits in candidates if limits is not None}
        self._limits = found
        self._curve = curve
        self._zone: tzinfo | None = time_zone_of(time_zone) if any(map(uses_local_time, found)) else None
        nothing = Readings((), [])
        self._power = curve.power() if any(map(uses_power, found)) else nothing
        self._current = curve.current() if any(map(uses_current, found)) else nothing

    def cut(self, start: int, end: int, parking: ParkingTimes | None) -> list[Segment]:
        """The segments of a span; without parking times it is a reservation."""
        edges = self._edges(start, end, parking)
        segments: list[Segment] = []
        for (since, register), (until, next_register) in pairwise(edges):
            kind: PhaseKind = "RESERVATION"
            if parking is not None:
                kind = "PARKING" if parking.covers((since + until) // 2) else "CHARGING"
            moment = self._moment(edges[0], (since + until) // 2, (register + next_register) / 2)
            segment = Segment(
                kind=kind,
                start=since,
                end=until,
                energy_wh=next_register - register,
                flat=self._active("FLAT", moment),
                energy=self._active("ENERGY", moment),
                time=self._active("PARKING_TIME" if kind == "PARKING" else "TIME", moment),
            )
            if segments and _alike(segments[-1], segment):
                segments[-1] = _joined(segments[-1], segment)
            else:
                segments.append(segment)
        return segments

    def _edges(self, start: int, end: int, parking: ParkingTimes | None) -> list[tuple[int, Decimal]]:
        """Where the span may have to be cut: times with the register there, first and last included."""
        times = {start, end}
        if parking is not None:
            times.update(parking.edges)
        times.update(self._time_cuts(start, end))
        curve = self._curve
        edges = {(at, curve.energy_at(at)) for at in times if start <= at <= end}
        origin, last = curve.energy_at(start), curve.energy_at(end)
        for limits in self._limits:
            for bound in (limits.min_kwh, limits.max_kwh):
                register = origin + (bound or 0) * _WH_PER_KWH
                instant = curve.instant_of(register) if origin < register < last else None
                if instant is not None:
                    edges.add((instant, register))
        ordered = sorted(edges)
        return ordered if len(ordered) > 1 else ordered * 2

    def _time_cuts(self, start: int, end: int) -> Iterable[int]:
        for limits in self._limits:
            for bound in (limits.min_duration, limits.max_duration):
                if bound is not None:
                    yield start + bound * 1_000_000
        if self._zone is not None:
            yield from local_changes(filter(uses_local_time, self._limits), start, end, self._zone)
        powers = (bound for limits in self._limits for bound in (limits.min_power, limits.max_power))
        yield from self._power.crossings(bound * 1000 for bound in powers if bound is not None)
        currents = (bound for limits in self._limits for bound in (limits.min_current, limits.max_current))
        yield from self._current.crossings(bound for bound in currents if bound is not None)

    def _moment(self, origin: tuple[int, Decimal], at: int, register: Decimal) -> Moment | None:
        if not self._limits:
            return None
        start, first_register = origin
        return Moment(
            local=from_microseconds(at).astimezone(self._zone or UTC),
            energy_wh=register - first_register,
            microseconds=at - start,
            power_w=self._power.at(at),
            current_a=self._current.at(at),
        )

    def _active(self, dimension: Dimension, moment: Moment | None) -> PriceComponent | None:
        for component, limits in self._candidates[dimension]:
            if limits is None or (moment is not None and matches(limits, moment)):
                return component
        return None


def _candidates(tariff: Tariff, dimension: Dimension, reservation_kinds: tuple[str | None, ...]) -> _Candidates:
    found: _Candidates = []
    for kind in reservation_kinds:
        for element in tariff.elements:
            limits = element.restrictions
            if (None if limits is None else limits.reservation) != kind:
                continue
            component = next((one for one in element.price_components if one.type == dimension), None)
            if component is not None:
                conditional = limits is not None and limits != TariffRestrictions(reservation=limits.reservation)
                found.append((component, limits if conditional else None))
                if not conditional:
                    return found
    return found


def _alike(one: Segment, other: Segment) -> bool:
    return one.kind == other.kind and one.flat == other.flat and one.energy == other.energy and one.time == other.time


def _joined(one: Segment, other: Segment) -> Segment:
    return Segment(one.kind, one.start, other.end, one.energy_wh + other.energy_wh, one.flat, one.energy, one.time)


def charging_periods(tariff: Tariff, segments: Iterable[Segment], curve: MeterCurve) -> tuple[ChargingPeriod, ...]:
    """The ChargingPeriods of a CDR or Session: energy and time of each segment, as measured and not as billed.

    The extremes of power and current are added while charging, when a restriction of the tariff asks for them.
    """
    limits = [element.restrictions for element in tariff.elements if element.restrictions is not None]
    power = curve.power() if any(map(uses_power, limits)) else None
    current = curve.current() if any(map(uses_current, limits)) else None
    periods = []
    for segment in segments:
        dimensions = []
        if segment.kind != "RESERVATION" and (segment.energy_wh or segment.kind == "CHARGING"):
            dimensions.append(PeriodDimension("ENERGY", segment.energy_wh / _WH_PER_KWH))
        hours = (segment.end - segment.start) / _MICROSECONDS_PER_HOUR
        dimensions.append(PeriodDimension(_TIME_TYPES[segment.kind], hours))
        if segment.kind == "CHARGING":
            dimensions += _extremes("POWER", power, segment, _WH_PER_KWH)
            dimensions += _extremes("CURRENT", current, segment, Decimal(1))
        periods.append(ChargingPeriod(from_microseconds(segment.start), tuple(dimensions), tariff.id))
    return tuple(periods)


def _extremes(quantity: str, readings: Readings | None, segment: Segment, unit: Decimal) -> list[PeriodDimension]:
    if readings is None:
        return []
    low, high = readings.extremes(segment.start, segment.end)
    return [PeriodDimension(f"MIN_{quantity}", low / unit), PeriodDimension(f"MAX_{quantity}", high / unit)]
