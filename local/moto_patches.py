"""What else moto gets wrong for us, put right; each patch says why. DynamoDB has a file of its own."""

from __future__ import annotations

import functools
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

import boto3
from botocore.config import Config
from moto.core.base_backend import BackendDict, backend_lock
from moto.core.config import default_user_config
from moto.sqs.models import Queue as MotoQueue
from moto.stepfunctions.parser.api import InvalidToken, TaskTimedOut
from moto.stepfunctions.parser.asl.component import eval_component
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_dynamodb,
    state_task_service_sqs,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackPoolManager
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.parser.utils import TMP_THREADS
from moto.stepfunctions.responses import StepFunctionResponse

from local import moto_dynamodb, scope

# Accounts of running stacks: a test's own mock_aws() must not empty them.
PROTECTED_ACCOUNTS: Final[set[str]] = set()

_TIMED_OUT: Final = "Task Timed Out: 'Provided task does not exist anymore'"
_TRANSITIONS: Final = {
    f"{kind}StateEntered" for kind in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
}
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
    moto_dynamodb.install()
    BackendDict.reset = classmethod(_reset)
    MotoQueue.add_message = _announcing(MotoQueue.add_message)
    # The executing back end, for our accounts only: other tests choose for themselves.
    StepFunctionResponse.stepfunction_backend = property(_executing_backend)
    # The cause is dropped on the way.
    StepFunctionResponse.send_task_failure = _send_task_failure
    # A token whose wait is over: AWS says TaskTimedOut, moto pretends success or says InvalidToken.
    CallbackPoolManager.notify = _strict_notify(CallbackPoolManager.notify)
    StepFunctionsParserBackend.send_task_success = _late(StepFunctionsParserBackend.send_task_success)
    StepFunctionsParserBackend.send_task_failure = _late(StepFunctionsParserBackend.send_task_failure)
    # StartExecution without a name makes the ARN end in ":None", and the second one fails.
    StepFunctionsParserBackend.start_execution = _named(StepFunctionsParserBackend.start_execution)
    EventManager.add_event = _counting(EventManager.add_event)
    # A task's error is part of a workflow and not an error of the interpreter.
    logging.getLogger(eval_component.__name__).setLevel(logging.CRITICAL)
    # Every task builds a boto3 client of its own: 0.1 s of CPU each.
    for module in (lambda_eval_utils, state_task_service_dynamodb, state_task_service_sqs):
        module.boto_client_for = _shared_client


def _reset(cls: type[BackendDict]) -> None:
    with backend_lock:
        for backend in list(cls._instances):  # noqa: SLF001 - the original does the same
            for account in [account for account in backend if account not in PROTECTED_ACCOUNTS]:
                backend[account].reset()
                del backend[account]


def forget_account(account: str) -> None:
    """Drop everything moto holds for the account."""
    with backend_lock:
        for backend in list(BackendDict._instances):  # noqa: SLF001 - moto has no public way to drop one account
            if account in backend:
                backend[account].reset()
                del backend[account]


def _announcing(add_message: Callable[[MotoQueue, Any], None]) -> Callable[[MotoQueue, Any], None]:
    """Also: moto forgets a deduplication id with its message, and takes it for the whole queue where it is the group's."""

    @functools.wraps(add_message)
    def call(queue: MotoQueue, message: Any) -> None:
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


def _is_repeated(queue: MotoQueue, message: Any) -> bool:
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


def _executing_backend(response: StepFunctionResponse) -> Any:
    from moto.stepfunctions.models import stepfunctions_backends
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    wanted = default_user_config.get("stepfunctions", {}).get("execute_state_machine", False)
    execute = wanted or response.current_account in PROTECTED_ACCOUNTS
    backends = stepfunctions_parser_backends if execute else stepfunctions_backends
    return backends[response.current_account][response.region]


def _send_task_failure(response: StepFunctionResponse) -> Any:
    from moto.core.responses import EmptyResult

    parameters = [response._get_param(name) for name in ("taskToken", "error", "cause")]  # noqa: SLF001 - as moto does
    backend = response.stepfunction_backend
    if isinstance(backend, StepFunctionsParserBackend):
        backend.send_task_failure(*parameters)
    else:
        backend.send_task_failure(*parameters[:2])
    return EmptyResult()


def _counting(add_event: Callable[..., int]) -> Callable[..., int]:
    """Counts state transitions, which is what Standard workflows are billed by; a retry is one more."""

    @functools.wraps(add_event)
    def call(manager: EventManager, context: Any, event_type: Any, *args: Any, **kwargs: Any) -> int:
        caller = scope.current()
        if caller is not None and caller.principal and event_type.value in _TRANSITIONS:
            caller.cloud.usage.add("stepfunctions.transitions", caller.principal)
        return add_event(manager, context, event_type, *args, **kwargs)

    return call


def _strict_notify(notify: Callable[..., bool]) -> Callable[..., bool]:
    @functools.wraps(notify)
    def call(pool: CallbackPoolManager, callback_id: str, outcome: Any) -> bool:
        endpoint = pool.get(callback_id)
        if endpoint is not None and endpoint._notify_event.is_set():  # noqa: SLF001 - moto keeps the state nowhere else
            raise TaskTimedOut(_TIMED_OUT, "TaskTimedOut")
        return notify(pool, callback_id=callback_id, outcome=outcome)

    return call


def _late(send: Callable[..., Any]) -> Callable[..., Any]:
    """A token of an execution that is over is looked for nowhere; its task has timed out, it was never unknown."""

    @functools.wraps(send)
    def call(backend: StepFunctionsParserBackend, task_token: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return send(backend, task_token, *args, **kwargs)
        except InvalidToken:
            for execution in backend._get_executions():  # noqa: SLF001 - as the original does
                environment = execution.exec_worker.env
                if environment is not None and environment.callback_pool_manager.get(task_token) is not None:
                    raise TaskTimedOut(_TIMED_OUT, "TaskTimedOut") from None
            raise

    return call


def _named(start: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(start)
    def call(backend: Any, state_machine_arn: str, name: str | None = None, *args: Any, **kwargs: Any) -> Any:
        TMP_THREADS[:] = [thread for thread in TMP_THREADS if thread.is_alive()]  # kept for ever otherwise
        return start(backend, state_machine_arn, name or str(uuid.uuid4()), *args, **kwargs)

    return call


@functools.cache
def _client(region: str, service: str) -> Any:
    return boto3.Session().client(
        service,
        region_name=region,
        aws_access_key_id="laptop",
        aws_secret_access_key="laptop",  # noqa: S106 - there is nothing behind it
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def _shared_client(region: str, service: str, state_credentials: Any = None) -> Any:
    del state_credentials
    return _client(region, service)


