"""When the restrictions of a tariff element hold, and the local instants at which that can change.

OCPI 2.3.0 mod_tariffs, TariffRestrictions: every restriction that is set must hold. So a night price from 22:00
to 06:00 with `day_of_week` FRIDAY holds in the last hours of Friday and in its first ones, and not on Saturday at 03:00.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple

from csms.domain.tariff import TariffRestrictions
from csms.domain.times import from_microseconds, to_microseconds

_MIDNIGHT = time(0, 0)
_DAY = timedelta(days=1)


class Moment(NamedTuple):
    """What restrictions ask about: local time, and since the session's start energy and duration, and present flow."""

    local: datetime
    energy_wh: Decimal
    microseconds: int
    power_w: Decimal
    current_a: Decimal


def time_zone_of(name: str) -> tzinfo:
    """The IANA time zone of a Location. Raises ValueError for an unknown one."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # only local-time restrictions need it

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def uses_local_time(limits: TariffRestrictions) -> bool:
    """Whether the Location's time zone matters."""
    return bool(limits.day_of_week) or any(
        value is not None for value in (limits.start_time, limits.end_time, limits.start_date, limits.end_date)
    )


def uses_power(limits: TariffRestrictions) -> bool:
    """Whether charging power matters."""
    return limits.min_power is not None or limits.max_power is not None


def uses_current(limits: TariffRestrictions) -> bool:
    """Whether charging current matters."""
    return limits.min_current is not None or limits.max_current is not None


def matches(limits: TariffRestrictions, moment: Moment) -> bool:
    """Whether all restrictions hold, apart from `reservation`, which chooses the elements beforehand."""
    return (
        (not limits.day_of_week or moment.local.weekday() in limits.day_of_week)
        and _within_day(limits, moment.local.time())
        and (limits.start_date is None or limits.start_date <= moment.local.date())
        and (limits.end_date is None or moment.local.date() < limits.end_date)
        and _between(moment.energy_wh, limits.min_kwh, limits.max_kwh, 1000)
        and _between(moment.power_w, limits.min_power, limits.max_power, 1000)
        and _between(moment.current_a, limits.min_current, limits.max_current, 1)
        and _between(Decimal(moment.microseconds), limits.min_duration, limits.max_duration, 1_000_000)
    )


def _within_day(limits: TariffRestrictions, now: time) -> bool:
    start = limits.start_time or _MIDNIGHT
    end = limits.end_time or _MIDNIGHT
    if end == _MIDNIGHT:
        return start <= now
    if start < end:
        return start <= now < end
    return start <= now or now < end


def _between(value: Decimal, low: Decimal | int | None, high: Decimal | int | None, unit: int) -> bool:
    return (low is None or low * unit <= value) and (high is None or value < high * unit)


def local_changes(restrictions: Iterable[TariffRestrictions], start: int, end: int, zone: tzinfo) -> list[int]:
    """Every instant (UTC microseconds) at which a local time, date or weekday restriction may change.

    Midnights and the restrictions' own times of day, in both readings of an hour that occurs twice, and the
    switches of the clock themselves, because a skipped hour can hold a start or an end.
    """
    times_of_day = {_MIDNIGHT}
    for limits in restrictions:
        times_of_day.update(at for at in (limits.start_time, limits.end_time) if at is not None)
    first, last = from_microseconds(start), from_microseconds(end)
    changes = _clock_switches(first, last, zone)
    day = first.astimezone(zone).date() - _DAY
    last_day = last.astimezone(zone).date() + _DAY
    while day <= last_day:
        for at in times_of_day:
            for fold in (0, 1):
                local = datetime.combine(day, at, zone).replace(fold=fold)
                changes.append(to_microseconds(local.astimezone(UTC)))
        day += _DAY
    return changes


def _clock_switches(first: datetime, last: datetime, zone: tzinfo) -> list[int]:
    found = []
    while first < last:
        until = min(first + _DAY, last)
        if _offset(first, zone) != _offset(until, zone):
            found.append(_switch_between(to_microseconds(first), to_microseconds(until), zone))
        first = until
    return found


def _switch_between(low: int, high: int, zone: tzinfo) -> int:
    before = _offset(from_microseconds(low), zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(from_microseconds(middle), zone) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
