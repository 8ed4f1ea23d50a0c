"""What else moto gets wrong for us, put right; each patch says why. DynamoDB and Step Functions have files of their own."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any, Final

from moto.core import base_backend
from moto.sqs import models as sqs_models

from local import moto_dynamodb, moto_import, moto_stepfunctions

if TYPE_CHECKING:
    from collections.abc import Callable

# As Any, since replacing methods is what this file is for.
BackendDict: Any = base_backend.BackendDict
MotoQueue: Any = sqs_models.Queue

# Accounts of running stacks: a test's own mock_aws() must not empty them.
PROTECTED_ACCOUNTS: Final[set[str]] = set()

DEDUPLICATION_SECONDS: Final = 300

_LISTENERS: Final[dict[str, Callable[[str], None]]] = {}


def listen_to_queues(account: str, listener: Callable[[str], None] | None) -> None:
    """Call `listener` with the queue's ARN whenever a message arrives in the account; None stops it."""
    if listener is None:
        _LISTENERS.pop(account, None)
    else:
        _LISTENERS[account] = listener


def install() -> None:
    """Patch moto. Once per process."""
    if getattr(BackendDict, "laptop_edition", False):
        return
    BackendDict.laptop_edition = True
    moto_import.parameter_store()
    moto_dynamodb.install()
    BackendDict.reset = classmethod(_reset)
    MotoQueue.add_message = _announcing(MotoQueue.add_message)
    moto_stepfunctions.install(PROTECTED_ACCOUNTS)


def _reset(cls: Any) -> None:
    with base_backend.backend_lock:
        for backend in list(cls._instances):
            for account in [account for account in backend if account not in PROTECTED_ACCOUNTS]:
                backend[account].reset()
                del backend[account]


def forget_account(account: str) -> None:
    """Drop everything moto holds for the account."""
    with base_backend.backend_lock:
        for backend in list(BackendDict._instances):  # noqa: SLF001 - moto has no public way to drop one account
            if account in backend:
                backend[account].reset()
                del backend[account]


def _announcing(add_message: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Also: moto forgets a deduplication id with its message, and takes it for the whole queue where it is the group's."""

    @functools.wraps(add_message)
    def call(queue: Any, message: Any) -> None:
        if queue.fifo_queue and _is_repeated(queue, message):
            return
        deduplication_id, message.deduplication_id = message.deduplication_id, None
        try:
            add_message(queue, message)
        finally:
            message.deduplication_id = deduplication_id
        listener = _LISTENERS.get(queue.account_id)
        if listener is not None:
            listener(queue.queue_arn)

    return call


def _is_repeated(queue: Any, message: Any) -> bool:
    by_group = queue.attributes.get("DeduplicationScope") == "messageGroup"
    key = (message.group_id if by_group else "", message.deduplication_id)
    now = time.monotonic()
    seen: dict[tuple[str, str], float] = queue.__dict__.setdefault("laptop_seen", {})
    for old in [name for name, moment in seen.items() if moment < now - DEDUPLICATION_SECONDS]:
        del seen[old]
    if not message.deduplication_id or key not in seen:
        seen[key] = now
        return False
    return True
