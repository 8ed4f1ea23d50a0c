"""Break calls to AWS on purpose: a throttle, an error, a timeout before or after the call took effect, a delay.

    stack.faults.add(Fault("dynamodb", "UpdateItem", error="ProvisionedThroughputExceededException", times=2))
    stack.faults.add(Fault("sqs", "SendMessage", timeout="after"))

A fault sits below botocore's retries, as on AWS: one fault on a call that is retried costs the caller nothing but time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ReadTimeoutError


@dataclass
class Fault:
    """What to break. Empty `operation` or `function` match all; `contains` must stand in the request's body.

    `error` is the error code that AWS would answer with (and `status` its HTTP status), `timeout` makes the connection
    time out before the call is applied or after, `delay_seconds` only slows down. `times` None means until removed.
    """

    service: str
    operation: str = ""
    error: str = ""
    status: int = 400
    timeout: Literal["", "before", "after"] = ""
    delay_seconds: float = 0.0
    function: str = ""
    contains: str = ""
    times: int | None = 1
    hits: int = 0

    def matches(self, service: str, operation: str, function: str, body: bytes) -> bool:
        """Whether the call is one to break."""
        return (
            self.service == service
            and self.operation in {"", operation}
            and self.function in {"", function}
            and (not self.contains or self.contains.encode() in body)
            and (self.times is None or self.hits < self.times)
        )


class Faults:
    """The faults of one stack; empty by default."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Begin to break calls; `fault.hits` counts."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Break nothing any more."""
        with self._lock:
            self._faults.clear()

    def take(self, service: str, operation: str, function: str, body: bytes) -> Fault | None:
        """The fault for this call, counted, or None."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.matches(service, operation, function, body):
                    fault.hits += 1
                    return fault
        return None


def before(fault: Fault, url: str) -> tuple[int, dict[str, Any]] | None:
    """What the fault does before the call is applied: nothing, an error answer, or ReadTimeoutError."""
    if fault.delay_seconds:
        time.sleep(fault.delay_seconds)
    if fault.timeout == "before":
        raise ReadTimeoutError(endpoint_url=url)
    if fault.error:
        return fault.status, {"__type": fault.error, "message": "injected fault"}
    return None


def after(fault: Fault, url: str) -> None:
    """What the fault does after the call was applied: nothing, or ReadTimeoutError."""
    if fault.timeout == "after":
        raise ReadTimeoutError(endpoint_url=url)
