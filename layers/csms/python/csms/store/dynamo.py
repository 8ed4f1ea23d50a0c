"""Writes as values, and the one place that turns them into DynamoDB calls.

A handler decides a tuple of writes; `Store.commit` sends one write as a single call and several as one transaction.
Errors: `ConditionFailed` (somebody was there first: an expected outcome, decided on by the caller) and
`StorageUnavailable` (throttled, timed out, 5xx: passing, nothing may be assumed written).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from csms import contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mypy_boto3_dynamodb.client import DynamoDBClient

Item = dict[str, Any]
Path = str | tuple[str, ...]
Attributes = Mapping[Any, Any]  # by Path; Mapping is invariant in its key, and plain names are the usual case

_SERIALIZE = TypeSerializer().serialize
_DESERIALIZE = TypeDeserializer().deserialize
_TRANSACTION_TRIES: Final = 4
_PASSING: Final = frozenset(
    {
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


class ConditionFailed(Exception):  # noqa: N818 - an outcome to decide on, not an error
    """A write's condition did not hold. `index` is its place in the committed tuple, `item` what stands there now."""

    def __init__(self, index: int, item: Item | None) -> None:
        super().__init__(f"condition of write {index} does not hold")
        self.index = index
        self.item = item


class StorageUnavailable(Exception):  # noqa: N818 - named for what the caller must handle
    """The storage is throttled, slow or down for the moment. Nothing may be assumed written."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one attribute: operator `exists`, `absent`, `=`, `<>`, `<`, `<=`, `>`, `>=`, `in`; joined by AND."""

    path: Path
    operator: str
    value: Any = None
    or_else: Condition | None = None


def exists(path: Path = contract.PARTITION_KEY) -> Condition:
    """The attribute (default: the item) is there."""
    return Condition(path, "exists")


def absent(path: Path = contract.PARTITION_KEY) -> Condition:
    """The attribute (default: the item) is not there."""
    return Condition(path, "absent")


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item."""

    table: contract.Table
    item: Item
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Change attributes of one item. `once` sets only what is absent, `append` extends a list, `add` is a numeric ADD."""

    table: contract.Table
    pk: str
    sk: str
    set: Attributes = field(default_factory=dict)
    once: Attributes = field(default_factory=dict)
    append: Mapping[Path, list[Any]] = field(default_factory=dict)
    add: Mapping[Path, int] = field(default_factory=dict)
    remove: tuple[Path, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove one item."""

    table: contract.Table
    pk: str
    sk: str
    conditions: tuple[Condition, ...] = ()


Write = Put | Update | Delete


class _Expressions:
    """Collects placeholders while expressions are rendered."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self._known: dict[str, str] = {}

    def path(self, path: Path) -> str:
        parts = (path,) if isinstance(path, str) else path
        return ".".join(self._name(part) for part in parts)

    def _name(self, part: str) -> str:
        if part.endswith("[0]"):  # the head of a list
            return self._name(part[:-3]) + "[0]"
        known = self._known.get(part)
        if known is None:
            known = self._known[part] = f"#{len(self.names)}"
            self.names[known] = part
        return known

    def value(self, value: Any) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = _SERIALIZE(value)
        return placeholder

    def condition(self, condition: Condition) -> str:
        path = self.path(condition.path)
        if condition.operator == "exists":
            text = f"attribute_exists({path})"
        elif condition.operator == "absent":
            text = f"attribute_not_exists({path})"
        elif condition.operator == "in":
            text = f"{path} IN ({', '.join(self.value(v) for v in condition.value)})"
        else:
            text = f"{path} {condition.operator} {self.value(condition.value)}"
        return f"({text} OR {self.condition(condition.or_else)})" if condition.or_else else text

    def update(self, write: Update) -> str:
        sets = [f"{self.path(p)} = {self.value(v)}" for p, v in write.set.items()]
        for path, value in write.once.items():
            name = self.path(path)
            sets.append(f"{name} = if_not_exists({name}, {self.value(value)})")
        for path, values in write.append.items():
            name = self.path(path)
            sets.append(f"{name} = list_append(if_not_exists({name}, {self.value([])}), {self.value(values)})")
        clauses = [f"SET {', '.join(sets)}"] if sets else []
        if write.add:
            clauses.append("ADD " + ", ".join(f"{self.path(p)} {self.value(v)}" for p, v in write.add.items()))
        if write.remove:
            clauses.append("REMOVE " + ", ".join(self.path(p) for p in write.remove))
        return " ".join(clauses)

    def arguments(self, conditions: Iterable[Condition]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        text = " AND ".join(self.condition(c) for c in conditions)
        if text:
            found["ConditionExpression"] = text
        if self.names:
            found["ExpressionAttributeNames"] = self.names
        if self.values:
            found["ExpressionAttributeValues"] = self.values
        return found


def marshal(item: Mapping[str, Any]) -> dict[str, Any]:
    """A Python item as DynamoDB JSON; attributes that are None are left out."""
    return {name: _SERIALIZE(value) for name, value in item.items() if value is not None}


def unmarshal(item: Mapping[str, Any]) -> Item:
    """DynamoDB JSON (also of a stream record) as a Python item; numbers are Decimal."""
    return {name: _DESERIALIZE(value) for name, value in item.items()}


@cache
def client() -> DynamoDBClient:
    """The process's DynamoDB client: short timeouts, because a charger waits at the other end."""
    return boto3.client(
        "dynamodb",
        config=Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "max_attempts": 3}),
    )


