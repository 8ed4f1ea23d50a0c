"""Paged lists of a module, filtered by `last_updated`, in the order of the rows that were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from csms.domain.times import format_time, parse_time
from csms.edge import settings
from csms.edge.ocpi_http import OcpiRequest, Reply
from csms.ocpi import endpoints, paging

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta

T = TypeVar("T")

_END_OF_TIME: Final = "9999"


def page_reply(
    request: OcpiRequest,
    rows: Sequence[T],
    *,
    last_updated: Callable[[T], str],
    show: Callable[[T], dict[str, Any]],
    below: tuple[str, ...] = (),
) -> Reply:
    """The page that the request asks for. Only its own rows are rendered; `below` is the list's path in the module.

    `last_updated` must be in the fixed form of `format_time`. Raises InvalidParameter for a filter that cannot be read.
    """
    parameters = dict(request.http.query)
    query = paging.parse_query(parameters)
    matching = [row for row in rows if query.covers(last_updated(row))]
    items = [show(row) for row in matching[query.offset : query.offset + query.limit]]
    url = endpoints.join(endpoints.module_url(settings.public_url(), request.version, request.module), *below)
    return Reply(items, headers=paging.headers(paging.Page(items, len(matching), query), url, parameters))


def created_window(request: OcpiRequest, longest: timedelta) -> tuple[str, str] | None:
    """When the objects that match the request's filters were created: the part of the list that must be read.

    `longest` is the time from an object's creation to its last change. None where no filter bounds it from below.
    """
    query = paging.parse_query(dict(request.http.query))
    if query.date_from is None:
        return None
    try:
        since = parse_time(query.date_from) - longest
    except OverflowError:
        return None
    return format_time(since), query.date_to or _END_OF_TIME
