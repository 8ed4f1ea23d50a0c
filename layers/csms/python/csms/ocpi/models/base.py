"""The base of all models, and the types their fields are made of.

Soft rules are noted and let through; hard rules make the field, and so the request, unusable. A length limit is soft
up to a bound that no honest value reaches; so is a number where a string belongs.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.functional_validators import AfterValidator

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.times import normalise_time

_TEXT_MAX = 2000
_IDENTIFIER_MAX = 255
_FIELDS_NAMED_MAX = 8

M = TypeVar("M", bound="WireModel")


class WireModel(BaseModel):
    """An object a partner sent. Null and absent are the same (an empty string too, in an optional field)."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True, protected_namespaces=())
    # Optional fields that are not worth the whole object: unusable, they are left out with a warning.
    expendable: ClassVar[frozenset[str]] = frozenset()
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: value for name, value in data.items() if value != "" or name not in optional}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Deviations that were accepted, as `field: what`."""
        return self._warnings

    @property
    def unknown(self) -> dict[str, Any]:
        """Members of the object that OCPI does not define."""
        return dict(self.__pydantic_extra__ or {})

    def document(self) -> dict[str, Any]:
        """Return the internal document: only defined fields, only those that have a value."""
        return {
            name: _plain(getattr(self, name)) for name in type(self).model_fields if getattr(self, name) is not None
        }


def _plain(value: Any) -> Any:
    if isinstance(value, WireModel):
        return value.document()
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value


def parse(model: type[M], body: Any) -> M:
    """Validate a decoded JSON body. Raises InvalidParameter with the names of the fields at fault."""
    if not isinstance(body, Mapping):
        raise InvalidParameter("The body is not an object")
    warnings: list[str] = []
    given = _without_nulls(body)
    try:
        result = model.model_validate(given, context=warnings)
    except ValidationError as error:
        result = _without_expendable(model, given, error, warnings)
    result._warnings = tuple(warnings)  # noqa: SLF001 - the one place that fills it
    return result


def _without_expendable(model: type[M], given: dict[str, Any], error: ValidationError, warnings: list[str]) -> M:
    """Try once more without the fields at fault, where all of them are expendable."""
    at_fault = {entry["loc"][0] if entry["loc"] else "" for entry in error.errors(include_url=False)}
    if not at_fault <= model.expendable:
        raise InvalidParameter(_message(error)) from None
    warnings[:] = [f"{name}: unusable, left out" for name in sorted(map(str, at_fault))]
    kept = {name: value for name, value in given.items() if name not in at_fault}
    return model.model_validate(kept, context=warnings)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value if entry is not None]
    return value


def _message(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    missing = [_path(entry["loc"]) for entry in found if entry["type"] == "missing"]
    invalid = [_path(entry["loc"]) for entry in found if entry["type"] != "missing"]
    parts = []
    for label, names in (("Missing", missing), ("Invalid", invalid)):
        named = list(dict.fromkeys(names))[:_FIELDS_NAMED_MAX]
        if named:
            parts.append(f"{label} field: {', '.join(named)}")
    return "; ".join(parts)


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "body"


def warn(info: ValidationInfo, text: str) -> None:
    """Note a deviation that is let through."""
    if isinstance(info.context, list):
        info.context.append(f"{info.field_name}: {text}" if info.field_name else text)


def _limit(value: str, limit: int, bound: int, info: ValidationInfo) -> None:
    if len(value) > bound:
        raise ValueError("too long")
    if len(value) > limit:
        warn(info, f"longer than {limit} characters")


def identifier(limit: int) -> AfterValidator:
    """Return the rule of a CiString(limit) that addresses something: not empty, and its case is kept."""

    def check(value: str, info: ValidationInfo) -> str:
        value = value.strip()
        if not value or not value.isprintable():
            raise ValueError("empty or not printable")
        if not value.isascii():
            warn(info, "not ASCII")
        _limit(value, limit, _IDENTIFIER_MAX, info)
        return value

    return AfterValidator(check)


def text(limit: int) -> AfterValidator:
    """Return the rule of a string(limit) for people."""

    def check(value: str, info: ValidationInfo) -> str:
        _limit(value, limit, max(limit, _TEXT_MAX), info)
        return value

    return AfterValidator(check)


def either(name: str) -> AfterValidator:
    """Return the rule of a closed enumeration, by its OCPI name; letter case is forgiven."""
    from csms.ocpi.enums import values

    allowed = values(name, "2.3.0")

    def check(value: str, info: ValidationInfo) -> str:
        said = value.strip().upper()
        if said not in allowed:
            raise ValueError("no such value")
        if said != value:
            warn(info, "not in capital letters")
        return said

    return AfterValidator(check)


def _readable_time(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a time")  # noqa: TRY004 - pydantic collects ValueErrors
    return normalise_time(value)


def _exact(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError("not a number")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


def _web_address(value: str, info: ValidationInfo) -> str:
    value = value.strip()
    scheme, separator, rest = value.partition("://")
    if scheme.lower() not in {"http", "https"} or not separator or not rest or not value.isprintable() or " " in value:
        raise ValueError("not a URL")
    _limit(value, 255, _TEXT_MAX, info)
    return value


DateTime = Annotated[str, BeforeValidator(_readable_time)]
Number = Annotated[Decimal, BeforeValidator(_exact)]
Url = Annotated[str, AfterValidator(_web_address)]
Id2 = Annotated[str, identifier(2)]
Id3 = Annotated[str, identifier(3)]
Id36 = Annotated[str, identifier(36)]
Text64 = Annotated[str, text(64)]
