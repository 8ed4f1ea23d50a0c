"""Runs handlers in this process as Lambda would: own environment, context object, timeout, JSON in and out.

A thread cannot be killed. A handler that outlives its timeout is answered for as timed out, and from then on each of
its calls to AWS ends it, so that it has no effects that AWS would not have seen.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import json
import logging
import sys
import threading
import time
import traceback
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from local import scope
from local.synth import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.cloud import Answer, Call, Cloud
    from local.model import Function

logger = logging.getLogger(__name__)

PAYLOAD_BYTES_MAX: Final = 6 * 1024 * 1024
_IMPORT_ROOTS: Final = (ROOT, ROOT / "layers" / "csms" / "python")


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: the handler's answer after a trip through JSON, or Lambda's error object."""

    payload: Any = None
    error: dict[str, Any] | None = None
    timed_out: bool = False


class LambdaContext:
    """The context object a handler gets."""

    def __init__(self, function: Function, invocation: scope.Invocation) -> None:
        self._invocation = invocation
        self.function_name = function.name
        self.function_version = "$LATEST"
        self.invoked_function_arn = function.arn
        self.memory_limit_in_mb = str(function.memory_mb)
        self.aws_request_id = invocation.request_id
        self.log_group_name = f"/aws/lambda/{function.name}"
        self.log_stream_name = "laptop"
        self.identity = None
        self.client_context = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return self._invocation.remaining_ms()


class Lambdas:
    """All functions of one stack."""

    def __init__(self, cloud: Cloud, functions: dict[str, Function], threads: int) -> None:
        self._cloud = cloud
        self._functions = functions
        self._environments: dict[str, dict[str, str]] = {}
        self._handlers: dict[str, Callable[[Any, LambdaContext], Any]] = {}
        self._import_lock = threading.RLock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lambda")
        self._running: set[scope.Invocation] = set()
        self.errors: list[tuple[str, dict[str, Any]]] = []
        for root in _IMPORT_ROOTS:
            if str(root) not in sys.path:
                sys.path.append(str(root))

    def stop(self) -> None:
        """Take no more work; running handlers end at their next call to AWS."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for invocation in list(self._running):
            invocation.over = True

    def environment(self, function: Function) -> dict[str, str]:
        """The function's environment; the same dict for all its invocations, as in one warm process."""
        if function.arn not in self._environments:
            self._environments[function.arn] = scope.function_environ(
                function.environment, self._cloud.region, function.name, function.memory_mb
            )
        return self._environments[function.arn]

    def scope_of(self, function: Function, invocation: scope.Invocation | None = None) -> scope.Scope:
        """The scope code of the function runs in."""
        return scope.Scope(self._cloud, function.path, invocation, self.environment(function))

    async def invoke(
        self, function_arn: str, event: Any, *, label: str = "", limit_seconds: float | None = None
    ) -> Outcome:
        """Run the function. `limit_seconds` is how long the caller waits at most, besides the function's own timeout."""
        function = self._functions[function_arn]
        invocation = self._invocation(function, label)
        wait = min(function.timeout_seconds, limit_seconds or function.timeout_seconds)
        future = self._submit(function, invocation, event)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), wait)
        except TimeoutError:
            return self._timed_out(function, invocation)

    def invoke_blocking(self, function_arn: str, event: Any, *, label: str = "") -> Outcome:
        """Run the function from a thread: in a thread of its own from outside, in the caller's own from inside another."""
        function = self._functions[function_arn]
        invocation = self._invocation(function, label)
        caller = scope.current()
        if caller is not None and caller.invocation is not None:
            return self._run(function, invocation, event)
        future = self._submit(function, invocation, event)
        try:
            return future.result(function.timeout_seconds)
        except FutureTimeoutError:
            return self._timed_out(function, invocation)

    def answer(self, call: Call) -> Answer:
        """Lambda's Invoke API, for state machines and whoever calls it through boto3."""
        from urllib.parse import unquote, urlsplit

        path = urlsplit(call.request.url or "").path
        wanted = unquote(path.split("/functions/")[1].split("/")[0])
        arn = next((f.arn for f in self._functions.values() if wanted in {f.arn, f.name}), None)
        if arn is None:
            error = {"__type": "ResourceNotFoundException", "Message": f"Function not found: {wanted}"}
            return 404, {}, json.dumps(error)
        event = json.loads(call.raw) if call.raw else {}
        kind = call.request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind in {"Event", b"Event"}:
            function = self._functions[arn]
            scope.without_scope(self._submit, function, self._invocation(function, ""), event)
            return 202, {}, ""
        outcome = self.invoke_blocking(arn, event)
        if outcome.error is not None:
            return 200, {"x-amz-function-error": "Unhandled"}, json.dumps(outcome.error)
        return 200, {}, json.dumps(outcome.payload)

    def _invocation(self, function: Function, label: str) -> scope.Invocation:
        return scope.Invocation(function.path, str(uuid.uuid4()), function.timeout_seconds, label)

    def _submit(self, function: Function, invocation: scope.Invocation, event: Any) -> Future[Outcome]:
        # An empty context: a handler must not inherit the scope of whoever caused it.
        return self._pool.submit(contextvars.Context().run, self._run, function, invocation, event)

    def _run(self, function: Function, invocation: scope.Invocation, event: Any) -> Outcome:
        invocation.started = time.monotonic()
        self._running.add(invocation)
        with scope.entered(self.scope_of(function, invocation)):
            try:
                document = json.dumps(
                    self._handler(function)(json.loads(json.dumps(event)), LambdaContext(function, invocation))
                )
                if len(document) > PAYLOAD_BYTES_MAX:
                    raise ValueError("Response payload size exceeded maximum allowed payload size (6291556 bytes).")
                outcome = Outcome(json.loads(document))
            except scope.InvocationOver:
                outcome = Outcome(timed_out=True)
            except BaseException as error:  # noqa: BLE001 - as Lambda's runtime: whatever ends a handler is its error
                outcome = Outcome(error=_error_object(error))
                if not invocation.over:
                    self._report(function, outcome.error or {}, error)
        self._running.discard(invocation)
        if not invocation.over:
            milliseconds = (time.monotonic() - invocation.started) * 1000
            self._cloud.usage.invocation(function.path, invocation.label, milliseconds, function.memory_mb)
        return outcome

    def _timed_out(self, function: Function, invocation: scope.Invocation) -> Outcome:
        invocation.over = True
        milliseconds = (time.monotonic() - invocation.started) * 1000
        self._cloud.usage.invocation(function.path, invocation.label, milliseconds, function.memory_mb)
        seconds = min(function.timeout_seconds, milliseconds / 1000)
        message = f"{invocation.request_id} Task timed out after {seconds:.2f} seconds"
        error = {"errorType": "Sandbox.Timedout", "errorMessage": message}
        self._report(function, error, None)
        return Outcome(error=error, timed_out=True)

    def _report(self, function: Function, error: dict[str, Any], exception: BaseException | None) -> None:
        self.errors.append((function.path, error))
        logger.warning(
            "%s failed: %s: %s", function.path, error["errorType"], error["errorMessage"], exc_info=exception
        )

    def _handler(self, function: Function) -> Callable[[Any, LambdaContext], Any]:
        if function.handler not in self._handlers:
            module, _, name = function.handler.rpartition(".")
            with self._import_lock:
                self._handlers[function.handler] = getattr(importlib.import_module(module), name)
        return self._handlers[function.handler]


def _error_object(error: BaseException) -> dict[str, Any]:
    kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else type(error).__name__
    return {
        "errorMessage": str(error),
        "errorType": kind,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
