"""CloudFront: which behaviour takes a path, what the viewer-request function does to the request, what the origin gets.

`viewer_request` says in Python what `infra/edge/viewer_request.js` says in JavaScript; a test runs both on the same
requests.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

if TYPE_CHECKING:
    from local.events import Request
    from local.model import Behaviour, Distribution, Origin

_CONNECTION_ROLES: Final = {"ocpp": "charger", "maintenance": "maintenance"}
_HTTP_ROOTS: Final = {"ocpi", "receipts", "api"}
_IDENTITY_LENGTH_MAX: Final = 48
_REFUSED_IN_IDENTITY: Final = re.compile(r"[\u0000-\u001f\u007f-\u009f\u2028\u2029/\\\"'<>?#%&]")
_BROKEN_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What JavaScript's encodeURIComponent leaves alone.
_UNESCAPED: Final = "-_.!~*'()"


def route(distribution: Distribution, path: str) -> Behaviour:
    """The behaviour that takes the path: the first pattern that matches, at the end the default."""
    for behaviour in distribution.behaviours:
        if behaviour.pattern and fnmatchcase(path, behaviour.pattern.replace("[", "[[]")):
            return behaviour
    return distribution.behaviours[-1]


def viewer_request(request: Request) -> Request | None:
    """The request as the edge function passes it on; None where it answers 404 itself."""
    request = replace(request, headers=tuple(pair for pair in request.headers if not _is_reserved(pair[0])))
    segments = request.path.split("/")
    root = segments[1] if len(segments) > 1 else ""
    if root in _HTTP_ROOTS:
        return request
    if root not in _CONNECTION_ROLES:
        return None
    identity = identity_of(segments)
    if identity is None:
        return None
    added = [("x-ocpp-path", request.path)]
    authorization = request.header("authorization")
    if authorization is not None:
        added.append(("x-ocpp-authorization", authorization))
    query = f"cp={quote(identity, safe=_UNESCAPED)}&role={_CONNECTION_ROLES[root]}"
    return replace(request, path="/", query=query, headers=(*request.headers, *added))


def identity_of(segments: list[str]) -> str | None:
    """The charger's identity: the decoded last segment of the path, or None where it cannot be one."""
    parts = segments[2:]
    if len(parts) > 1 and parts[-1] == "":
        parts = parts[:-1]
    if not parts or _BROKEN_PERCENT.search(parts[-1]):
        return None
    try:
        identity = unquote_to_bytes(parts[-1]).decode()
    except UnicodeDecodeError:
        return None
    length = len(identity.encode("utf-16-le")) // 2  # as JavaScript counts
    if identity in {"", ".", ".."} or length > _IDENTITY_LENGTH_MAX or _REFUSED_IN_IDENTITY.search(identity):
        return None
    return identity


def _is_reserved(header: str) -> bool:
    name = header.lower()
    return name.startswith(("x-ocpp-", "cloudfront-viewer-cert-")) or name == "x-origin-verify"


def to_origin(request: Request, origin: Origin) -> Request:
    """The request as the origin gets it: the origin's own Host, its path in front, its headers, CloudFront's marks."""
    kept = [pair for pair in request.headers if pair[0].lower() not in {"host", *origin.headers}]
    forwarded = request.header("x-forwarded-for")
    headers = [
        ("Host", origin.domain),
        *((name, value) for name, value in kept if name.lower() != "x-forwarded-for"),
        ("X-Forwarded-For", f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip),
        ("X-Forwarded-Proto", "https"),
        ("Via", "1.1 laptop.cloudfront.net (CloudFront)"),
        *origin.headers.items(),
    ]
    return replace(request, path=origin.path + request.path, headers=tuple(headers))
