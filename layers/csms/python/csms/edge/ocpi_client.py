"""One OCPI request of ours: headers, body and the envelope that comes back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from csms.edge import outgoing
from csms.ocpi import envelope, routing, tokens
from csms.ocpi.errors import BadJson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from csms.ocpi.envelope import Answer
    from csms.ocpi.routing import Party


@dataclass(frozen=True, slots=True)
class Answered:
    """What a partner answered. `answer` is None where the body is no OCPI envelope; header names are in lower case."""

    status: int
    answer: Answer | None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_page: bool = False  # a web page: something else than the partner's OCPI answered

    @property
    def ok(self) -> bool:
        """Whether both HTTP and OCPI say success."""
        return 200 <= self.status < 300 and self.answer is not None and self.answer.ok

    def describe(self) -> str:
        """Both codes and the partner's own words, for the operator."""
        if self.answer is None:
            return f"HTTP {self.status} without an OCPI envelope"
        return f"HTTP {self.status}, OCPI {self.answer.status_code} {self.answer.status_message}".strip()


def call(
    method: str,
    url: str,
    *,
    token: str | None = None,
    raw_token: bool = False,
    document: Any = None,
    to: Party | None = None,
    sender: Party | None = None,
    correlation_id: str | None = None,
    allowed_hosts: Collection[str] | None = None,
    timeout_seconds: float = outgoing.TIMEOUT_SECONDS,
) -> Answered:
    """Send a request. Leave `to` and `sender` out for credentials and versions. Raises outgoing.OutgoingError."""
    request_id = str(uuid.uuid4())
    headers = routing.request_headers(
        request_id=request_id, correlation_id=correlation_id or request_id, to=to, sender=sender
    )
    if token is not None:
        headers["Authorization"] = tokens.authorization(token, raw=raw_token)
    body = None if document is None else envelope.encode(document)
    response = outgoing.send(method, url, headers, body, allowed_hosts=allowed_hosts, timeout_seconds=timeout_seconds)
    try:
        answer = envelope.read_answer(response.body)
    except BadJson:
        answer = None
    return Answered(response.status, answer, response.headers, is_page=response.body.lstrip()[:1] == b"<")
