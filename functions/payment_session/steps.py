"""What the states share: whose payment it is, the commit that decides anew, the signal, the answer to a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.ocpi.render import command_result
from csms.store import outbox, sessions
from csms.store.dynamo import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

_TRIES: Final = 5


class PaymentUnknownError(LookupError):
    """The state machine was started for a payment that does not exist."""


class ContendedError(RuntimeError):
    """The payment changed under every try: the state machine tries again."""


def payment_id_of(event: Mapping[str, Any]) -> str:
    """The payment that an event of the state machine is about."""
    payment = event["payment"]
    return sessions.payment_id(payment["partner_id"], payment["authorization_reference"])


def payment_of(store: Store, payment_id: str) -> Item:
    """The payment as it stands. Raises PaymentUnknownError."""
    payment = sessions.get_payment(store, payment_id)
    if payment is None:
        raise PaymentUnknownError
    return payment


def take(store: Store, payment_id: str, decide: Callable[[Item], tuple[Write, ...]]) -> Item:
    """Commit what `decide` makes of the payment; decides anew where the payment changed meanwhile.

    Returns the payment as it stood when the step was decided. Raises PaymentUnknownError, ContendedError, StorageUnavailable.
    """
    for _ in range(_TRIES):
        payment = payment_of(store, payment_id)
        try:
            store.commit(*decide(payment))
        except ConditionFailed:
            continue
        return payment
    raise ContendedError


def signal(payment_id: str, step: str, task_token: str, now: datetime) -> Write:
    """Let the waiting state go on at once: what it waits for has happened before it began to wait."""
    return outbox.to_workflow(
        payment_id, "success", now, task_token=task_token, row_id=f"{step}-{payment_id}", output={}
    )


def command_result_row(payment: Item, result: str, text: str, now: datetime) -> Write:
    """The asynchronous answer to START_SESSION, sent to the URL that the command named (OCPI mod_commands)."""
    command_id = str(payment.get("command_id") or payment["authorization_reference"])
    return outbox.to_partner(
        payment["partner_id"],
        "commands",
        command_id,
        "POST",
        command_result(result, text),
        now,
        url=payment["response_url"],
        row_id=f"result-{command_id}",
    )
