"""Counts the calls that reach DynamoDB: what a frame costs, and what the hot path must not exceed."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from csms.store import dynamo

if TYPE_CHECKING:
    from collections.abc import Iterator

READS = frozenset({"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"})


class Calls(Counter[str]):
    """DynamoDB operations by name."""

    @property
    def reads(self) -> int:
        return sum(count for name, count in self.items() if name in READS)

    @property
    def writes(self) -> int:
        return sum(count for name, count in self.items() if name not in READS)


@contextmanager
def counted() -> Iterator[Calls]:
    """Every call that leaves the process's DynamoDB client inside the block."""
    calls = Calls()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    events = dynamo.client().meta.events
    events.register("before-call.dynamodb", count)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", count)
