"""Whether a wire document is what OCPI says it is: strictly, the way a picky partner would look at it."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from csms.ocpi.enums import is_enum, is_open, values
from csms.ocpi.fields import Field, Version, fields

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,5})?Z?")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_TIME_MAX = 25


def problems(kind: str, document: Any, version: Version) -> list[str]:
    """List everything that is wrong with a wire document, as `path: what`; empty when it conforms."""
    return list(_object(kind, document, version, kind))


def _object(kind: str, document: Any, version: Version, path: str) -> Iterator[str]:
    if not isinstance(document, Mapping):
        yield f"{path}: not an object"
        return
    known = fields(kind, version)
    yield from (f"{path}.{name}: no such field" for name in document if name not in known)
    for name, field in known.items():
        where = f"{path}.{name}"
        if document.get(name) is not None:
            yield from _field(field, document[name], version, where)
        elif field.required:
            yield f"{where}: missing"


def _field(field: Field, value: Any, version: Version, path: str) -> Iterator[str]:
    if not field.many:
        yield from _value(field, value, version, path)
    elif not isinstance(value, list):
        yield f"{path}: not a list"
    elif not value and field.cardinality == "+":
        yield f"{path}: empty"
    else:
        for index, entry in enumerate(value):
            yield from _value(field, entry, version, f"{path}[{index}]")


def _value(field: Field, value: Any, version: Version, path: str) -> Iterator[str]:
    if is_enum(field.type):
        if not isinstance(value, str) or not (is_open(field.type, version) or value in values(field.type, version)):
            yield f"{path}: no such {field.type}"
    elif field.type in {"ci", "s", "t", "url", "time"}:
        yield from _string(field, value, path)
    elif field.type == "bool":
        if not isinstance(value, bool):
            yield f"{path}: not a boolean"
    elif field.type in {"num", "money", "int"}:
        yield from _number(field, value, path)
    else:
        yield from _object(field.type, value, version, path)


def _string(field: Field, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: not a string"
        return
    if field.limit and len(value) > field.limit:
        yield f"{path}: longer than {field.limit}"
    if field.type == "ci" and not all(" " <= character <= "~" for character in value):
        yield f"{path}: not printable ASCII"
    if field.type == "time" and (len(value) > _TIME_MAX or not _TIME.fullmatch(value)):
        yield f"{path}: not a DateTime"
    if field.type == "url" and not _URL.fullmatch(value):
        yield f"{path}: not a URL"


def _number(field: Field, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        yield f"{path}: not a number"
    elif field.type == "int" and not isinstance(value, int):
        yield f"{path}: not a whole number"
    elif field.type == "num" and isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -4:
            yield f"{path}: more than 4 decimals"
