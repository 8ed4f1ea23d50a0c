"""OCPI DateTime."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from csms.ocpi.times import normalise_time


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2015-06-29T20:39:09Z", "2015-06-29T20:39:09.000Z"),
        ("2015-06-29T20:39:09", "2015-06-29T20:39:09.000Z"),
        ("2016-12-29T17:45:09.2Z", "2016-12-29T17:45:09.200Z"),
        ("2016-12-29T17:45:09.2", "2016-12-29T17:45:09.200Z"),
        ("2018-01-01T01:08:01.123Z", "2018-01-01T01:08:01.123Z"),
        ("2018-01-01T01:08:01.123456789Z", "2018-01-01T01:08:01.123Z"),
        ("2018-01-01T03:08:01+02:00", "2018-01-01T01:08:01.000Z"),
        ("2018-01-01T03:08:01 02:00", "2018-01-01T01:08:01.000Z"),
        ("2018-01-01 01:08:01 0000", "2018-01-01T01:08:01.000Z"),
        ("2018-01-01", "2018-01-01T00:00:00.000Z"),
        (datetime(2018, 1, 1, 2, tzinfo=timezone(timedelta(hours=1))), "2018-01-01T01:00:00.000Z"),
        (datetime(2018, 1, 1, 2, tzinfo=UTC), "2018-01-01T02:00:00.000Z"),
    ],
)
def test_every_form_becomes_the_one_form(given: Any, expected: Any) -> None:
    assert normalise_time(given) == expected
    assert len(expected) <= 25


@pytest.mark.parametrize("given", ["", "soon", "2018-13-01T00:00:00Z", "20:00", "1514768400", datetime(2018, 1, 1)])  # noqa: DTZ001 - naive on purpose
def test_what_is_no_moment_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match="time"):
        normalise_time(given)
