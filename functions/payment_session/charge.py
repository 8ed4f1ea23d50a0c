"""ChargeAndWait: wait until the transaction ends. Whoever ends it gives the token back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from csms.edge import log, log_catalogue
from csms.store import sessions
from csms.store.dynamo import Store, absent
from functions.payment_session import steps

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Event: `{"task_token", "payment"}`."""
    charge(Store(), steps.payment_id_of(event), event["task_token"], datetime.now(UTC))
    return {}


def charge(store: Store, payment_id: str, task_token: str, now: datetime) -> None:
    """Leave the token for the end of the transaction, or go on at once where it ended before."""

    def decide(payment: Item) -> tuple[Write, ...]:
        if payment["state"] == "CHARGING" and not payment.get("transaction_ended"):
            running = absent("transaction_ended")
            waits = sessions.payment_changed(
                payment_id, was=("CHARGING",), conditions=(running,), charge_token=task_token
            )
            return (waits,)
        return (steps.signal(payment_id, "ended", task_token, now),)

    before = steps.take(store, payment_id, decide)
    log.write(log_catalogue.PAYMENT_STEP, payment_id=payment_id, step="charge", state=before["state"])