class Store:
    """Reads and commits. Table names come from the environment under the contract's keys."""

    def __init__(self, dynamodb: DynamoDBClient | None = None) -> None:
        self._client = dynamodb or client()

    def commit(self, *writes: Write) -> Item | None:
        """Write everything or nothing, in one call.

        Returns the item after the write where a single `Update` was committed, else None.
        Raises ConditionFailed, StorageUnavailable.
        """
        if not writes:
            return None
        if len(writes) == 1:
            return self._single(writes[0])
        self._transaction(writes)
        return None

    def get(self, table: contract.Table, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        """One item by its key, or None. Raises StorageUnavailable."""
        key = {contract.PARTITION_KEY: {"S": pk}, contract.SORT_KEY: {"S": sk}}
        with _Mapped():
            found = self._client.get_item(TableName=_name(table), Key=key, ConsistentRead=consistent)
        return unmarshal(found["Item"]) if "Item" in found else None

    def query(
        self,
        table: contract.Table,
        pk: str,
        *,
        prefix: str | None = None,
        between: tuple[str, str] | None = None,
        index: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Item]:
        """Items of one partition in sort-key order, at most `limit` (None: all). Raises StorageUnavailable."""
        found: list[Item] = []
        for item in self._pages(table, pk, prefix, between, index, newest_first=newest_first, limit=limit):
            found.append(item)
            if limit is not None and len(found) >= limit:
                break
        return found

    def _pages(
        self,
        table: contract.Table,
        pk: str,
        prefix: str | None,
        between: tuple[str, str] | None,
        index: str | None,
        *,
        newest_first: bool,
        limit: int | None,
    ) -> Iterator[Item]:
        pk_name, sk_name = contract.INDEX_KEYS[index] if index else (contract.PARTITION_KEY, contract.SORT_KEY)
        condition, values = "#p = :p", {":p": {"S": pk}}
        names = {"#p": pk_name}
        if between is not None:
            condition += " AND #s BETWEEN :a AND :b"
            values |= {":a": {"S": between[0]}, ":b": {"S": between[1]}}
        elif prefix is not None:
            condition += " AND begins_with(#s, :a)"
            values[":a"] = {"S": prefix}
        if between is not None or prefix is not None:
            names["#s"] = sk_name
        arguments: dict[str, Any] = {
            "TableName": _name(table),
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not newest_first,
        }
        if index:
            arguments["IndexName"] = index
        else:
            arguments["ConsistentRead"] = True
        if limit is not None:
            arguments["Limit"] = limit
        while True:
            with _Mapped():
                page = self._client.query(**arguments)
            for item in page["Items"]:
                yield unmarshal(item)
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _single(self, write: Write) -> Item | None:
        expressions = _Expressions()
        with _Mapped():
            if isinstance(write, Put):
                self._client.put_item(
                    TableName=_name(write.table),
                    Item=marshal(write.item),
                    **expressions.arguments(write.conditions),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
                return None
            key = _key(write.pk, write.sk)
            if isinstance(write, Delete):
                self._client.delete_item(
                    TableName=_name(write.table), Key=key, **expressions.arguments(write.conditions)
                )
                return None
            answer = self._client.update_item(
                TableName=_name(write.table),
                Key=key,
                UpdateExpression=expressions.update(write),
                **expressions.arguments(write.conditions),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        return unmarshal(answer["Attributes"])

    def _transaction(self, writes: Sequence[Write]) -> None:
        entries: Any = [_transact_entry(write) for write in writes]
        for _ in range(_TRANSACTION_TRIES):
            try:
                with _Mapped():
                    self._client.transact_write_items(TransactItems=entries)
            except _Conflict:
                continue
            return
        raise StorageUnavailable("transaction conflicts")


class _Conflict(Exception):  # noqa: N818 - internal signal for another try
    """Another transaction touches the same items at this moment."""


class _Mapped:
    """Maps what botocore raises to this module's two outcomes; programming errors pass through."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ClientError):
            _raise_mapped(error)
        if isinstance(error, BotoCoreError):
            raise StorageUnavailable(type(error).__name__) from error


def _raise_mapped(error: ClientError) -> None:
    response: Any = error.response
    code = response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        item = response.get("Item")
        raise ConditionFailed(0, unmarshal(item) if item else None) from error
    if code == "TransactionCanceledException":
        reasons = response.get("CancellationReasons", [])
        for index, reason in enumerate(reasons):
            if reason.get("Code") == "ConditionalCheckFailed":
                item = reason.get("Item")
                raise ConditionFailed(index, unmarshal(item) if item else None) from error
        codes = {reason.get("Code") for reason in reasons} - {"None", None}
        if codes == {"TransactionConflict"}:
            raise _Conflict from error
        if codes & {"ValidationError"}:
            return
        raise StorageUnavailable(", ".join(sorted(map(str, codes)))) from error
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _PASSING or status >= 500:
        raise StorageUnavailable(code) from error


def _transact_entry(write: Write) -> dict[str, Any]:
    expressions = _Expressions()
    on_failure = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if isinstance(write, Put):
        body = {"TableName": _name(write.table), "Item": marshal(write.item)}
        return {"Put": body | expressions.arguments(write.conditions) | on_failure}
    body = {"TableName": _name(write.table), "Key": _key(write.pk, write.sk)}
    if isinstance(write, Delete):
        return {"Delete": body | expressions.arguments(write.conditions) | on_failure}
    body["UpdateExpression"] = expressions.update(write)
    return {"Update": body | expressions.arguments(write.conditions) | on_failure}


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {contract.PARTITION_KEY: {"S": pk}, contract.SORT_KEY: {"S": sk}}


def _name(table: contract.Table) -> str:
    return os.environ[table.env]
