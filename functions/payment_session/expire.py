"""Expire: the transaction was not seen in time, or the charger refused. The payment is closed and nothing is billed.

The transaction can begin at this very moment: then the payment is CHARGING and the state machine goes on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from csms.contract import ERROR_START_REJECTED
from csms.domain import payment as rules
from csms.domain.times import format_time
from csms.edge import log, log_catalogue
from csms.store import chargers, outbox, sessions
from csms.store.dynamo import Store
from csms.store.receipts import receipt_pointer
from functions.payment_session import steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Write

_TIMED_OUT: Final = ("States.Timeout", "States.HeartbeatTimeout")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Event: `{"payment", "error": {"Error", "Cause"}}`. Answers `{"state": "CHARGING"}` or `{"state": "EXPIRED"}`."""
    return expire(Store(), steps.payment_id_of(event), event.get("error") or {}, datetime.now(UTC))


def expire(store: Store, payment_id: str, error: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Close the payment, unless its transaction began after all."""

    def decide(payment: Item) -> tuple[Write, ...]:
        if payment["state"] not in rules.states_before("START_EXPIRED"):
            return ()
        return _expiry_writes(store, payment, str(error.get("Error", "")), now)

    before = steps.take(store, payment_id, decide)
    ended = before["state"] in {"REQUESTED", "STARTING", "REJECTED", "EXPIRED"}
    state = "EXPIRED" if ended else "CHARGING"
    log.write(log_catalogue.PAYMENT_STEP, payment_id=payment_id, step="expire", state=state, reason=error.get("Error"))
    return {"state": state}


def _expiry_writes(store: Store, payment: Item, error: str, now: datetime) -> tuple[Write, ...]:
    """The payment closes; what waited for its transaction waits no more."""
    payment_id, result = payment["payment_id"], payment.get("start_result")
    refused = error == ERROR_START_REJECTED or result not in {None, "ACCEPTED", "TIMEOUT"}
    final, event = ("REJECTED", rules.states_before("START_REFUSED")) if refused else (
        "EXPIRED", rules.states_before("START_EXPIRED"))  # fmt: skip
    writes: list[Write] = [
        sessions.payment_closed(payment_id, final, now, was=event, close_reason=error or "States.Timeout"),
        receipt_pointer(payment),
    ]
    if result is None:
        # Nobody told the terminal's platform: not the charger's answer, not its silence.
        told = "TIMEOUT" if error in _TIMED_OUT else "FAILED"
        writes.append(steps.command_result_row(payment, told, "The session did not start", now))
    if payment["state"] == "STARTING":
        writes += _pending_writes(store, payment, now)
    return tuple(writes)


def _pending_writes(store: Store, payment: Item, now: datetime) -> tuple[Write, ...]:
    """The session never began: INVALID, which tells the platform to release the hold where it was told PENDING."""
    session = sessions.get_session(store, payment["session_id"])
    if session is None:
        raise LookupError("a payment that waits for its start has a session")
    changes = {"status": "INVALID"}
    writes: list[Write] = [
        chargers.remote_start_changed(
            payment["charger_id"],
            int(payment["remote_start_id"]),
            "expired",
            was="pending",
            expired_at=format_time(now),
        ),
        sessions.session_changed(payment["session_id"], changes, format_time(now), was=("PENDING",)),
    ]
    if payment.get("start_accepted"):
        document = {**session["session"], **changes, "last_updated": format_time(now)}
        writes.append(
            outbox.to_partner(
                payment["partner_id"],
                "sessions",
                payment["session_id"],
                "PUT",
                document,
                now,
                row_id=f"invalid-{payment['session_id']}",
            )
        )
    return tuple(writes)
