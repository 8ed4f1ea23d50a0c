"""JSON with Decimal numbers: what is read as 0.1 is 0.1, and is written as 0.1. A float never appears."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Never

from csms.domain.times import format_time
from csms.ocpi.errors import BadJson

# A number of more digits than this is an attack or a fault, not a quantity: it would be written out in full.
_DIGITS_MAX = 40
_DEPTH_MAX = 64
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _number(text: str) -> Decimal:
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value.adjusted()) > _DIGITS_MAX or abs(exponent) > _DIGITS_MAX:
        raise BadJson
    return value


def _whole_number(text: str) -> int:
    if len(text) > _DIGITS_MAX:
        raise BadJson
    return int(text)


def _constant(_: str) -> Never:
    raise BadJson


def decode(text: str | bytes | None) -> Any:
    """Read a JSON text; numbers with a point become Decimal, others int.

    Raises BadJson for anything that is not JSON: also an empty body, NaN and Infinity, half of a surrogate pair,
    nesting of more than 64 levels, and numbers of more than 40 digits.
    """
    if not text:
        raise BadJson
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        value = json.loads(text, parse_float=_number, parse_int=_whole_number, parse_constant=_constant)
        if text.count("[") + text.count("{") > _DEPTH_MAX:
            _check_depth(value)
        if _SURROGATE.search(text):
            encode(value).encode()
    except (ValueError, RecursionError) as error:
        raise BadJson from error
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEPTH_MAX):
        members = [
            entry.values() if isinstance(entry, dict) else entry for entry in level if isinstance(entry, dict | list)
        ]
        level = [member for inner in members for member in inner]
        if not level:
            return
    raise BadJson


def encode(value: Any) -> str:
    """Write a JSON text. Absent beats null: members of objects that are None are left out.

    Decimals are written digit by digit without exponent, datetimes as OCPI DateTime. Raises TypeError for a float
    and for whatever else JSON does not know, ValueError for a Decimal that is no number.
    """
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(json.dumps(value, ensure_ascii=False))
    elif value is None or isinstance(value, bool):
        parts.append(json.dumps(value))
    elif isinstance(value, int):
        parts.append(str(int(value)))
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("JSON has no word for a Decimal that is not finite")
        parts.append(format(value, "f"))
    elif isinstance(value, datetime):
        parts.append(json.dumps(format_time(value)))
    elif isinstance(value, Mapping):
        _write_object(value, parts)
    elif isinstance(value, list | tuple):
        _write_array(value, parts)
    else:
        raise TypeError(f"{type(value).__name__} has no JSON form here")


def _write_object(value: Mapping[Any, Any], parts: list[str]) -> None:
    separator = "{"
    for key, member in value.items():
        if member is None:
            continue
        if not isinstance(key, str):
            raise TypeError("JSON objects have strings for keys")
        parts.append(separator + json.dumps(key, ensure_ascii=False) + ":")
        _write(member, parts)
        separator = ","
    parts.append("{}" if separator == "{" else "}")


def _write_array(value: list[Any] | tuple[Any, ...], parts: list[str]) -> None:
    separator = "["
    for member in value:
        parts.append(separator)
        _write(member, parts)
        separator = ","
    parts.append("[]" if separator == "[" else "]")
