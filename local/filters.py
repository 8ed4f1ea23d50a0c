"""Event patterns of event source mappings: which records a function wants to see."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from local.template import TemplateError


def wanted(patterns: tuple[dict[str, Any], ...], record: Any) -> bool:
    """Whether a record matches one of the patterns; no pattern matches everything."""
    return not patterns or any(matches(pattern, record) for pattern in patterns)


def matches(pattern: dict[str, Any], record: Any) -> bool:
    """Whether every field of the pattern matches; a missing field only matches `exists: false`."""
    if not isinstance(record, dict):
        return False
    for name, rule in pattern.items():
        if isinstance(rule, dict):
            if not matches(rule, record.get(name)):
                return False
        elif not any(_fits(choice, name in record, record.get(name)) for choice in rule):
            return False
    return True


def _fits(choice: Any, present: bool, value: Any) -> bool:
    if not isinstance(choice, dict):
        return present and value == choice
    ((kind, argument),) = choice.items()
    if kind == "exists":
        return present is bool(argument)
    if not present:
        return False
    if kind == "prefix":
        return isinstance(value, str) and value.startswith(argument)
    if kind == "suffix":
        return isinstance(value, str) and value.endswith(argument)
    if kind == "equals-ignore-case":
        return isinstance(value, str) and value.lower() == argument.lower()
    if kind == "wildcard":
        return isinstance(value, str) and fnmatchcase(value, argument)
    if kind == "anything-but":
        return not any(_fits(item, True, value) for item in (argument if isinstance(argument, list) else [argument]))
    if kind == "numeric":
        return _numeric(argument, value)
    raise TemplateError(f"filter rule {kind} is not supported")


def _numeric(rule: list[Any], value: Any) -> bool:
    number = float(value)
    compare = {
        "=": lambda limit: number == limit,
        "<": lambda limit: number < limit,
        "<=": lambda limit: number <= limit,
        ">": lambda limit: number > limit,
        ">=": lambda limit: number >= limit,
    }
    return all(compare[operator](float(limit)) for operator, limit in zip(rule[::2], rule[1::2], strict=True))
