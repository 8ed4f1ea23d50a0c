"""Requests to partners over the Internet: https only, public addresses only, no redirects, bounded in time and size.

The name is resolved here, every address it has must be public, and the connection goes to an address that was checked:
a name that resolves differently a moment later gains nothing. In the laptop edition (CSMS_OUTGOING "any") http and
private addresses are allowed, because its peers are on loopback.

    OutgoingError
    ├── Forbidden      the URL must not be called; trying again changes nothing
    └── Unreachable    no connection, no answer in time, or an answer that is too large
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from csms.edge import settings
from csms.ocpi.callbacks import callback_problem, host_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

TIMEOUT_SECONDS: Final = 5.0
BODY_MAX: Final = 5_000_000
_CHUNK: Final = 65_536


class OutgoingError(Exception):
    """A request that got no answer."""


class Forbidden(OutgoingError):  # noqa: N818 - named for what is the case
    """The URL must not be called."""


class Unreachable(OutgoingError):  # noqa: N818 - named for what is the case
    """The partner did not answer in time, or not in a way that can be read."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Header names are in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: str | None = None,
    *,
    allowed_hosts: Collection[str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Response:
    """Send one request and return whatever status comes back; redirects are not followed.

    `allowed_hosts` None: any public host. `timeout_seconds` is for all of it. Raises Forbidden, Unreachable.
    """
    private = settings.private_peers_allowed()
    problem = callback_problem(url, {host_of(url)} if allowed_hosts is None else allowed_hosts, private_allowed=private)
    if problem:
        raise Forbidden(problem)
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Forbidden("not a port") from error
    host = host_of(url)
    connection = _Connection(
        host, port, _address(host, port, private=private), parts.scheme == "https", timeout_seconds
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _exchanged(connection, method, target, headers, body, timeout_seconds)


def _exchanged(
    connection: _Connection,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: str | None,
    timeout_seconds: float,
) -> Response:
    over = threading.Timer(timeout_seconds, connection.cut)
    over.daemon = True
    over.start()
    try:
        sent = {"Accept": "application/json", "User-Agent": "csms", "Connection": "close", **headers}
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, target, None if body is None else body.encode(), sent)
        answered = connection.getresponse()
        found = {name.lower(): value for name, value in answered.getheaders()}
        return Response(answered.status, _read(answered), found)
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = connection.was_cut or isinstance(error, TimeoutError)
        raise Unreachable("timed out" if late else type(error).__name__) from error
    finally:
        over.cancel()
        connection.close()


def _read(answered: http.client.HTTPResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := answered.read(_CHUNK):
        size += len(chunk)
        if size > BODY_MAX:
            raise ValueError("the answer is too large")
        parts.append(chunk)
    if answered.length:  # read() in parts does not notice a body that ends too early
        raise ValueError("the answer is cut short")
    return b"".join(parts)


def _address(host: str, port: int, *, private: bool) -> tuple[int, Any]:
    """Family and socket address to connect to. Raises Forbidden where any address of the name is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("the name does not resolve") from error
    for _, _, _, _, address in found:
        literal = ipaddress.ip_address(str(address[0]).partition("%")[0])
        if not private and (not literal.is_global or literal.is_multicast):
            raise Forbidden("not a public address")
    family, _, _, _, address = found[0]
    return int(family), address


def new_socket(family: int, kind: int) -> socket.socket:
    """A socket that is not connected yet."""
    return socket.socket(family, kind)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, speaking for the name."""

    def __init__(self, host: str, port: int, address: tuple[int, Any], secure: bool, timeout_seconds: float) -> None:
        super().__init__(host, port, timeout=timeout_seconds)
        self._address = address
        self._secure = secure
        self.default_port = 443 if secure else 80  # the Host header leaves out the port that the scheme implies
        self.was_cut = False

    def connect(self) -> None:
        """Connect to the checked address, with TLS for the host's name."""
        family, address = self._address
        plain = new_socket(family, socket.SOCK_STREAM)
        self.sock = plain
        plain.settimeout(self.timeout)
        plain.connect(address)
        if self._secure:
            self.sock = _tls().wrap_socket(plain, server_hostname=self.host)

    def cut(self) -> None:
        """End the connection from another thread: the time for all of it is over."""
        self.was_cut = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already, or not open yet: its own timeout ends it
