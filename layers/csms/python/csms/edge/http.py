"""HTTP API events (payload format 2.0) as requests, and answers as API Gateway wants them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_STAGE: Final = "$default"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: decoded path segments (empty ones left out), query (the last value wins), lower-case header names."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path without a trailing slash, for logs and links."""
        return "/" + "/".join(self.segments)


def read_request(event: Mapping[str, Any]) -> Request:
    """Read an HTTP API event."""
    context = event.get("requestContext", {})
    path: str = event.get("rawPath") or "/"
    stage = context.get("stage", _DEFAULT_STAGE)
    if stage != _DEFAULT_STAGE:
        path = path.removeprefix(f"/{stage}")
    return Request(
        method=str(context.get("http", {}).get("method", "GET")).upper(),
        segments=tuple(unquote(part) for part in path.split("/") if part),
        query=dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)),
        headers={name.lower(): str(value) for name, value in (event.get("headers") or {}).items()},
        body=_body(event),
    )


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    try:
        return base64.b64decode(body)
    except (binascii.Error, ValueError):
        return b"\x00"  # no JSON, which is what the reader will say


def answer(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Build an answer; a body is JSON unless a content type says otherwise."""
    given = {"Cache-Control": "no-store", **(headers or {})}
    if body:
        given.setdefault("Content-Type", "application/json")
    return {"statusCode": status, "headers": given, "body": body, "isBase64Encoded": False}
