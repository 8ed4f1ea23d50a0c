"""Paged lists: what a request asks for, and the headers of the answer (OCPI transport_and_format, Pagination)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.times import normalise_time

T = TypeVar("T")

LIMIT_MAX = 100
_OFFSET_MAX = 10**9


@dataclass(frozen=True, slots=True)
class PageQuery:
    """The window a partner asks for. Times compare as strings: `date_from` is inclusive, `date_to` exclusive."""

    date_from: str | None
    date_to: str | None
    offset: int
    limit: int
    limit_max: int

    def covers(self, last_updated: str) -> bool:
        """Tell whether an object last updated then (fixed time form) lies between `date_from` and `date_to`."""
        after = self.date_from is None or last_updated >= self.date_from
        before = self.date_to is None or last_updated < self.date_to
        return after and before


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `total` counts all matches, ignoring offset and limit."""

    items: Sequence[Any]
    total: int
    query: PageQuery

    @property
    def next_offset(self) -> int | None:
        """Return where the next page starts, None on the last one."""
        end = self.query.offset + len(self.items)
        return end if self.items and end < self.total else None


def parse_query(parameters: Mapping[str, str | None] | None, *, limit_max: int = LIMIT_MAX) -> PageQuery:
    """Read date_from, date_to, offset and limit of a request's query parameters.

    Tolerant: empty is absent, a negative offset is 0, a limit that is not positive or too large is the server's.
    Raises InvalidParameter, naming it, when one cannot be read.
    """
    given = parameters or {}
    limit = _parse(int, given, "limit") or 0
    offset = _parse(int, given, "offset") or 0
    return PageQuery(
        date_from=_parse(normalise_time, given, "date_from"),
        date_to=_parse(normalise_time, given, "date_to"),
        offset=min(max(offset, 0), _OFFSET_MAX),
        limit=limit if 0 < limit <= limit_max else limit_max,
        limit_max=limit_max,
    )


def _parse(read: Callable[[str], T], given: Mapping[str, str | None], name: str) -> T | None:
    text = (given.get(name) or "").strip()
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise InvalidParameter(f"Invalid parameter: {name}") from error


def headers(page: Page, url: str, parameters: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Build X-Total-Count, X-Limit and, unless this is the last page, the Link to the next one.

    `url` is the absolute public URL of the list without its query; `parameters` are those of the request, so that
    every filter stays in the link.
    """
    result = {"X-Total-Count": str(page.total), "X-Limit": str(page.query.limit_max)}
    if page.next_offset is not None:
        kept = {name: value for name, value in (parameters or {}).items() if value}
        query = {**kept, "offset": str(page.next_offset), "limit": str(page.query.limit)}
        result["Link"] = f'<{url}?{urlencode(query, safe=":")}>; rel="next"'
    return result
