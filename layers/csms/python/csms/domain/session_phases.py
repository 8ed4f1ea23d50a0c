"""What a session consists of before it is priced: its samples, and when it was charging, parking or only reserved."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from csms.domain.meter_curve import LedgerPoint
from csms.domain.times import to_microseconds

PhaseKind = Literal["CHARGING", "PARKING", "RESERVATION"]
ReservationOutcome = Literal["USED", "EXPIRED"]
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ChargingPhase:
    """A stretch of time: CHARGING; PARKING (the vehicle requests no power); RESERVATION (before the session)."""

    start: datetime
    end: datetime
    kind: PhaseKind


@dataclass(frozen=True, slots=True)
class Usage:
    """A session to be priced, finished or up to some moment.

    Time from `start` to `end` that no phase names, or that two phases name differently, counts as CHARGING. A
    RESERVATION phase may lie before `start` or at the beginning of the session; `reservation` says what became of it
    (USED when not given). After an EXPIRED reservation there is no session, only the reservation.
    """

    start: datetime
    end: datetime
    points: tuple[LedgerPoint, ...] = ()
    phases: tuple[ChargingPhase, ...] = ()
    reservation: ReservationOutcome | None = None


def spans_of(usage: Usage) -> tuple[_Span | None, _Span | None]:
    """The reservation and the session proper, as start and end in UTC microseconds."""
    start = to_microseconds(usage.start)
    end = max(start, to_microseconds(usage.end))
    reserved = [phase for phase in usage.phases if phase.kind == "RESERVATION"]
    if not reserved:
        return None, (start, end)
    first = to_microseconds(min(phase.start for phase in reserved))
    last = min(to_microseconds(max(phase.end for phase in reserved)), end)
    if usage.reservation == "EXPIRED":
        return (first, max(first, last)), None
    if first < start:
        last = min(last, start)
    else:
        start = max(start, last)
    return (first, max(first, last)), (start, end)


class ParkingTimes:
    """When the vehicle was parking: named as PARKING and by no phase as CHARGING. Times are UTC microseconds."""

    def __init__(self, phases: Iterable[ChargingPhase]) -> None:
        changes: dict[int, list[int]] = {}
        for phase in phases:
            if phase.kind == "RESERVATION" or phase.end <= phase.start:
                continue
            which = 0 if phase.kind == "PARKING" else 1
            changes.setdefault(to_microseconds(phase.start), [0, 0])[which] += 1
            changes.setdefault(to_microseconds(phase.end), [0, 0])[which] -= 1
        self.edges: list[int] = []
        parking = charging = 0
        for at in sorted(changes):
            was = self._inside(parking, charging)
            parking += changes[at][0]
            charging += changes[at][1]
            if was != self._inside(parking, charging):
                self.edges.append(at)

    @staticmethod
    def _inside(parking: int, charging: int) -> bool:
        return parking > 0 and charging == 0

    def covers(self, at: int) -> bool:
        """Whether the vehicle was parking at a time."""
        return bisect_right(self.edges, at) % 2 == 1
