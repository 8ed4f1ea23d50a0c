"""Times on the wire and in items: read tolerantly, written in exactly one way.

Chargers and partners write RFC 3339 with and without fractions, zones and capital letters. OCPI allows at most
25 characters and no `+00:00` (types, DateTime); a fixed width also lets stored times sort as strings.
"""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SHAPE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII)


def parse_time(text: str) -> datetime:
    """Read a date with a time of day into an aware UTC datetime.

    A missing zone means UTC, digits beyond microseconds are cut off. Raises ValueError for anything else.
    """
    if not isinstance(text, str):
        raise ValueError(f"not a time: {text!r}")  # noqa: TRY004 - callers catch one error for any bad wire value
    candidate = text.strip().upper()
    if not _SHAPE.fullmatch(candidate):
        raise ValueError(f"not a time: {text!r}")
    try:
        read = datetime.fromisoformat(candidate)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"not a time: {text!r}") from error


_written: tuple[datetime, str] = (EPOCH, "1970-01-01T00:00:00.000Z")


def format_time(moment: datetime) -> str:
    """Write an aware datetime as `YYYY-MM-DDTHH:MM:SS.mmmZ` (24 characters, UTC, cut to milliseconds).

    Raises ValueError for a naive datetime: its zone would be a guess.
    """
    global _written  # noqa: PLW0603 - a frame writes its one `now` several times; the pair is replaced as a whole
    last, text = _written
    if last is moment:
        return text
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment!r}")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    text = utc.isoformat(timespec="milliseconds")[:23] + "Z"
    _written = (moment, text)
    return text


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC, for exact arithmetic. The datetime must be aware."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The aware UTC datetime of `to_microseconds`."""
    return EPOCH + timedelta(microseconds=microseconds)
