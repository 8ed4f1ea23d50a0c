"""Counts what AWS would bill: messages, requests, Lambda time, DynamoDB units, queue requests, state transitions.

Counters are keyed by (what, detail, …); `Usage.snapshot()` and subtraction give the usage of a period, and
`local.prices.cost()` says what that costs. DynamoDB units are computed from item sizes as AWS documents it.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from local.units import item_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.moto_dynamodb import Change
    from local.scope import Invocation

MESSAGE_BYTES: Final = 32 * 1024  # API Gateway bills WebSocket messages in 32 KB increments, both directions
HTTP_BYTES: Final = 512 * 1024  # and HTTP API requests in 512 KB increments
QUEUE_BYTES: Final = 64 * 1024
READ_BYTES: Final = 4096
WRITE_BYTES: Final = 1024

_WRITES: Final = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
_READS: Final = {"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"}

Key = tuple[str, ...]


@dataclass
class CallRecord:
    """What the calls of one function, under one label (OCPP action, HTTP route), to one operation add up to."""

    function: str
    label: str
    service: str
    operation: str
    table: str
    count: int = 0
    reads: float = 0.0
    writes: float = 0.0


@dataclass
class Counts:
    """A period's usage: the difference of two snapshots."""

    numbers: Mapping[Key, float] = field(default_factory=dict)

    def total(self, *prefix: str) -> float:
        """Sum of all counters whose key begins with the prefix, such as "dynamodb.write"."""
        return sum(value for key, value in self.numbers.items() if key[: len(prefix)] == prefix)

    def by(self, name: str) -> dict[Key, float]:
        """The counters of one kind by the rest of their key."""
        return {key[1:]: value for key, value in self.numbers.items() if key[0] == name}

    def __sub__(self, earlier: Counts) -> Counts:
        difference = {key: value - earlier.numbers.get(key, 0) for key, value in self.numbers.items()}
        return Counts({key: value for key, value in difference.items() if value})


