"""What moto's DynamoDB gets wrong for a system under load, put right; each patch says why.

It also becomes the source of changes: every write is captured once, with the item before and after, for the streams
and for the meter.
"""

from __future__ import annotations

import base64
import copy
import functools
import json
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN_SECONDS: Final = 600
BATCH_WRITE_MAX: Final = 25
NUMBER_DIGITS_MAX: Final = 38

_ITEM_OPERATIONS: Final = {
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
}

# One writer at a time: moto's read-modify-write is not atomic and loses updates between threads.
LOCK: Final = threading.RLock()


@dataclass(frozen=True)
class Change:
    """One item written: what it was and what it is now (DynamoDB JSON), None where there was or is none."""

    account: str
    table: Table
    keys: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class _Undo:
    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None
    item: Item | None

    def apply(self) -> None:
        place: Any = self.table.items
        key: DynamoType | None = self.hash_key
        if self.table.has_range_key:
            place, key = place[self.hash_key], self.range_key
        if self.item is None:
            place.pop(key, None)
        else:
            place[key] = self.item


class _Writes(threading.local):
    """The writes of the call in progress: published when it succeeds, taken back when it fails."""

    depth = 0

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.undo: list[_Undo] = []
        self.capture: list[Change] | None = None


_WRITES: Final = _Writes()
_LISTENERS: Final[dict[str, Callable[[list[Change]], None]]] = {}
_TOKENS: Final[OrderedDict[tuple[str, str], tuple[float, str]]] = OrderedDict()


def listen(account: str, listener: Callable[[list[Change]], None] | None) -> None:
    """Call `listener` with the changes of every successful write in the account; None stops it."""
    if listener is None:
        _LISTENERS.pop(account, None)
    else:
        _LISTENERS[account] = listener


@contextmanager
def captured() -> Iterator[list[Change]]:
    """Collects what the calls inside the block change: for the meter."""
    outer, _WRITES.capture = _WRITES.capture, []
    try:
        yield _WRITES.capture
    finally:
        _WRITES.capture = outer


def install() -> None:
    """Patch moto. Once per process."""
    handler: Any = DynamoHandler  # as Any, since replacing methods is what this file is for
    table: Any = Table
    if getattr(handler, "laptop_edition", False):
        return
    handler.laptop_edition = True
    handler.call_action = _locked(handler.call_action)
    handler.serialized = _quickly_serialized(handler.serialized)
    handler.transact_write_items = _idempotent(handler.transact_write_items)
    handler.batch_write_item = _limited(handler.batch_write_item)
    for name in ("put_item", "update_item", "delete_item"):
        setattr(DynamoDBBackend, name, _capturing(getattr(DynamoDBBackend, name)))
    setattr(DynamoDBBackend, "transact_write_items", _transaction(DynamoDBBackend.transact_write_items))  # noqa: B010 - see above
    # moto's own stream records are wrong (an UpdateItem that creates an item gives INSERT with the keys only, then
    # MODIFY; an update without effect gives a record; a cancelled transaction leaves its records) and are kept for ever.
    setattr(StreamShard, "add", lambda _shard, _old, _new: None)  # noqa: B010 - see above
    # transact_write_items copies every table it touches, with all items, to be able to roll back: `_Undo` does that.
    table.__deepcopy__ = lambda table, _memo: table
    # query() sorts the whole table (all_items) before it looks at the partition.
    table.query = _narrowed_query(table.query)
    table.all_items = _narrowed_all_items(table.all_items)
    table._validate_number_type = _precise(table._validate_number_type)  # noqa: SLF001 - moto checks numbers nowhere else
    setattr(LimitedSizeDict, "__setitem__", _set_without_quadratic_check(LimitedSizeDict.__setitem__))  # noqa: B010 - see above


