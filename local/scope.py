"""Who is calling: the running stack, the function and its invocation. Rides on a ContextVar through threads.

Three things hang on it: `os.environ` shows the function's own environment, calls to AWS go to the stack's emulation and
are checked against the function's role, and what is used is counted on the function.
"""

from __future__ import annotations

import contextvars
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    from local.cloud import Cloud


class InvocationOver(SystemExit):
    """Raised inside a handler that goes on after its timeout: on AWS the process is frozen by then."""


@dataclass(eq=False)
class Invocation:
    """One run of a function. `label` says what for (an OCPP action, a route), for the meter."""

    function: str
    request_id: str
    timeout_seconds: float
    label: str = ""
    started: float = field(default_factory=time.monotonic)
    over: bool = False

    def remaining_ms(self) -> int:
        """Milliseconds until the timeout, never negative."""
        return max(0, int((self.started + self.timeout_seconds - time.monotonic()) * 1000))


@dataclass(frozen=True, eq=False)
class Scope:
    """The caller of AWS. `principal` names the role to check against; None is a person with all rights (a test, the CLI)."""

    cloud: Cloud
    principal: str | None = None
    invocation: Invocation | None = None
    environ: MutableMapping[str, str] | None = None


_SCOPE: Final[contextvars.ContextVar[Scope | None]] = contextvars.ContextVar("laptop_scope", default=None)


def current() -> Scope | None:
    """The scope of the running code, or None outside the laptop edition."""
    return _SCOPE.get()


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """Run the block as this caller."""
    token = _SCOPE.set(scope)
    try:
        yield scope
    finally:
        _SCOPE.reset(token)


class _Environ(os._Environ):  # type: ignore[type-arg]  # noqa: SLF001 - the class of os.environ itself, to stay in place
    """`os.environ` that shows a function its own environment while it runs, and everybody else the real one."""

    def _own(self) -> MutableMapping[str, str] | None:
        scope = _SCOPE.get()
        return None if scope is None else scope.environ

    def __getitem__(self, key: str) -> str:
        own = self._own()
        return super().__getitem__(key) if own is None else own[key]

    def __setitem__(self, key: str, value: str) -> None:
        own = self._own()
        if own is None:
            super().__setitem__(key, value)
        else:
            own[key] = value

    def __delitem__(self, key: str) -> None:
        own = self._own()
        if own is None:
            super().__delitem__(key)
        else:
            del own[key]

    def __iter__(self) -> Iterator[str]:
        own = self._own()
        return super().__iter__() if own is None else iter(own)

    def __len__(self) -> int:
        own = self._own()
        return super().__len__() if own is None else len(own)


# What every process has besides the function's own variables.
_PROCESS_KEYS: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def function_environ(variables: Mapping[str, str], region: str, name: str, memory_mb: int) -> dict[str, str]:
    """The environment a function sees: the template's variables and what the Lambda runtime sets."""
    return {
        **{key: os.environ[key] for key in _PROCESS_KEYS if key in os.environ},
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "ASIALAPTOPEDITION000",
        "AWS_SECRET_ACCESS_KEY": "laptop",
        "AWS_SESSION_TOKEN": "laptop",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": "/var/task",
        "TZ": ":UTC",
        **variables,
    }


def install() -> None:
    """Make `os.environ` and threads follow the scope. Once per process; without a scope both behave as before."""
    if isinstance(os.environ, _Environ):
        return
    os.environ.__class__ = _Environ
    start = threading.Thread.start

    def start_in_scope(thread: threading.Thread) -> None:
        # A thread begins with an empty context. One that a handler starts would otherwise call the real AWS.
        if _SCOPE.get() is not None:
            run, context = thread.run, contextvars.copy_context()
            thread.run = lambda: context.run(run)  # type: ignore[method-assign]  # a thread's run is meant to be replaced
        start(thread)

    threading.Thread.start = start_in_scope  # type: ignore[assignment, method-assign]  # threads have no other hook


def without_scope(call: Any, *args: Any) -> Any:
    """Call something as if no scope were set: for threads and tasks of our own that outlive the caller."""
    return contextvars.Context().run(call, *args)
