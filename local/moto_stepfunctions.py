"""What moto's Step Functions get wrong for us, put right; each patch says why. Also counts the state transitions."""

from __future__ import annotations

import functools
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from local import scope
from local.moto_import import without_batch

if TYPE_CHECKING:
    from collections.abc import Callable

with without_batch():
    from moto.stepfunctions.parser.api import InvalidToken, TaskTimedOut
    from moto.stepfunctions.parser.asl.component import eval_component
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_dynamodb,
        state_task_service_sqs,
    )
    from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackPoolManager
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends
    from moto.stepfunctions.parser.utils import TMP_THREADS
    from moto.stepfunctions.responses import StepFunctionResponse

_TIMED_OUT: Final = "Task Timed Out: 'Provided task does not exist anymore'"

# What a Standard workflow is billed by: each state entered, a task once per attempt.
_TRANSITIONS: Final = {
    *(f"{kind}StateEntered" for kind in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Wait")),
    "LambdaFunctionScheduled",
    "TaskScheduled",
}

_ACCOUNTS: set[str] = set()


def install(accounts: set[str]) -> None:
    """Patch moto; machines of these accounts are executed. Once per process."""
    response: Any = StepFunctionResponse  # as Any, since replacing methods is what this file is for
    backend: Any = StepFunctionsParserBackend
    pool: Any = CallbackPoolManager
    manager: Any = EventManager
    global _ACCOUNTS  # noqa: PLW0603 - one set per process, kept elsewhere
    _ACCOUNTS = accounts
    # The executing back end, for our accounts only: other tests choose for themselves.
    response.stepfunction_backend = property(_executing_backend)
    # The cause is dropped on the way.
    response.send_task_failure = _send_task_failure
    # A token whose wait is over: AWS says TaskTimedOut, moto pretends success or says InvalidToken.
    pool.notify = _strict_notify(pool.notify)
    backend.send_task_success = _late(backend.send_task_success)
    backend.send_task_failure = _late(backend.send_task_failure)
    # StartExecution without a name makes the ARN end in ":None", and the second one fails.
    backend.start_execution = _named(backend.start_execution)
    manager.add_event = _counting(manager.add_event)
    # A task's error is part of a workflow and not an error of the interpreter.
    logging.getLogger(eval_component.__name__).setLevel(logging.CRITICAL)
    # Every task builds a boto3 client of its own: 0.1 s of CPU each.
    for module in (lambda_eval_utils, state_task_service_dynamodb, state_task_service_sqs):
        setattr(module, "boto_client_for", _shared_client)  # noqa: B010 - see above


def stop_executions(account: str, region: str) -> None:
    """End what still runs or waits in the account: three threads per execution, which would wait for up to days."""
    now = datetime.now(UTC)
    machines: list[Any] = stepfunctions_parser_backends[account][region].state_machines
    for machine in machines:
        for execution in machine.executions:
            environment = execution.exec_worker.env if execution.exec_worker else None
            if environment is not None and environment.is_running():
                environment.set_stop(stop_date=now, cause=None, error=None)
                for endpoint in list(environment.callback_pool_manager._pool.values()):  # noqa: SLF001 - no public list
                    endpoint.interrupt_all()


def _executing_backend(response: StepFunctionResponse) -> Any:
    from moto.core.config import default_user_config
    from moto.stepfunctions.models import stepfunctions_backends

    wanted = default_user_config.get("stepfunctions", {}).get("execute_state_machine", False)
    execute = wanted or response.current_account in _ACCOUNTS
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
    session: Any = boto3.Session()  # as Any: its overloads want literal names
    return session.client(
        service,
        region_name=region,
        aws_access_key_id="laptop",
        aws_secret_access_key="laptop",  # noqa: S106 - there is nothing behind it
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def _shared_client(region: str, service: str, state_credentials: Any = None) -> Any:
    del state_credentials
    return _client(region, service)
