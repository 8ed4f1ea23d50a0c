"""Close: what the captures say about a settled payment. Closed for good, or left open for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from csms.domain import payment as rules
from csms.edge import log, log_catalogue
from csms.store.captures import capture_step
from csms.store.dynamo import Store
from functions.payment_session import steps

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Event: `{"payment"}`. Answers `{"state"}`; a payment held for review, or closed before, stays as it is."""
    return {"state": close(Store(), steps.payment_id_of(event), datetime.now(UTC))}


def close(store: Store, payment_id: str, now: datetime) -> str:
    """Take the step that the captures decide; without any, the payment is reported as missing its capture."""

    def decide(payment: Item) -> tuple[Write, ...]:
        return capture_step(store, payment, now)

    steps.take(store, payment_id, decide)
    state = str(steps.payment_of(store, payment_id)["state"])
    open_for_person = state not in rules.CLOSED
    event = log_catalogue.PAYMENT_NEEDS_PERSON if open_for_person else log_catalogue.PAYMENT_STEP
    log.write(event, payment_id=payment_id, step="close", state=state)
    return state
