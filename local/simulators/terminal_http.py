"""The HTTP side of OCPI as a client: tokens, envelope, routing headers, paging."""

from __future__ import annotations

import base64
import contextlib
import json
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.simulators.terminal_modes import TerminalModes

OK_CODES = range(1000, 2000)
PAGES_MAX = 100


class OcpiCallError(Exception):
    """The other side could not be reached, or its answer is not OCPI."""


@dataclass(frozen=True)
class OcpiAnswer:
    """An answer of the other side: HTTP status, OCPI status and data."""

    http_status: int
    status_code: int | None
    data: Any
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether both HTTP and OCPI say success."""
        return self.http_status < 300 and self.status_code in OK_CODES

    def require(self, what: str) -> Any:
        """Return the data; raise OcpiCallError naming `what` unless this is a success."""
        if not self.ok:
            raise OcpiCallError(
                f"{what}: HTTP {self.http_status}, OCPI {self.status_code} {self.message or ''}".rstrip()
            )
        return self.data


def encode_json(document: Any) -> str:
    """Return JSON text; Decimals become numbers."""
    return json.dumps(document, default=_number)


def decode_json(text: str) -> Any:
    """Return the document; fractions become Decimals. Raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def read_token(header: str | None) -> set[str]:
    """Return what an Authorization header may mean: the token as it stands and, if it is base64, decoded."""
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "token" or not value:
        return set()
    candidates = {value.strip()}
    with contextlib.suppress(ValueError):  # not base64: then only the raw reading remains
        candidates.add(base64.b64decode(value.strip(), validate=True).decode().strip())
    return candidates


def join_url(base: str, *segments: str) -> str:
    """Return `base` and `segments` joined by exactly one slash each."""
    return "/".join([base.rstrip("/"), *segments])


class OcpiClient:
    """Sends requests to the CPO. Redirects are not followed: a client that does may lose its token on the way."""

    def __init__(
        self,
        modes: TerminalModes,
        note: Callable[..., object],
        routing: Callable[[], dict[str, str]],
        timeout_seconds: float,
    ) -> None:
        self._modes = modes
        self._note = note
        self._routing = routing
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        token: str | None,
        body: Any = None,
        *,
        params: Mapping[str, str] | None = None,
        functional: bool = True,
    ) -> OcpiAnswer:
        """Send one request; `functional` ones carry routing headers. Raises OcpiCallError when there is no OCPI answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        if self._modes.trailing_slash and "?" not in url:
            url = url.rstrip("/") + "/"
        headers = self._headers(token, functional)
        data = None if body is None else encode_json(body)
        try:
            async with self._session.request(
                method, url, data=data, params=params, headers=headers, allow_redirects=False
            ) as response:
                text = await response.text()
                status, answer_headers = response.status, dict(response.headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note("call_failed", method=method, url=url, error=f"{type(error).__name__} {error}")
            raise OcpiCallError(f"{method} {url}: {type(error).__name__} {error}") from error
        answer = self._read(method, url, status, text, answer_headers)
        self._note(
            "call", method=method, url=url, status=status, ocpi=answer.status_code, request=body, data=answer.data
        )
        return answer

    async def fetch_all(self, url: str, token: str | None, params: Mapping[str, str] | None = None) -> list[Any]:
        """Return every object of a paged list."""
        found: list[Any] = []
        next_url: str | None = url
        for _ in range(PAGES_MAX):
            answer = await self.request("GET", next_url or url, token, params=params)
            found += answer.require(f"GET {next_url}") or []
            next_url, params = _next_page(answer.headers), None
            if next_url is None:
                return found
        raise OcpiCallError(f"{url} has more than {PAGES_MAX} pages")

    async def fetch_text(self, url: str) -> str:
        """Return a page for people, such as a receipt. Raises OcpiCallError unless it is there."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.get(url) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OcpiCallError(f"GET {url}: {type(error).__name__} {error}") from error
        if response.status >= 300:
            raise OcpiCallError(f"GET {url}: HTTP {response.status}")
        return text

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _headers(self, token: str | None, functional: bool) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "X-Request-ID": str(uuid.uuid4()),
            "X-Correlation-ID": str(uuid.uuid4()),
        }
        if token is not None:
            sent = token if self._modes.raw_token else base64.b64encode(token.encode()).decode()
            headers["Authorization"] = f"Token {sent}"
        if functional and not self._modes.no_routing_headers:
            headers |= self._routing()
        return headers

    def _read(self, method: str, url: str, status: int, text: str, headers: dict[str, str]) -> OcpiAnswer:
        if status in range(300, 400):
            raise OcpiCallError(f"{method} {url} was redirected to {headers.get('Location')}")
        try:
            document = decode_json(text) if text else {}
        except ValueError as error:
            raise OcpiCallError(f"{method} {url}: HTTP {status}, not JSON: {text[:200]!r}") from error
        if not isinstance(document, dict):
            raise OcpiCallError(f"{method} {url}: HTTP {status}, no OCPI envelope: {text[:200]!r}")
        return OcpiAnswer(
            status, document.get("status_code"), document.get("data"), document.get("status_message"), headers
        )


def _number(value: object) -> float | int:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _next_page(headers: Mapping[str, str]) -> str | None:
    for name, value in headers.items():
        if name.lower() == "link" and 'rel="next"' in value:
            return value.partition("<")[2].partition(">")[0]
    return None