def _locked(call_action: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    @functools.wraps(call_action)
    def call(handler: DynamoHandler) -> Any:
        with LOCK:
            return call_action(handler)

    return call


def _quickly_serialized(serialized: Callable[..., Any]) -> Callable[..., Any]:
    """Moto looks for each field of each item under four spellings: a third of the time of a call."""

    @functools.wraps(serialized)
    def call(handler: DynamoHandler, action_result: ActionResult) -> Any:
        result: Any = action_result.result
        if not isinstance(result, dict) or handler._get_action() not in _ITEM_OPERATIONS:  # noqa: SLF001 - as moto does
            return serialized(handler, action_result)
        headers = {**handler.response_headers, "Content-Type": "application/x-amz-json-1.0"}
        return 200, headers, json.dumps(plain(result))

    return call


def _idempotent(transact: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    """AWS answers a repeated ClientRequestToken without writing again; moto writes again."""

    @functools.wraps(transact)
    def call(handler: DynamoHandler) -> Any:
        token = handler.body.get("ClientRequestToken")
        if not token:
            return transact(handler)
        key, now, content = (handler.current_account, token), time.monotonic(), repr(handler.body.get("TransactItems"))
        while _TOKENS and next(iter(_TOKENS.values()))[0] < now - TOKEN_SECONDS:
            _TOKENS.popitem(last=False)
        if key in _TOKENS:
            if _TOKENS[key][1] != content:
                raise MockValidationException(
                    "IdempotentParameterMismatchException: the token was used for other items"
                )
            return ActionResult({})
        result = transact(handler)
        _TOKENS[key] = (now, content)
        return result

    return call


def _limited(batch_write: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    """AWS takes at most 25 items in a BatchWriteItem; moto takes any number."""

    @functools.wraps(batch_write)
    def call(handler: DynamoHandler) -> Any:
        if sum(len(requests) for requests in handler.body["RequestItems"].values()) > BATCH_WRITE_MAX:
            raise MockValidationException("Too many items requested for the BatchWriteItem call")
        return batch_write(handler)

    return call


def _precise(validate: Callable[[Table, Any], None]) -> Callable[[Table, Any], None]:
    """AWS refuses numbers of more than 38 significant digits; moto stores them."""

    @functools.wraps(validate)
    def call(table: Table, value: Any) -> None:
        validate(table, value)
        digits = str(value).lower().split("e")[0].replace(".", "").lstrip("+-0").rstrip("0")
        if len(digits) > NUMBER_DIGITS_MAX:
            raise MockValidationException("Attempting to store more than 38 significant digits in a Number")

    return call


def _capturing(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Runs one write, all or nothing, and notes what it changed."""

    @functools.wraps(operation)
    def call(backend: DynamoDBBackend, table_name: str, key_or_item: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        table = backend.get_table(table_name)
        with _write():
            place = _place(table, key_or_item)
            if place is None:  # moto's own validation says what is wrong with the key
                return operation(backend, table_name, key_or_item, *args, **kwargs)
            kept = copy.deepcopy(_stored(table, *place))
            _WRITES.undo.append(_Undo(table, *place, kept))
            result = operation(backend, table_name, key_or_item, *args, **kwargs)
            old, new = _attributes(kept), _attributes(_stored(table, *place))
            if old != new:
                keys = {name: (new or old or {})[name] for name in table.table_key_attrs}
                _WRITES.changes.append(Change(backend.account_id, table, keys, old, new))
            elif _WRITES.capture is not None:  # a write without effect costs its units and makes no stream record
                _WRITES.capture.append(Change(backend.account_id, table, {}, old, new))
            return result

    return call


def _transaction(transact: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(transact)
    def call(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> Any:
        with _write():
            return transact(backend, transact_items)

    return call


@contextmanager
def _write() -> Iterator[None]:
    """A write, or a transaction of several: the outermost one publishes or takes back."""
    _WRITES.depth += 1
    try:
        yield
    except BaseException:
        if _WRITES.depth == 1:
            for undo in reversed(_WRITES.undo):
                undo.apply()
            _WRITES.changes.clear()
        raise
    else:
        if _WRITES.depth == 1:
            _publish()
    finally:
        _WRITES.depth -= 1
        if _WRITES.depth == 0:
            _WRITES.undo.clear()


def _publish() -> None:
    changes, _WRITES.changes = _WRITES.changes, []
    if not changes:
        return
    if _WRITES.capture is not None:
        _WRITES.capture.extend(changes)
    listener = _LISTENERS.get(changes[0].account)
    if listener is not None:
        listener(changes)


def _place(table: Table, key_or_item: dict[str, Any]) -> tuple[DynamoType, DynamoType | None] | None:
    if any(name not in key_or_item for name in table.table_key_attrs):
        return None
    range_key = DynamoType(key_or_item[table.range_key_attr]) if table.range_key_attr else None
    return DynamoType(key_or_item[table.hash_key_attr]), range_key


def _stored(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    found: Any = table.items.get(hash_key)
    item: Item | None = found.get(range_key) if table.has_range_key and found is not None else found
    return item


def _attributes(item: Item | None) -> dict[str, Any] | None:
    return None if item is None else {name: plain(value) for name, value in item.attrs.items()}


def plain(value: Any) -> Any:
    """A value of moto's as DynamoDB JSON."""
    if isinstance(value, DynamoType):
        return {value.type: plain(value.value)}
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Item):
        return plain(value.attrs)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


_NARROW: Final = threading.local()


def _narrowed_query(query: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(query)
    def call(table: Table, hash_key: DynamoType | None, *args: Any, **kwargs: Any) -> Any:
        index = kwargs.get("index_name", args[6] if len(args) > 6 else None)
        _NARROW.wanted = (table, hash_key if not index else None, index)
        try:
            return query(table, hash_key, *args, **kwargs)
        finally:
            _NARROW.wanted = None

    return call


def _narrowed_all_items(all_items: Callable[[Table], list[Item]]) -> Callable[[Table], list[Item]]:
    @functools.wraps(all_items)
    def call(table: Table) -> list[Item]:
        wanted = getattr(_NARROW, "wanted", None)
        if wanted is None or wanted[0] is not table or not table.has_range_key:
            return all_items(table)
        if wanted[2] is None:
            return list(table.items.get(wanted[1], {}).values())
        names = table.get_index(wanted[2]).schema_key_attrs
        return [
            item
            for partition in table.items.values()
            for item in partition.values()
            if all(name in item.attrs for name in names)
        ]

    return call


def _set_without_quadratic_check(check: Callable[..., None]) -> Callable[..., None]:
    """Moto adds up the whole item at each attribute; only an item near the 400 KB limit needs that."""

    @functools.wraps(check)
    def call(attributes: Any, key: str, value: Any) -> None:
        if len(attributes) < 500 and type(value) is DynamoType and value.type in {"S", "N", "BOOL", "NULL"}:
            text = value.value
            if not isinstance(text, str) or len(text) < 200:
                dict.__setitem__(attributes, key, value)
                return
        check(attributes, key, value)

    return call
