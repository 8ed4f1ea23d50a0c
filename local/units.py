"""The size of a DynamoDB item as AWS counts it, which is what reads and writes are billed by."""

from __future__ import annotations

from math import ceil
from typing import Any


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item in DynamoDB JSON: names and values; numbers about a byte per two digits, containers 3 bytes."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """Bytes of one attribute value in DynamoDB JSON."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return ceil(len(content.lstrip("-").replace(".", "")) / 2) + 1
    if kind == "B":
        return len(content) * 3 // 4
    if kind in {"BOOL", "NULL"}:
        return 1
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + value_size(item) for name, item in content.items())
    if kind == "L":
        return 3 + sum(1 + value_size(item) for item in content)
    return sum(value_size({kind[0]: item}) for item in content)
