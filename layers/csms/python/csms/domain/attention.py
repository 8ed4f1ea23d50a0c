"""Which open payments a person has to look at: every state has a time after which standing still means that it is stuck.

A payment that stands open holds an amount on somebody's card, so none of them may go unseen.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from csms.contract import CAPTURE_WAIT_SECONDS, CHARGE_WAIT_SECONDS, START_WAIT_SECONDS
from csms.domain.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class _Limit(NamedTuple):
    """Since which attribute a payment is in its state, how long it may be, and what is wrong after that."""

    since: str
    most: timedelta
    reason: str


_SLACK: Final = timedelta(minutes=15)
_AT_ONCE: Final = timedelta(0)
_LIMITS: Final[Mapping[str, _Limit]] = {
    "REQUESTED": _Limit("opened_at", _SLACK, "start-not-sent"),
    "STARTING": _Limit("start_sent_at", timedelta(seconds=START_WAIT_SECONDS) + _SLACK, "start-not-decided"),
    "CHARGING": _Limit("charging_since", timedelta(seconds=CHARGE_WAIT_SECONDS) + _SLACK, "end-not-seen"),
    "ENDED": _Limit("ended_at", _SLACK, "not-settled"),
    "SETTLED": _Limit("settled_at", timedelta(seconds=CAPTURE_WAIT_SECONDS) + _SLACK, "not-closed"),
    "REVIEW": _Limit("opened_at", _AT_ONCE, "held-for-review"),
    "CAPTURE_FAILED": _Limit("opened_at", _AT_ONCE, "capture-failed"),
    "CAPTURE_MISMATCH": _Limit("opened_at", _AT_ONCE, "capture-differs"),
    "CAPTURE_MISSING": _Limit("opened_at", _AT_ONCE, "capture-missing"),
}


def attention(payment: Mapping[str, Any], now: datetime) -> str | None:
    """Why a person has to look at this PAYMENT item; None while everything goes its way."""
    limit = _LIMITS.get(payment["state"])
    if limit is None:
        return None
    since = parse_time(payment.get(limit.since) or payment["opened_at"])
    return limit.reason if now - since >= limit.most else None
