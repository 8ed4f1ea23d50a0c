"""Partners: registered ones in the tables, and a fake one at the other end of outgoing requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from csms.edge import outgoing
from csms.ocpi import envelope, tokens
from csms.store import partners, secrets

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
THEIR_URL = "https://ocpi.partner.example"
OUR_TOKEN = "token-that-we-send"
TOKEN_A = "token-a"
TOKEN_C = "token-c"
MODULES = (
    ("credentials", "RECEIVER"),
    ("locations", "RECEIVER"),
    ("tariffs", "RECEIVER"),
    ("sessions", "RECEIVER"),
    ("cdrs", "RECEIVER"),
    ("tokens", "SENDER"),
    ("commands", "SENDER"),
    ("payments", "SENDER"),
)


def endpoints_of(version: str) -> list[dict[str, str]]:
    """The partner's endpoints in a version."""
    return [{"identifier": name, "role": role, "url": f"{THEIR_URL}/{version}/{name}"} for name, role in MODULES]


def invite(store: Store, partner_id: str = "payter", kind: str = "PTP", token: str = TOKEN_A, **more: Any) -> str:
    """A partner that may register with this token A."""
    store.commit(*partners.partner_invited(partner_id, kind, partner_id.title(), tokens.digest(token), NOW, **more))
    return token


def register(
    store: Store,
    partner_id: str = "payter",
    kind: str = "PTP",
    version: str = "2.3.0",
    token: str = TOKEN_C,
    **more: Any,
) -> str:
    """A partner with which the handshake is done; returns the token it uses with us."""
    invite(store, partner_id, kind, f"a-of-{partner_id}")
    facts = {
        "state": partners.REGISTERED,
        "version": version,
        "versions_url": f"{THEIR_URL}/versions",
        "endpoints": endpoints_of(version),
        "roles": [{"role": kind, "country_code": "NL", "party_id": "PAY"}],
        "credential": tokens.digest(token),
        **more,
    }
    store.commit(
        partners.partner_changed(partner_id, facts),
        partners.credential(partner_id, tokens.digest(token), partners.STATE_CURRENT),
        partners.credential_deleted(tokens.digest(f"a-of-{partner_id}")),
    )
    secrets.put_partner_token(partner_id, OUR_TOKEN)
    return token


def partner_row(store: Store, partner_id: str = "payter") -> Item:
    """The partner as it is stored."""
    row = partners.get_partner(store, partner_id)
    assert row is not None
    return row


@dataclass
class Sent:
    """A request that reached the fake partner."""

    method: str
    url: str
    headers: Mapping[str, str]
    document: Any


Respond = Callable[[Sent], outgoing.Response]


@dataclass
class FakePartner:
    """Stands in for `outgoing.send`: answers by (method, URL) and keeps what it was sent."""

    answers: dict[tuple[str, str], Respond] = field(default_factory=dict)
    default: Respond | None = None
    sent: list[Sent] = field(default_factory=list)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: str | None = None, **_options: Any
    ) -> outgoing.Response:
        request = Sent(method, url, headers, None if body is None else json.loads(body))
        self.sent.append(request)
        respond = self.answers.get((method, url), self.default)
        if respond is None:
            return outgoing.Response(404, b"not here")
        return respond(request)

    def serve(self, method: str, url: str, data: Any = None, **options: Any) -> None:
        """Answer with an envelope around `data`."""
        self.answers[method, url] = lambda _request: response(data, **options)

    def offer(self, *versions: str, needs_token: str | None = None) -> None:
        """Serve versions and details; `needs_token`: only with exactly this token (base64)."""
        entries = [{"version": version, "url": f"{THEIR_URL}/{version}"} for version in versions]
        self._guarded(f"{THEIR_URL}/versions", entries, needs_token)
        for version in versions:
            details = {"version": version, "endpoints": endpoints_of(version)}
            self._guarded(f"{THEIR_URL}/{version}", details, needs_token)

    def _guarded(self, url: str, data: Any, needs_token: str | None) -> None:
        def respond(request: Sent) -> outgoing.Response:
            if needs_token and request.headers.get("Authorization") != tokens.authorization(needs_token):
                return response(status=401, status_code=2000)
            return response(data)

        self.answers["GET", url] = respond


def response(
    data: Any = None, *, status: int = 200, status_code: int = 1000, headers: dict[str, str] | None = None
) -> outgoing.Response:
    """An answer of the fake partner in the envelope."""
    body = envelope.success(data, NOW, status_code)
    return outgoing.Response(status, envelope.encode(body).encode(), headers or {})
