"""Paged lists."""

from typing import Any

import pytest

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.paging import Page, PageQuery, headers, parse_query

URL = "https://csms.example/ocpi/cpo/2.2.1/cdrs"


def test_nothing_asked_is_the_first_page() -> None:
    assert parse_query(None) == PageQuery(None, None, 0, 100, 100)
    assert parse_query({"offset": "", "limit": None, "date_from": " "}, limit_max=20) == PageQuery(
        None, None, 0, 20, 20
    )


def test_everything_asked() -> None:
    query = parse_query(
        {"date_from": "2016-01-01T00:00:00Z", "date_to": "2016-12-31T23:59:59", "offset": "50", "limit": "10"}
    )
    assert query == PageQuery("2016-01-01T00:00:00.000Z", "2016-12-31T23:59:59.000Z", 50, 10, 100)


@pytest.mark.parametrize(("limit", "expected"), [("2000", 100), ("0", 100), ("-5", 100), ("100", 100), ("1", 1)])
def test_the_server_has_the_last_word_on_the_limit(limit: str, expected: Any) -> None:
    assert parse_query({"limit": limit}).limit == expected


def test_a_negative_offset_is_none() -> None:
    assert parse_query({"offset": "-1"}).offset == 0


@pytest.mark.parametrize("name", ["offset", "limit", "date_from", "date_to"])
def test_what_cannot_be_read_is_named_and_not_repeated(name: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        parse_query({name: "<script>"})
    assert caught.value.message == f"Invalid parameter: {name}"


def test_date_from_is_inclusive_and_date_to_exclusive() -> None:
    query = parse_query({"date_from": "2020-01-01T00:00:00Z", "date_to": "2020-02-01T00:00:00Z"})
    assert query.covers("2020-01-01T00:00:00.000Z")
    assert query.covers("2020-01-31T23:59:59.999Z")
    assert not query.covers("2020-02-01T00:00:00.000Z")
    assert not query.covers("2019-12-31T23:59:59.999Z")
    assert parse_query({}).covers("1999-01-01T00:00:00.000Z")


def test_the_link_leads_on_and_keeps_the_filters() -> None:
    asked = {"date_from": "2016-01-01T00:00:00Z", "date_to": "2016-12-31T23:59:59Z", "empty": ""}
    page = Page([1] * 100, 250, parse_query(asked))
    assert headers(page, URL, asked) == {
        "X-Total-Count": "250",
        "X-Limit": "100",
        "Link": f'<{URL}?date_from=2016-01-01T00:00:00Z&date_to=2016-12-31T23:59:59Z&offset=100&limit=100>; rel="next"',
    }


def test_a_link_states_the_limit_that_was_applied() -> None:
    page = Page([1] * 100, 250, parse_query({"limit": "2000", "offset": "100"}))
    assert "offset=200&limit=100" in headers(page, URL, {"limit": "2000", "offset": "100"})["Link"].replace(
        "limit=100&offset=200", "offset=200&limit=100"
    )


@pytest.mark.parametrize(("offset", "count"), [(0, 3), (1, 2), (3, 0), (7, 0)])
def test_the_last_page_has_no_link(offset: int, count: int) -> None:
    page = Page([1] * count, 3, parse_query({"offset": str(offset)}))
    assert headers(page, URL) == {"X-Total-Count": "3", "X-Limit": "100"}


def test_links_lead_through_the_whole_list() -> None:
    objects = list(range(25))
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None:
        query = parse_query({"offset": str(offset), "limit": "10"})
        page = Page(objects[query.offset : query.offset + query.limit], len(objects), query)
        seen += page.items
        offset = page.next_offset
    assert seen == objects


def test_a_filter_cannot_break_out_of_the_link() -> None:
    page = Page([1], 2, parse_query({"limit": "1"}))
    link = headers(page, URL, {"x": '>; rel="prev", <https://evil.example/'})["Link"]
    assert link.count(">") == link.count("<") == 1
