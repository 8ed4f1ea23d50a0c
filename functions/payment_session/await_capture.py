"""AwaitCapture: wait until the terminal's platform reports the capture (FinancialAdviceConfirmation)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from csms.edge import log, log_catalogue
from csms.store import sessions
from csms.store.dynamo import Store
from functions.payment_session import steps

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Event: `{"task_token", "payment"}`."""
    await_capture(Store(), steps.payment_id_of(event), event["task_token"], datetime.now(UTC))
    return {}


def await_capture(store: Store, payment_id: str, task_token: str, now: datetime) -> None:
    """Leave the token for the capture, and go on at once where one is there.

    First the token, then the look: a capture that arrives in between finds the token, one before it is found here.
    Both may signal; the state machine takes the first.
    """

    def decide(payment: Item) -> tuple[Write, ...]:
        if payment["state"] != "SETTLED":
            return (steps.signal(payment_id, "capture", task_token, now),)
        return (sessions.payment_changed(payment_id, was=("SETTLED",), capture_token=task_token),)

    before = steps.take(store, payment_id, decide)
    if before["state"] == "SETTLED" and sessions.captures_of(store, payment_id):
        store.commit(steps.signal(payment_id, "capture", task_token, now))
    log.write(log_catalogue.PAYMENT_STEP, payment_id=payment_id, step="await_capture", state=before["state"])
