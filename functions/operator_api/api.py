"""What a resource works with: the request with its body and page, and the reply."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from csms.ocpi import jsontext
from csms.ocpi.errors import BadJson
from csms.store import audit, lists
from functions.operator_api.problems import Invalid, Problem, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from csms.edge.http import Request
    from csms.store.dynamo import Item, Put, Store
    from functions.operator_api.problems import Fault
    from functions.operator_api.rights import Caller

BODY_MAX: Final = 200_000  # an item holds 400 kB
PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 100
_DEPTH_MAX: Final = 24  # an item holds 32 levels
_DIGITS_MAX: Final = 38  # of a DynamoDB number


class Body(BaseModel):
    """The base of all bodies: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a document (None: no body) and its HTTP status."""

    document: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: rows, and the key behind which the next part starts."""

    rows: list[Item]
    next_key: str | None

    def reply(self, view: Callable[[Item], Mapping[str, Any]]) -> Reply:
        """`items` and, where there is more, `next_cursor`."""
        return Reply(
            {
                "items": [view(row) for row in self.rows],
                "next_cursor": to_cursor(self.next_key) if self.next_key else None,
            }
        )


@dataclass(frozen=True)
class ApiRequest:
    """An authenticated request whose caller has the right to make it."""

    http: Request
    caller: Caller
    now: datetime
    store: Store

    def json(self) -> Any:
        """The body as a JSON value. Raises Problem (400), TooLarge, Invalid for what the storage could not hold."""
        if len(self.http.body) > BODY_MAX:
            raise TooLarge(f"More than {BODY_MAX} bytes")
        try:
            value = jsontext.decode(self.http.body)
        except BadJson as error:
            raise Problem("The body is not JSON") from error
        faults = list(_unstorable(value, "", 1))
        if faults:
            raise Invalid(faults=faults)
        return value

    def document(self) -> dict[str, Any]:
        """The body, which must be a JSON object. Raises as `json`."""
        value = self.json()
        if not isinstance(value, dict):
            raise Invalid(faults=[("", "not an object")])
        return value

    def read(self, model: type[B]) -> B:
        """The body as a model. Raises as `json`; Invalid names the fields at fault."""
        try:
            return model.model_validate(self.document())
        except ValidationError as error:
            raise Invalid(faults=_faults(error)) from None

    def limit(self) -> int:
        """The `limit` of the query. Raises Invalid."""
        text = self.http.query.get("limit") or str(PAGE_DEFAULT)
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_MAX):
            raise Invalid(faults=[("limit", f"not a number from 1 to {PAGE_MAX}")])
        return int(text)

    def cursor(self) -> str | None:
        """The key that the `cursor` of the query stands for. Raises Invalid."""
        text = self.http.query.get("cursor")
        return from_cursor(text) if text else None

    def page(self, rows: lists.List) -> Page:
        """The part of a list that `cursor` and `limit` ask for. Raises Invalid."""
        after = self.cursor()
        if after is not None and not after.startswith(rows.prefix):
            raise Invalid(faults=[("cursor", "not a cursor of this list")])
        return Page(*lists.page(self.store, rows, self.limit(), after))

    def audited(self, action: str, subject: str, **details: Any) -> Put:
        """The row that says who did this; commit it together with the change."""
        return audit.audited(self.caller.who, action, subject, self.now, **details)


def to_cursor(key: str) -> str:
    """An opaque text for the key of a row."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def from_cursor(text: str) -> str:
    """The key that a cursor stands for. Raises Invalid."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        key = ""
    if not key or len(key) > 1000:
        raise Invalid(faults=[("cursor", "not a cursor")])
    return key


def _faults(error: ValidationError) -> Iterable[Fault]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [(_path(entry["loc"]), entry["msg"]) for entry in found]


def _path(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return path.removeprefix(".")


def _unstorable(value: Any, path: str, depth: int) -> Iterable[Fault]:
    """Numbers and depths that JSON allows and the tables do not hold."""
    if depth > _DEPTH_MAX:
        yield path, f"more than {_DEPTH_MAX} levels"
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _unstorable(member, f"{path}.{name}".removeprefix("."), depth + 1)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _unstorable(member, f"{path}[{index}]", depth + 1)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        digits = value.as_tuple().digits if isinstance(value, Decimal) else str(abs(value))
        if len(digits) > _DIGITS_MAX:
            yield path, f"more than {_DIGITS_MAX} digits"
