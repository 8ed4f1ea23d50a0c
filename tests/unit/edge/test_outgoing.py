"""Outgoing requests, over socket pairs instead of a network."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from csms import contract
from csms.edge import outgoing

PUBLIC = "93.184.216.34"


class Wire:
    """Every connection ends here: `reply` is what the peer sends, `received` what it got, `dialled` where it went."""

    def __init__(self) -> None:
        self.reply: bytes | None = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\n{}"
        self.resolved = [PUBLIC]
        self.received = b""
        self.dialled: list[Any] = []
        self.threads: list[threading.Thread] = []
        self.peers: list[socket.socket] = []

    def getaddrinfo(self, _host: str, port: int, **_options: Any) -> list[Any]:
        if not self.resolved:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.resolved]

    def new_socket(self, _family: int, _type: int) -> Any:
        ours, theirs = socket.socketpair()
        self.peers.append(theirs)
        thread = threading.Thread(target=self._serve, args=(theirs,))
        thread.start()
        self.threads.append(thread)
        return _Dialled(ours, self.dialled.append)

    def _serve(self, theirs: socket.socket) -> None:
        theirs.settimeout(2)
        while not self.received.endswith(b'{"d": 1}'):
            self.received += theirs.recv(65536)
        if self.reply is not None:
            try:
                theirs.sendall(self.reply)
            except BrokenPipeError:
                return
            theirs.shutdown(socket.SHUT_WR)


class _Dialled:
    """A socket that is connected already."""

    def __init__(self, ours: socket.socket, connected: Callable[[Any], None]) -> None:
        self._ours = ours
        self._connected = connected

    def connect(self, address: Any) -> None:
        self._connected(address)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ours, name)


class PlainTls:
    """No encryption, but the name that would be checked."""

    names: list[str] = []  # noqa: RUF012 - cleared by the fixture

    def wrap_socket(self, plain: Any, *, server_hostname: str) -> Any:
        self.names.append(server_hostname)
        return plain


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    fake = Wire()
    PlainTls.names.clear()
    monkeypatch.delenv(contract.ENV_OUTGOING, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", fake.getaddrinfo)
    monkeypatch.setattr(outgoing, "new_socket", fake.new_socket)
    monkeypatch.setattr(outgoing, "_tls", PlainTls)
    yield fake
    for thread in fake.threads:
        thread.join(3)
    for peer in fake.peers:
        peer.close()


def send(url: str = "https://partner.example/ocpi?a=1", **options: Any) -> outgoing.Response:
    return outgoing.send("POST", url, {"X-B": "c"}, '{"d": 1}', **options)


def test_a_request_and_its_answer(wire: Wire) -> None:
    answer = send()
    assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"{}", "b")
    head, _, body = wire.received.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ocpi?a=1 HTTP/1.1\r\n")
    assert b"Host: partner.example\r\n" in head
    assert b"X-B: c" in head
    assert b"Content-Type: application/json" in head
    assert body == b'{"d": 1}'
    assert wire.dialled == [(PUBLIC, 443)]
    assert PlainTls.names == ["partner.example"]


def test_redirects_are_answers_and_not_followed(wire: Wire) -> None:
    wire.reply = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    assert send().status == 302
    assert len(wire.dialled) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/",
        "ftp://partner.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/",
        "https://localhost/",
        "https://user@partner.example/",
        "https://partner.example:99999/",
        "https:///x",
        "nonsense",
    ],
)
def test_urls_that_must_not_be_called(wire: Wire, url: str) -> None:
    with pytest.raises(outgoing.Forbidden):
        send(url)
    assert wire.dialled == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "224.0.0.1", "100.64.0.1"]
)
def test_names_that_resolve_to_private_addresses_are_not_called(wire: Wire, address: str) -> None:
    wire.resolved = [PUBLIC, address]
    with pytest.raises(outgoing.Forbidden):
        send()
    assert wire.dialled == []


def test_hosts_that_are_not_allowed_are_not_called(wire: Wire) -> None:
    with pytest.raises(outgoing.Forbidden):
        send(allowed_hosts={"other.example"})
    assert send(allowed_hosts={"Partner.Example"}).status == 200


def test_the_laptop_edition_calls_its_neighbours(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_OUTGOING, "any")
    wire.resolved = ["127.0.0.1"]
    assert send("http://127.0.0.1:8080/x").status == 200
    assert wire.dialled == [("127.0.0.1", 8080)]
    assert b"Host: 127.0.0.1:8080" in wire.received


def test_a_name_that_does_not_resolve(wire: Wire) -> None:
    wire.resolved = []
    with pytest.raises(outgoing.Unreachable):
        send()


def test_a_peer_that_says_nothing_is_cut_off(wire: Wire) -> None:
    wire.reply = None
    with pytest.raises(outgoing.Unreachable, match="timed out"):
        send(timeout_seconds=0.2)


@pytest.mark.parametrize("reply", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"])
def test_answers_that_cannot_be_read(wire: Wire, reply: bytes) -> None:
    wire.reply = reply
    with pytest.raises(outgoing.Unreachable):
        send()


def test_an_answer_that_is_too_large(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "BODY_MAX", 100)
    wire.reply = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000
    with pytest.raises(outgoing.Unreachable):
        send()
