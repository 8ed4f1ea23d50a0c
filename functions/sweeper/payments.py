"""Open payments: closed where a capture decides them after all, flagged where they stand still."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.domain.attention import attention
from csms.domain.times import format_time, parse_time
from csms.edge import log, log_catalogue
from csms.store import sessions
from csms.store.captures import capture_step
from csms.store.dynamo import ConditionFailed

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store

# Younger ones are on their way. The list is read oldest first: what stands longest is never left out.
_YOUNG: Final = timedelta(minutes=10)
_PAYMENTS_MAX: Final = 2000
_UNDECIDED: Final = frozenset({"CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING"})


def sweep_payments(store: Store, now: datetime) -> dict[str, int]:
    """Look at the open payments. Returns how many were closed and how many were newly flagged."""
    closed = flagged = 0
    until = format_time(now - _YOUNG)
    for payment in sessions.open_matters(store, sessions.OPEN_PAYMENTS, until, _PAYMENTS_MAX):
        if _is_decidable(payment, now) and _step(store, payment, now):
            closed += 1
        else:
            flagged += _flag(store, payment, now)
    return {"payments_decided": closed, "payments_flagged": flagged}


def _is_decidable(payment: Item, now: datetime) -> bool:
    """Whether nobody else is about to decide it: a capture that came too late, or a state machine that is not there."""
    state = payment["state"]
    if state in _UNDECIDED:
        return str(payment.get("capture_reported_at", "")) > str(payment.get("state_since", ""))
    if state != "SETTLED":
        return False
    reported = payment.get("capture_reported_at")
    last = parse_time(reported or payment["settled_at"])
    nothing_to_wait_for = reported or not payment.get("await_capture") or attention(payment, now)
    return bool(nothing_to_wait_for) and now - last >= _YOUNG


def _step(store: Store, payment: Item, now: datetime) -> bool:
    writes = capture_step(store, payment, now)
    return bool(writes) and _committed(store, *writes)


def _flag(store: Store, payment: Item, now: datetime) -> int:
    """Say on the payment itself why a person has to look, since when; take it back where it went on."""
    reason, known = attention(payment, now), payment.get("attention")
    if reason == known:
        return 0
    was, payment_id = (payment["state"],), payment["payment_id"]
    if reason is None:
        _committed(store, sessions.payment_changed(payment_id, was=was, remove=("attention", "attention_since")))
        return 0
    flag = sessions.payment_changed(payment_id, was=was, attention=reason, attention_since=format_time(now))
    if not _committed(store, flag):
        return 0
    log.write(log_catalogue.PAYMENT_NEEDS_PERSON, payment_id=payment_id, state=payment["state"], reason=reason)
    return 1


def _committed(store: Store, *writes: Any) -> bool:
    try:
        store.commit(*writes)
    except ConditionFailed:
        return False  # it went on at this very moment
    return True
