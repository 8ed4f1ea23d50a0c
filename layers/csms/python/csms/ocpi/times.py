"""OCPI DateTime: RFC 3339 in UTC with `Z`, at most 25 characters (OCPI types, DateTime).

`csms.domain.times` reads and writes them; what partners do to a time on its way through a query string is undone here.
"""

import re
from datetime import datetime

from csms.domain.times import format_time, parse_time

__all__ = ["format_time", "normalise_time", "parse_time"]

_LOST_PLUS = re.compile(r"(\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)$")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def normalise_time(value: str | datetime) -> str:
    """Turn a DateTime into the one fixed form, `YYYY-MM-DDTHH:MM:SS.mmmZ`, which sorts as a string.

    Tolerant: a date alone is its midnight, and a `+` of an offset that became a space is put back. Raises ValueError.
    """
    if isinstance(value, datetime):
        return format_time(value)
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str):
        text = f"{text}T00:00:00Z" if _DATE.fullmatch(text) else _LOST_PLUS.sub(r"\1+\2", text)
    return format_time(parse_time(text))
