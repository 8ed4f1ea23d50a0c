"""The meter samples of a session as curves over time: the energy register, and power or current beside it.

Samples arrive late, twice and out of order. A curve depends on the set of samples only: it is sorted by time, two
samples of one instant count as one, and a register that steps back is held at its highest value so far.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from operator import attrgetter
from typing import Literal

from csms.domain.times import to_microseconds

# Interpolated energy keeps a finite number of digits, so that sums of parts are exact and a step size
# is not exceeded by the last digit of a division.
_MICROWATTHOUR = Decimal("0.000001")
_MICROSECONDS_PER_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class LedgerPoint:
    """One meter sample: the cumulative register in Wh (any starting value), power in W, current in A over all phases."""

    at: datetime
    energy_wh: Decimal
    power_w: Decimal | None = None
    current_a: Decimal | None = None


class MeterCurve:
    """The energy register over time, linear between samples and flat outside them. Times are UTC microseconds."""

    def __init__(self, points: Iterable[LedgerPoint]) -> None:
        self._points = sorted(points, key=attrgetter("at"))
        self.times: list[int] = []
        self.energies: list[Decimal] = []
        self._slots: list[int] = []
        for point in self._points:
            at = to_microseconds(point.at)
            energy = point.energy_wh
            if self.energies and energy < self.energies[-1]:
                energy = self.energies[-1]
            if self.times and at == self.times[-1]:
                self.energies[-1] = energy
            else:
                self.times.append(at)
                self.energies.append(energy)
            self._slots.append(len(self.times) - 1)

    def energy_at(self, at: int) -> Decimal:
        """The register in Wh at a time; 0 for a curve without samples."""
        times, energies = self.times, self.energies
        after = bisect_right(times, at)
        if after == 0:
            return energies[0] if energies else Decimal(0)
        low, low_at = energies[after - 1], times[after - 1]
        if after == len(times) or low_at == at or energies[after] == low:
            return low
        risen = (energies[after] - low) * (at - low_at) / (times[after] - low_at)
        return low + risen.quantize(_MICROWATTHOUR, ROUND_HALF_EVEN)

    def instant_of(self, energy_wh: Decimal) -> int | None:
        """The microsecond in which the register comes to a value above its first one; None if it never does."""
        index = bisect_left(self.energies, energy_wh)
        if index == 0 or index == len(self.energies):
            return None
        low, high = self.energies[index - 1], self.energies[index]
        start, end = self.times[index - 1], self.times[index]
        return start + int((energy_wh - low) * (end - start) / (high - low))

    def power(self) -> "Readings":
        """Power in W: as sampled, or the mean between two registers when no sample carries power."""
        sampled = self._sampled("power_w")
        if sampled is not None:
            return Readings.through(self.times, sampled)
        steps = zip(pairwise(self.times), pairwise(self.energies), strict=True)
        means = [(high - low) * _MICROSECONDS_PER_HOUR / (end - start) for (start, end), (low, high) in steps]
        return Readings(self.times, [(mean, mean) for mean in means])

    def current(self) -> "Readings":
        """Current in A as sampled; 0 when no sample carries current."""
        return Readings.through(self.times, self._sampled("current_a") or [Decimal(0)] * len(self.times))

    def _sampled(self, field: Literal["power_w", "current_a"]) -> list[Decimal] | None:
        """One value per time: the highest of an instant, a gap filled from before it, the beginning from after it."""
        found: list[Decimal | None] = [None] * len(self.times)
        for point, slot in zip(self._points, self._slots, strict=True):
            value: Decimal | None = getattr(point, field)
            held = found[slot]
            if value is not None and (held is None or value > held):
                found[slot] = value
        previous = next((value for value in found if value is not None), None)
        if previous is None:
            return None
        filled: list[Decimal] = []
        for value in found:
            previous = previous if value is None else value
            filled.append(previous)
        return filled


class Readings:
    """A measured quantity over time: linear inside each interval between samples, constant outside all of them."""

    def __init__(self, times: Sequence[int], intervals: list[tuple[Decimal, Decimal]]) -> None:
        self._times = times
        self._intervals = intervals

    @classmethod
    def through(cls, times: Sequence[int], values: list[Decimal]) -> "Readings":
        """The quantity that has one value at each time."""
        if len(values) == 1:
            return cls((times[0], times[0] + 1), [(values[0], values[0])])
        return cls(times, list(pairwise(values)))

    def at(self, at: int) -> Decimal:
        """The value at a time; 0 without samples."""
        if not self._intervals:
            return Decimal(0)
        return self._inside(self._index(at), at)

    def crossings(self, thresholds: Iterable[Decimal]) -> list[int]:
        """The times at which the value passes, reaches or leaves one of the thresholds."""
        wanted = sorted(set(thresholds))
        found: list[int] = []
        before: Decimal | None = None
        for (start, end), (first, last) in zip(pairwise(self._times), self._intervals, strict=True):
            if before is not None and before != first:
                found.append(start)
            before = last
            if first == last:
                continue
            low, high = min(first, last), max(first, last)
            passed = wanted[bisect_left(wanted, low) : bisect_right(wanted, high)]
            found += [start + int((threshold - first) * (end - start) / (last - first)) for threshold in passed]
        return found

    def extremes(self, start: int, end: int) -> tuple[Decimal, Decimal]:
        """The lowest and the highest value between two times."""
        if not self._intervals:
            return Decimal(0), Decimal(0)
        first, last = self._index(start), max(self._index(start), self._index(end - 1))
        values = [value for interval in self._intervals[first + 1 : last] for value in interval]
        values += [self._inside(first, start), self._inside(last, end)]
        if first != last:
            values += [self._intervals[first][1], self._intervals[last][0]]
        return min(values), max(values)

    def _index(self, at: int) -> int:
        return min(max(bisect_right(self._times, at) - 1, 0), len(self._intervals) - 1)

    def _inside(self, index: int, at: int) -> Decimal:
        first, last = self._intervals[index]
        start, end = self._times[index], self._times[index + 1]
        if first == last or at <= start:
            return first
        if at >= end:
            return last
        return first + (last - first) * (at - start) / (end - start)
