"""The cost of a session by OCPI's rules, to the cent.

segments (who is priced when) -> lines (billed quantities) -> total within min/max price -> rounding, once, at the end
by `Cost.rounded`. The result depends on the set of samples only: neither on their order nor on repetitions.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from csms.domain.billing import CostLine, LineKind, cost_lines
from csms.domain.charging_periods import ChargingPeriod, charging_periods, segments_of
from csms.domain.meter_curve import LedgerPoint, MeterCurve
from csms.domain.money import Price, round_price, zero
from csms.domain.price_limits import limited
from csms.domain.session_phases import ChargingPhase, ReservationOutcome, Usage
from csms.domain.tariff import Tariff

__all__ = [
    "ChargingPeriod",
    "ChargingPhase",
    "Cost",
    "CostLine",
    "LedgerPoint",
    "ReservationOutcome",
    "Usage",
    "price_session",
    "running_cost",
    "stop_margin",
]

_MICROSECONDS_PER_SECOND = Decimal(1_000_000)
_SECONDS_PER_HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a session costs, unrounded until `rounded`. A part that nothing priced is None.

    The parts add up to `unlimited`; `total` is that within the tariff's min and max price. Durations and energy are
    as measured, billed quantities stand in `lines`.
    """

    currency: str
    total: Price
    unlimited: Price
    total_fixed: Price | None
    total_energy: Price | None
    total_time: Price | None
    total_parking: Price | None
    total_reservation: Price | None
    periods: tuple[ChargingPeriod, ...]
    lines: tuple[CostLine, ...]
    energy_wh: Decimal
    session_seconds: Decimal
    parking_seconds: Decimal
    reservation_seconds: Decimal

    def rounded(self) -> "Cost":
        """The same with every price rounded, each by itself, to the currency's smallest unit."""
        return replace(
            self,
            total=round_price(self.total, self.currency),
            unlimited=round_price(self.unlimited, self.currency),
            total_fixed=self._round(self.total_fixed),
            total_energy=self._round(self.total_energy),
            total_time=self._round(self.total_time),
            total_parking=self._round(self.total_parking),
            total_reservation=self._round(self.total_reservation),
            lines=tuple(line._replace(price=round_price(line.price, self.currency)) for line in self.lines),
        )

    def _round(self, price: Price | None) -> Price | None:
        return None if price is None else round_price(price, self.currency)


def price_session(tariff: Tariff, usage: Usage, time_zone: str, *, fee_without_energy: bool = True) -> Cost:
    """Price a session by the tariff it started with, in the time zone (IANA name) of its Location.

    With `fee_without_energy` False, a session that delivered nothing owes neither flat fee nor minimum price. An
    expired reservation is no session: no minimum price either. Raises ValueError when local time is needed and the
    time zone is unknown.
    """
    curve = MeterCurve(usage.points)
    segments = segments_of(tariff, usage, time_zone, curve)
    energy_wh = sum((segment.energy_wh for segment in segments), Decimal(0))
    fee = fee_without_energy or energy_wh > 0
    lines = cost_lines(tariff, segments, fee=fee)
    unlimited = _sum(lines) or zero()
    seconds = dict.fromkeys(("CHARGING", "PARKING", "RESERVATION"), Decimal(0))
    for segment in segments:
        seconds[segment.kind] += (segment.end - segment.start) / _MICROSECONDS_PER_SECOND
    return Cost(
        currency=tariff.currency,
        total=limited(tariff, unlimited, minimum=fee and usage.reservation != "EXPIRED"),
        unlimited=unlimited,
        total_fixed=_sum(lines, "FIXED"),
        total_energy=_sum(lines, "ENERGY"),
        total_time=_sum(lines, "TIME"),
        total_parking=_sum(lines, "PARKING"),
        total_reservation=_sum(lines, "RESERVATION"),
        periods=charging_periods(tariff, segments, curve),
        lines=tuple(lines),
        energy_wh=energy_wh,
        session_seconds=seconds["CHARGING"] + seconds["PARKING"],
        parking_seconds=seconds["PARKING"],
        reservation_seconds=seconds["RESERVATION"],
    )


def running_cost(tariff: Tariff, usage: Usage, time_zone: str, now: datetime) -> Cost:
    """The cost of a session that goes on, at `now` or at its newest sample, whichever is later.

    The phase begun last is taken to last until then; energy stands still after the newest sample.
    """
    newest = max((point.at for point in usage.points), default=now)
    return price_session(tariff, _lasting_until(usage, max(now, newest)), time_zone)


def stop_margin(tariff: Tariff, usage: Usage, metering_interval_seconds: float, *, time_zone: str = "UTC") -> Decimal:
    """What the session will cost more, with taxes, until one metering interval from now (`usage.end`).

    It goes on in its present phase and at its present power: as sampled last, or the mean between the last two
    registers. Both ends are priced in full, so that a step or a price change within the interval counts; min and
    max price are left out, because they would hide what is being consumed. Never negative.
    """
    curve = MeterCurve(usage.points)
    end = max(usage.end, *(point.at for point in usage.points), usage.start)
    present = _lasting_until(usage, end)
    later = _lasting_until(usage, end + timedelta(seconds=metering_interval_seconds))
    if curve.times:
        power_w = curve.power().at(curve.times[-1])
        energy_wh = power_w * Decimal(str(metering_interval_seconds)) / _SECONDS_PER_HOUR
        assumed = LedgerPoint(later.end, curve.energies[-1] + energy_wh, power_w)
        later = replace(later, points=(*usage.points, assumed))
    more = price_session(tariff, later, time_zone).unlimited.gross
    return max(more - price_session(tariff, present, time_zone).unlimited.gross, Decimal(0))


def _sum(lines: list[CostLine], kind: LineKind | None = None) -> Price | None:
    prices = [line.price for line in lines if kind in (None, line.kind)]
    return sum(prices[1:], prices[0]) if prices else None


def _lasting_until(usage: Usage, end: datetime) -> Usage:
    going_on = [phase for phase in usage.phases if phase.kind != "RESERVATION"]
    if going_on:
        last = max(going_on, key=lambda phase: (phase.start, phase.end))
        extended = replace(last, end=max(last.end, end))
        phases = tuple(extended if phase == last else phase for phase in usage.phases)
        usage = replace(usage, phases=phases)
    return replace(usage, end=end)
