"""Reading and writing times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from csms.domain.times import format_time, from_microseconds, parse_time, to_microseconds


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2015-06-29T20:39:09Z", datetime(2015, 6, 29, 20, 39, 9, tzinfo=UTC)),
        ("2015-06-29T20:39:09", datetime(2015, 6, 29, 20, 39, 9, tzinfo=UTC)),
        ("2016-12-29T17:45:09.2Z", datetime(2016, 12, 29, 17, 45, 9, 200_000, tzinfo=UTC)),
        ("2018-01-01T01:08:01.123", datetime(2018, 1, 1, 1, 8, 1, 123_000, tzinfo=UTC)),
        ("2018-01-01T01:08:01.123456789Z", datetime(2018, 1, 1, 1, 8, 1, 123_456, tzinfo=UTC)),
        ("2018-01-01t01:08:01z", datetime(2018, 1, 1, 1, 8, 1, tzinfo=UTC)),
        ("2018-01-01 01:08:01+02:00", datetime(2017, 12, 31, 23, 8, 1, tzinfo=UTC)),
        ("2018-01-01T01:08:01-0330", datetime(2018, 1, 1, 4, 38, 1, tzinfo=UTC)),
        ("2018-01-01T01:08+01", datetime(2018, 1, 1, 0, 8, tzinfo=UTC)),
        (" 2018-01-01T01:08:01Z\n", datetime(2018, 1, 1, 1, 8, 1, tzinfo=UTC)),
    ],
)
def test_times_as_partners_and_chargers_write_them(text: str, read: datetime) -> None:
    parsed = parse_time(text)

    assert parsed == read
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2018-01-01",
        "20180101T010801Z",
        "2018-W01-1T01:08:01Z",
        "2018-13-01T01:08:01Z",
        "2018-01-01T25:08:01Z",
        "0001-01-01T00:00:00+14:00",
        "2018-01-01T01:08:01ZZ",
        "२०१८-01-01T01:08:01Z",
    ],
)
def test_anything_else_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_time(text)


@pytest.mark.parametrize("value", [None, 1514768881, 1.5, {}])
def test_a_value_that_is_no_text_is_the_same_error(value: object) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_time(value)  # type: ignore[arg-type]  # wire values are not typed


def test_written_times_are_utc_with_milliseconds_and_sort_as_text() -> None:
    whole = datetime(2018, 1, 1, 1, 8, 1, tzinfo=UTC)
    zoned = datetime(2018, 1, 1, 3, 8, 1, 999_999, tzinfo=timezone(timedelta(hours=2)))

    assert format_time(whole) == "2018-01-01T01:08:01.000Z"
    assert format_time(zoned) == "2018-01-01T01:08:01.999Z"
    assert format_time(whole) < format_time(zoned)


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        format_time(datetime(2018, 1, 1))  # noqa: DTZ001 - the naive datetime is the point


def test_written_times_are_read_back() -> None:
    moment = datetime(2025, 3, 30, 1, 0, 0, 5_000, tzinfo=UTC)

    assert parse_time(format_time(moment)) == moment


def test_microseconds_are_exact() -> None:
    moment = datetime(2025, 3, 30, 1, 0, 0, 5, tzinfo=UTC)

    assert from_microseconds(to_microseconds(moment)) == moment
    assert to_microseconds(moment + timedelta(microseconds=1)) - to_microseconds(moment) == 1
