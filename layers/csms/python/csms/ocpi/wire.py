"""From an internal document to one version's wire document: only fields that version has, in the form it wants.

What a version cannot say is left out at the smallest place that stays valid: the list entry or the optional field.
Every such loss, and every text that was cut, is told in the caller's list of notes; nothing else is lost silently
except members that are not OCPI's at all (an item's keys, say).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from csms.ocpi.enums import expressed, is_enum
from csms.ocpi.fields import Field, Version, fields
from csms.ocpi.prices import price_221
from csms.ocpi.times import normalise_time

_FOUR = Decimal("0.0001")


class _Inexpressible(Exception):  # noqa: N818 - it steers, it is not an error that anybody sees
    """The value cannot be said in this version."""


@dataclass(frozen=True, slots=True)
class _Context:
    version: Version
    notes: list[str]


def project(kind: str, document: Mapping[str, Any], version: Version, notes: list[str] | None = None) -> dict[str, Any]:
    """Render a whole or partial internal document of this kind (see `fields`) for a version.

    Partial documents (the body of a PATCH) stay partial. `notes` collects what could not be said. Raises TypeError
    for a float and ValueError for a time that is none: those are faults of ours, not of the document's form.
    """
    context = _Context(version, [] if notes is None else notes)
    return _object(kind, document, context, path="", droppable=False)


def _object(kind: str, document: Any, context: _Context, *, path: str, droppable: bool) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise TypeError(f"{path or kind}: an object is expected")
    if context.version == "2.2.1" and kind == "Price":
        document = price_221(document)
    result = {}
    for name, field in fields(kind, context.version).items():
        value = document.get(name)
        if value is None:
            continue
        where = f"{path}.{name}" if path else name
        try:
            result[name] = _field(field, value, context, path=where, droppable=droppable)
        except _Inexpressible:
            if field.required:
                raise
            context.notes.append(f"{where}: left out, OCPI {context.version} cannot say it")
    return result


def _field(field: Field, value: Any, context: _Context, *, path: str, droppable: bool) -> Any:
    if not field.many:
        return _value(field, value, context, path=path, droppable=droppable or not field.required)
    result = []
    for index, entry in enumerate(value):
        where = f"{path}[{index}]"
        try:
            result.append(_value(field, entry, context, path=where, droppable=True))
        except _Inexpressible:
            context.notes.append(f"{where}: left out, OCPI {context.version} cannot say it")
    if droppable and field.required and not result:
        raise _Inexpressible
    return result


def _value(field: Field, value: Any, context: _Context, *, path: str, droppable: bool) -> Any:
    if is_enum(field.type):
        said = expressed(field.type, value, context.version)
        if said is None:
            if droppable:
                raise _Inexpressible
            context.notes.append(f"{path}: sent as it is, OCPI {context.version} does not know it")
        return said or value
    scalar = _SCALARS.get(field.type)
    if scalar is None:
        return _object(field.type, value, context, path=path, droppable=droppable)
    result = scalar(value)
    if field.limit and len(result) > field.limit:
        if field.type == "t":
            result = result[: field.limit].rstrip()
        context.notes.append(f"{path}: longer than {field.limit} characters")
    return result


def _text(value: Any) -> str:
    if isinstance(value, float):
        raise TypeError("numbers are Decimal here")
    return value if isinstance(value, str) else str(value)


def _quantity(value: Any) -> Decimal | int:
    if isinstance(value, int):
        return int(value)
    if not isinstance(value, Decimal):
        raise TypeError("numbers are Decimal here")
    rounded = value.quantize(_FOUR, ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return int(whole) if rounded == whole else rounded.normalize()


def _money(value: Any) -> Decimal | int:
    if not isinstance(value, int | Decimal):
        raise TypeError("money is Decimal here")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int | Decimal) or value != int(value):
        raise TypeError("a whole number is expected")
    return int(value)


def _time(value: str | datetime) -> str:
    return normalise_time(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is expected")
    return value


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "ci": _text,
    "s": _text,
    "t": _text,
    "url": _text,
    "time": _time,
    "num": _quantity,
    "money": _money,
    "int": _whole,
    "bool": _bool,
}
