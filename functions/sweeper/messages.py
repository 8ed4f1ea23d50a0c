"""Outbox rows that wait although nobody is on the way with them: the stream or a queue lost them, or a partner was away.

Rows for the state machine and for settlement are done when they are handed over, so one that still waits was never
taken: it is written again. A partner's row waits until it is delivered: its message is sent again once it has been
quiet for longer than the longest wait between two tries, and never past an older row about the same object.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.domain.times import parse_time
from csms.edge import push_queue
from csms.store import outbox
from csms.store.dynamo import ConditionFailed
from csms.store.outbox_sweep import sent_again, waiting_rows, written_again

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store

_QUIET: Final = timedelta(minutes=10)
_ROWS_MAX: Final = 500
_RESENDS_MAX: Final = 5
_AGAIN: Final = timedelta(hours=1)  # e.g. while a partner that refused our token has not registered again
# The push tries again after 5 s, then three times as long each time, up to six hours, give or take a quarter.
_FIRST_SECONDS: Final = 5
_FACTOR: Final = 3
_LONGEST_SECONDS: Final = 6 * 3600
_SPREAD: Final = 1.25


def sweep_messages(store: Store, now: datetime) -> dict[str, int]:
    """Send again what got lost. Returns how many rows that were."""
    resent = 0
    blocked: set[str] = set()
    for row in waiting_rows(store, now - _QUIET, _ROWS_MAX):
        if row["group"] in blocked:
            continue
        if now < _due_at(row):
            blocked.add(row["group"])
        elif row["target"] == outbox.TARGET_PARTNER:
            resent += _resend(store, row, now)
        elif int(row.get("resends", 0)) < _RESENDS_MAX:
            resent += _rewrite(store, row, now)
    return {"rows_resent": resent}


def _due_at(row: Item) -> datetime:
    """When the row should have been heard of: after its last sign of life, by the rules of the push."""
    tried, resent = row.get("attempted_at", ""), row.get("resent_at", "")
    if resent > tried:
        return parse_time(resent) + _AGAIN
    wait = min(_FIRST_SECONDS * _FACTOR ** min(int(row["attempts"]), 10), _LONGEST_SECONDS) * _SPREAD
    return parse_time(tried or row["written_at"]) + timedelta(seconds=wait) + _QUIET


def _resend(store: Store, row: Item, now: datetime) -> int:
    try:
        store.commit(sent_again(row, now))
    except ConditionFailed:
        return 0  # delivered at this very moment
    push_queue.hand_over(row)
    return 1


def _rewrite(store: Store, row: Item, now: datetime) -> int:
    try:
        store.commit(*written_again(row, now))
    except ConditionFailed:
        return 0  # taken at this very moment
    return 1
