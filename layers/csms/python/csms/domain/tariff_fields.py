"""Reading the fields of a tariff document, with errors that name the field by its path."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from csms.domain.times import parse_time

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DATE = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]", re.ASCII)

_NUMBER_BOUND = 10**12  # more than any price, energy or duration; keeps arithmetic within its digits

Document = Mapping[str, object]
_Choice = TypeVar("_Choice", bound=str)


class TariffError(ValueError):
    """A tariff document that cannot be priced; `field` is the path of what is wrong."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


def _path(parent: str, field: str) -> str:
    return f"{parent}.{field}" if parent else field


def text(document: Document, field: str, parent: str = "") -> str | None:
    """A non-empty string, or None when absent or null."""
    value = document.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise TariffError(_path(parent, field), "must be a non-empty string")
    return value


def required_text(document: Document, field: str, parent: str = "") -> str:
    """A non-empty string that must be there."""
    return _present(text(document, field, parent), field, parent)


def texts(document: Document, field: str, parent: str) -> list[tuple[str, str]]:
    """A list of strings with the path of each; empty when absent or null."""
    value = document.get(field)
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise TariffError(_path(parent, field), "must be a list")
    found: list[tuple[Any, str]] = [(item, f"{_path(parent, field)}[{index}]") for index, item in enumerate(value)]
    for item, path in found:
        if not isinstance(item, str):
            raise TariffError(path, "must be a string")
    return found


def one_of(value: str, path: str, choices: tuple[_Choice, ...]) -> _Choice:
    """The choice that equals the value."""
    for choice in choices:
        if choice == value:
            return choice
    raise TariffError(path, f"must be one of {', '.join(choices)}")


def number(document: Document, field: str, parent: str = "") -> Decimal | None:
    """A number of zero or more, as Decimal; None when absent or null.

    A float is taken as the digits it prints, because that is what stood in the JSON text.
    """
    value = document.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TariffError(_path(parent, field), "must be a number")
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite() or not 0 <= exact < _NUMBER_BOUND:
        raise TariffError(_path(parent, field), f"must be a number from 0 to below {_NUMBER_BOUND}")
    return exact


def required_number(document: Document, field: str, parent: str = "") -> Decimal:
    """A number that must be there."""
    return _present(number(document, field, parent), field, parent)


def whole(document: Document, field: str, parent: str = "") -> int | None:
    """A whole number that is not negative; None when absent or null."""
    exact = number(document, field, parent)
    if exact is None:
        return None
    if exact != int(exact):
        raise TariffError(_path(parent, field), "must be a whole number")
    return int(exact)


def required_whole(document: Document, field: str, parent: str = "") -> int:
    """A whole number that must be there."""
    return _present(whole(document, field, parent), field, parent)


def mapping(document: Document, field: str, parent: str = "") -> Document | None:
    """An object; None when absent or null."""
    value = document.get(field)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise TariffError(_path(parent, field), "must be an object")
    return value


def required_list(document: Document, field: str, parent: str = "") -> list[tuple[Document, str]]:
    """A list of at least one object, each with its path."""
    value = document.get(field)
    if not isinstance(value, (list, tuple)) or not value:
        raise TariffError(_path(parent, field), "must be a list with at least one object")
    found: list[tuple[Any, str]] = [(item, f"{_path(parent, field)}[{index}]") for index, item in enumerate(value)]
    for item, path in found:
        if not isinstance(item, Mapping):
            raise TariffError(path, "must be an object")
    return found


def moment(document: Document, field: str) -> datetime | None:
    """A DateTime; None when absent or null."""
    value = text(document, field)
    if value is None:
        return None
    try:
        return parse_time(value)
    except ValueError as error:
        raise TariffError(field, "must be a DateTime") from error


def time_of_day(document: Document, field: str, parent: str) -> time | None:
    """A local time `HH:MM`; None when absent or null."""
    value = text(document, field, parent)
    if value is None:
        return None
    if not _TIME_OF_DAY.fullmatch(value):
        raise TariffError(_path(parent, field), "must be a time HH:MM")
    return time.fromisoformat(value)


def calendar_date(document: Document, field: str, parent: str) -> date | None:
    """A local date `YYYY-MM-DD`; None when absent or null."""
    value = text(document, field, parent)
    if value is None:
        return None
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError as error:
        raise TariffError(_path(parent, field), "must be a date YYYY-MM-DD") from error
    raise TariffError(_path(parent, field), "must be a date YYYY-MM-DD")


def known_fields(document: Document, parent: str, known: Iterable[str]) -> None:
    """Raise for the first field whose meaning is not known."""
    for field in document:
        if field not in known:
            raise TariffError(_path(parent, field), "is not a restriction this system can apply")


_Value = TypeVar("_Value")


def _present(value: _Value | None, field: str, parent: str) -> _Value:
    if value is None:
        raise TariffError(_path(parent, field), "is required")
    return value
