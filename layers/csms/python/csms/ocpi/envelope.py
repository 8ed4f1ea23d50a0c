"""The envelope that every OCPI answer comes in, also on HTTP errors (OCPI transport_and_format, Response format)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csms.domain.times import format_time
from csms.ocpi.errors import BadJson, OcpiError
from csms.ocpi.jsontext import decode, encode

__all__ = ["SUCCESS", "Answer", "decode", "encode", "failure", "failure_of", "read_answer", "success"]

SUCCESS = 1000


def success(data: Any, now: datetime, status_code: int = SUCCESS) -> dict[str, Any]:
    """Wrap `data` (a dict, a list, or None where OCPI defines no data: the member is then absent)."""
    envelope = {"data": data, "status_code": status_code, "timestamp": format_time(now)}
    if data is None:
        del envelope["data"]
    return envelope


def failure(status_code: int, message: str, now: datetime) -> dict[str, Any]:
    """Build the envelope of an error: a code of 2000 or more, a short message, no data."""
    return {"status_code": status_code, "status_message": message, "timestamp": format_time(now)}


def failure_of(error: OcpiError, now: datetime) -> dict[str, Any]:
    """Build the envelope of an OcpiError; its `http_status` goes beside it."""
    return failure(error.status_code, error.message, now)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner answered: the OCPI status, and the data as they came."""

    status_code: int
    status_message: str
    data: Any

    @property
    def ok(self) -> bool:
        """Tell whether the status is in the range of successes (1xxx)."""
        return SUCCESS <= self.status_code < 2000

    def one(self) -> Any:
        """Return the data as one object: some stacks wrap a single object in a list."""
        if isinstance(self.data, list) and len(self.data) == 1:
            return self.data[0]
        return self.data

    def many(self) -> list[Any]:
        """Return the data as a list, whatever they came as."""
        if isinstance(self.data, list):
            return self.data
        return [] if self.data is None else [self.data]


def read_answer(text: str | bytes | None) -> Answer:
    """Read a partner's envelope. Raises BadJson when it is not JSON or has no status code."""
    document = decode(text)
    if not isinstance(document, Mapping):
        raise BadJson("The answer is not an OCPI envelope")
    try:
        status_code = int(document["status_code"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadJson("The answer has no OCPI status code") from error
    return Answer(status_code, str(document.get("status_message") or ""), document.get("data"))
