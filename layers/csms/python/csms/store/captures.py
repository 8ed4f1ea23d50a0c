"""The step that reported captures make a settled payment take: closed, or open with a reason for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain import payment as rules
from csms.domain.times import format_time
from csms.store import sessions

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write


def capture_step(store: Store, payment: Item, now: datetime) -> tuple[Write, ...]:
    """The write of the step, on the condition that the payment's state is still the same; none where nothing changes.

    A mended payment (a later capture that matches) closes like any other.
    """
    before = payment["state"]
    if before not in rules.SETTLED_STATES or before in rules.CLOSED:
        return ()
    facs = [row["fac"] for row in sessions.captures_of(store, payment["payment_id"])]
    found = rules.capture_outcome(
        facs, payment["amount"], payment["currency"], report_due=payment.get("invoice_creator") != "PTP"
    )
    state = rules.allowed(before, found.event)
    if state is None:
        return ()
    known = {"captured_amount": found.captured_amount, "capture_id": found.fac_id, "capture_reason": found.reason}
    facts: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    if state in rules.CLOSED:
        return (sessions.payment_closed(payment["payment_id"], state, now, was=(before,), **facts),)
    since = format_time(now)
    return (sessions.payment_changed(payment["payment_id"], was=(before,), state=state, state_since=since, **facts),)
