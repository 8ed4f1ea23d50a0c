"""The running cost of a transaction, and whether it has to stop before it costs more than the driver's card holds.

Asked after every metered frame, so it prices the running ledger only (which is kept short) and answers None where it
cannot say: an odd ledger must never keep a frame from being answered. What it could not price, settlement prices again
and holds for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from csms.domain import pricing
from csms.domain.tariff import Tariff, parse_tariff
from csms.domain.times import parse_time
from csms.domain.transaction import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

METERING_SECONDS_DEFAULT: Final = 60.0
_METERING_SECONDS_MIN: Final = 1.0
_METERING_SECONDS_MAX: Final = 900.0
_RECENT_SAMPLES: Final = 6
# What a ledger or a tariff of an unknown shape raises while it is read and priced.
_ODD: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class StopCheck:
    """The running cost, what one more metering interval would add (gross), and whether to stop now. True when due."""

    cost: pricing.Cost
    margin: Decimal
    due: bool

    def __bool__(self) -> bool:
        return self.due


def stop_due(transaction: Mapping[str, Any], now: datetime) -> StopCheck | None:
    """Say whether a TX item's running gross cost plus one metering interval at present power reaches `limit_amount`.

    The margin makes the bill end below the hold: the next sample would already be too late (OCPI 2.3.0 mod_payments,
    the CPO stops the session at the pre-authorised amount). None: no limit, no tariff, or a ledger that cannot be read.
    """
    limit_amount = transaction.get("limit_amount")
    if limit_amount is None:
        return None
    try:
        priced = _priced(transaction, now)
        if priced is None:
            return None
        tariff, usage, time_zone, cost = priced
        margin = pricing.stop_margin(tariff, usage, metering_seconds(transaction["ledger"]), time_zone=time_zone)
        return StopCheck(cost, margin, cost.total.gross + margin >= limit_amount)
    except _ODD:
        return None


def running_cost(transaction: Mapping[str, Any], now: datetime) -> pricing.Cost | None:
    """What a TX item costs up to `now` (or its newest sample); None where it has no tariff or cannot be read."""
    try:
        priced = _priced(transaction, now)
    except _ODD:
        return None
    return None if priced is None else priced[3]


def _priced(transaction: Mapping[str, Any], now: datetime) -> tuple[Tariff, pricing.Usage, str, pricing.Cost] | None:
    if not transaction.get("tariff"):
        return None
    tariff = parse_tariff(transaction["tariff"])
    time_zone = transaction.get("time_zone") or "UTC"
    usage = running_usage(transaction, now)
    return tariff, usage, time_zone, pricing.running_cost(tariff, usage, time_zone, usage.end)


def running_usage(transaction: Mapping[str, Any], now: datetime) -> pricing.Usage:
    """A TX item as a session that lasts until `now`, or until its newest sample where the charger's clock is ahead."""
    ledger = transaction["ledger"]
    start = parse_time(transaction["started_at"])
    newest = max((entry["t"] for entry in ledger.values()), default=None)
    end = max(start, now, parse_time(newest)) if newest else max(start, now)
    folded = fold(ledger, start, end, transaction.get("meter_start_wh"))
    return pricing.Usage(start, end, folded.points, folded.phases)


def metering_seconds(ledger: Mapping[str, Mapping[str, Any]]) -> float:
    """How often the charger meters: the median of its last few intervals, from 1 s to 15 min; one minute if unknown."""
    metered = sorted({entry["t"] for entry in ledger.values() if "wh" in entry})[-_RECENT_SAMPLES:]
    times = [parse_time(text) for text in metered]
    if len(times) < 2:
        return METERING_SECONDS_DEFAULT
    intervals = sorted((later - earlier).total_seconds() for earlier, later in pairwise(times))
    interval = intervals[len(intervals) // 2]
    return min(max(interval, _METERING_SECONDS_MIN), _METERING_SECONDS_MAX)
