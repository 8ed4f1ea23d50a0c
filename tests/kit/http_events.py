"""HTTP API events (payload format 2.0), and answers of handlers read back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from csms.ocpi import tokens


class Answer(NamedTuple):
    """An answer, its body read: the envelope (or whatever JSON came), its data and its OCPI status."""

    http_status: int
    headers: dict[str, str]
    body: Any

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def status_code(self) -> int:
        code: int = self.body["status_code"]
        return code


def http_event(
    method: str,
    path: str,
    *,
    body: Any = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    """An event as API Gateway makes it. `body`: text as it is, anything else as JSON."""
    text = body if body is None or isinstance(body, str) else json.dumps(body, default=float)
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "requestId": "r-1",
        },
        "body": text,
        "isBase64Encoded": False,
    }


def ocpi_event(method: str, path: str, token: str | None, *, body: Any = None, **more: Any) -> dict[str, Any]:
    """An event with the credentials token in its Authorization header."""
    headers = {"X-Request-ID": "req-1", "X-Correlation-ID": "corr-1", **more.pop("headers", {})}
    if token is not None:
        headers["Authorization"] = tokens.authorization(token)
    return http_event(method, path, body=body, headers=headers, **more)


def read_answer(answer: dict[str, Any]) -> Answer:
    """Read what a handler returned; numbers with a point are Decimal."""
    return Answer(answer["statusCode"], answer["headers"], json.loads(answer["body"], parse_float=Decimal))