class Usage:
    """The meter of one stack. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._numbers: Counter[Key] = Counter()
        self._calls: dict[Key, CallRecord] = {}
        self._lock = threading.Lock()

    @property
    def calls(self) -> list[CallRecord]:
        """Calls of functions to AWS, added up per function, label, operation and table."""
        with self._lock:
            return [CallRecord(**vars(record)) for record in self._calls.values()]

    def snapshot(self) -> Counts:
        """All counters as they are now."""
        with self._lock:
            return Counts(dict(self._numbers))

    def reset(self) -> None:
        """Begin at zero."""
        with self._lock:
            self._numbers.clear()
            self._calls.clear()

    def add(self, *key: str, by: float = 1) -> None:
        """Count something."""
        with self._lock:
            self._numbers[key] += by  # type: ignore[assignment]  # minutes and milliseconds are fractions

    def message(self, direction: str, size: int) -> None:
        """A WebSocket message, "in" or "out"."""
        self.add("websocket.messages", direction, by=max(1, ceil(size / MESSAGE_BYTES)))

    def http_request(self, route: str, size: int) -> None:
        """A request to the HTTP API."""
        self.add("http.requests", route, by=max(1, ceil(size / HTTP_BYTES)))

    def invocation(self, function: str, label: str, milliseconds: float, memory_mb: int) -> None:
        """A run of a function, successful or not."""
        with self._lock:
            self._numbers["lambda.invocations", function, label] += 1
            self._numbers["lambda.milliseconds", function, label] += milliseconds  # type: ignore[assignment]  # a float in a Counter: mypy knows only ints
            self._numbers["lambda.gb_seconds", function] += milliseconds / 1000 * memory_mb / 1024  # type: ignore[assignment]  # as above

    def count_call(
        self,
        service: str,
        operation: str,
        body: dict[str, Any],
        answer: tuple[int, Any, Any],
        changes: list[Change],
        invocation: Invocation | None,
    ) -> None:
        """A call of a function to AWS with what it changed in DynamoDB."""
        if service == "dynamodb":
            for table, (reads, writes) in dynamodb_units(operation, body, answer, changes).items():
                if reads:
                    self.add("dynamodb.read", table, operation, by=reads)
                if writes:
                    self.add("dynamodb.write", table, operation, by=writes)
                self._record(invocation, service, operation, table, reads, writes)
            return
        if service == "sqs":
            self.add("sqs.requests", operation, by=max(1, ceil(len(str(body)) / QUEUE_BYTES)))
        else:
            self.add(f"{service}.calls", operation)
        self._record(invocation, service, operation, "", 0.0, 0.0)

    def _record(
        self, invocation: Invocation | None, service: str, operation: str, table: str, reads: float, writes: float
    ) -> None:
        function, label = (invocation.function, invocation.label) if invocation else ("", "")
        key = (function, label, service, operation, table)
        with self._lock:
            record = self._calls.setdefault(key, CallRecord(*key))
            record.count += 1
            record.reads += reads
            record.writes += writes


def dynamodb_units(
    operation: str, body: dict[str, Any], answer: tuple[int, Any, Any], changes: list[Change]
) -> dict[str, tuple[float, float]]:
    """(read units, write units) of one call by table.

    Reads: 4 KB, half when eventually consistent, double in a transaction. Writes: 1 KB of the larger of the item before
    and after, double in a transaction, at least one even when a condition fails, and the same again per index entry
    that changes.
    """
    factor = 2 if operation.startswith("Transact") else 1
    tables = _tables(operation, body)
    if operation in _WRITES:
        units: Counter[str] = Counter()
        for change in changes:
            units[change.table.name] += _write_units(change)
        return {table: (0.0, float(factor * max(least, units[table]))) for table, least in tables.items()}
    if operation in _READS:
        size = _read_size(json.loads(answer[2])) if answer[0] < 300 else 0
        consistent = body.get("ConsistentRead") or factor == 2
        units_read = max(1, ceil(size / READ_BYTES)) * factor * (1.0 if consistent else 0.5)
        return {table: (units_read / len(tables), 0.0) for table in tables}
    return dict.fromkeys(tables, (0.0, 0.0))


def _tables(operation: str, body: dict[str, Any]) -> Counter[str]:
    """Number of items a call names, by table."""
    if operation.startswith("Transact"):
        return Counter(write["TableName"] for item in body["TransactItems"] for write in item.values())
    if operation.startswith("Batch"):
        return Counter({table: len(requests) for table, requests in body["RequestItems"].items()})
    return Counter([body.get("TableName", "")])


def _read_size(document: dict[str, Any]) -> int:
    items = [document["Item"]] if "Item" in document else list(document.get("Items", []))
    responses = document.get("Responses", [])
    if isinstance(responses, dict):  # BatchGetItem: by table
        items += [item for found in responses.values() for item in found]
    else:
        items += [entry.get("Item", {}) for entry in responses]
    return sum(item_size(item) for item in items)


def _write_units(change: Change) -> int:
    units = max(1, ceil(max(_size(change.before), _size(change.after)) / WRITE_BYTES))
    for index in change.table.global_indexes:
        old, new = (_entry(index, item) for item in (change.before, change.after))
        if old == new:
            continue
        same_key = old and new and all(old.get(name) == new.get(name) for name in index.schema_key_attrs)
        sizes = [max(_size(old), _size(new))] if same_key else [_size(item) for item in (old, new) if item]
        units += sum(max(1, ceil(size / WRITE_BYTES)) for size in sizes)
    return units


def _entry(index: Any, item: dict[str, Any] | None) -> dict[str, Any] | None:
    if item is None or any(name not in item for name in index.schema_key_attrs):
        return None
    kind = (index.projection or {}).get("ProjectionType", "ALL")
    if kind == "ALL":
        return item
    names = {*index.table_key_attrs, *index.schema_key_attrs, *index.projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in names}


def _size(item: dict[str, Any] | None) -> int:
    return item_size(item) if item else 0
