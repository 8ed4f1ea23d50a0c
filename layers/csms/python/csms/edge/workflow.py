"""The payment session's state machine: started once a payment, woken up by the tokens it gave out."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

from csms.edge import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions.client import SFNClient

# The state machine went on without the signal, or its execution is over.
_LATE: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
_CAUSE_MAX: Final = 1000


class SignalLateError(Exception):
    """Nobody waits for this signal any more: usual where two things end the same wait."""


@cache
def _client() -> SFNClient:
    return boto3.client("stepfunctions")


def execution_name(payment_id: str) -> str:
    """The name of a payment's execution: always the same, so that it is started once."""
    return f"payment-{hashlib.sha256(payment_id.encode()).hexdigest()[:56]}"


def start(payment_id: str, workflow_input: Mapping[str, Any]) -> bool:
    """Start the execution of a payment. False where it was started before."""
    try:
        _client().start_execution(
            stateMachineArn=settings.state_machine_arn(), name=execution_name(payment_id), input=_text(workflow_input)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
        return False
    return True


def succeed(task_token: str, output: Mapping[str, Any]) -> None:
    """Let the waiting task go on. Raises SignalLateError."""
    try:
        _client().send_task_success(taskToken=task_token, output=_text(output))
    except ClientError as error:
        _raise(error)


def fail(task_token: str, error_name: str, cause: str) -> None:
    """Let the waiting task fail. Raises SignalLateError."""
    try:
        _client().send_task_failure(taskToken=task_token, error=error_name, cause=cause[:_CAUSE_MAX])
    except ClientError as error:
        _raise(error)


def _raise(error: ClientError) -> None:
    code = error.response["Error"]["Code"]
    if code in _LATE:
        raise SignalLateError(code) from error
    raise error


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, default=_number)


def _number(value: Any) -> int:
    """Whole numbers come out of DynamoDB as Decimal; nothing else belongs into the state machine's data."""
    if not isinstance(value, Decimal) or value != int(value):
        raise TypeError(f"{type(value).__name__} has no place here")
    return int(value)
