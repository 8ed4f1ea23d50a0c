"""The OCPI handshake from the platform's side: who calls whom with which token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.simulators.terminal_http import OcpiCallError, join_url

if TYPE_CHECKING:
    from local.simulators.terminal_http import OcpiClient
    from local.simulators.terminal_modes import TerminalModes


@dataclass
class Partner:
    """What the platform knows about the CPO: the token to send, the endpoints, the CPO's roles."""

    token: str | None = None
    version: str | None = None
    endpoints: list[dict[str, str]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=list)

    @property
    def registered(self) -> bool:
        """Whether the handshake is done."""
        return self.token is not None

    def url(self, module: str, role: str) -> str:
        """Return the address of a module; `role` is the CPO's. Raises OcpiCallError when it is not advertised."""
        matching = [e for e in self.endpoints if e["identifier"] == module]
        exact = [e for e in matching if e.get("role") == role]
        fallback = matching if module in {"credentials", "payments"} else []
        for endpoint in [*exact, *fallback]:
            return endpoint["url"]
        raise OcpiCallError(f"the CPO advertises no {module} {role}")


class Registration:
    """Registers the platform at the CPO, rotates tokens, unregisters; or lets the CPO do the same here."""

    def __init__(
        self,
        client: OcpiClient,
        modes: TerminalModes,
        versions: tuple[str, ...],
        identity: dict[str, Any],
    ) -> None:
        self._client = client
        self._modes = modes
        self._versions = versions
        self._identity = identity
        self.partner = Partner()
        self.versions_url = ""
        self.cpo_versions_url = ""
        self.accepted_tokens: set[str] = set()
        self.token_a: str | None = None

    async def register(self, cpo_versions_url: str, token_a: str) -> Partner:
        """Start the handshake at the CPO with the token it gave out of band."""
        self.cpo_versions_url = cpo_versions_url
        return await self._introduce("POST", token_a)

    async def rotate(self) -> Partner:
        """Give the CPO a new token and get a new one (PUT credentials)."""
        return await self._introduce("PUT", self.partner.token or "")

    async def unregister(self) -> None:
        """End the relation (DELETE credentials)."""
        url = self.partner.url("credentials", "RECEIVER")
        answer = await self._client.request("DELETE", url, self.partner.token, functional=False)
        answer.require("DELETE credentials")
        self.forget()

    def forget(self) -> None:
        """Drop every token."""
        self.partner = Partner()
        self.accepted_tokens.clear()

    def issue_token_a(self) -> str:
        """Return a token with which the CPO may start the handshake here."""
        self.token_a = secrets.token_urlsafe(24)
        return self.token_a

    async def welcome(self, credentials: dict[str, Any]) -> dict[str, Any]:
        """Take the CPO's POST or PUT of credentials: look at its versions with its token, answer with a new token."""
        self.cpo_versions_url = str(credentials["url"])
        version, endpoints = await self.discover(str(credentials["token"]))
        self.partner = Partner(str(credentials["token"]), version, endpoints, credentials["roles"])
        self.token_a = None
        token_c = secrets.token_urlsafe(24)
        self.accepted_tokens = {token_c}
        return self.credentials(token_c)

    async def discover(self, token: str) -> tuple[str, list[dict[str, str]]]:
        """Return the highest mutual version and its endpoints at the CPO. Raises OcpiCallError when there is none."""
        sent = None if self._modes.no_auth_on_versions else token
        listed = (await self._client.request("GET", self.cpo_versions_url, sent, functional=False)).require("versions")
        if not isinstance(listed, list):
            raise OcpiCallError(f"{self.cpo_versions_url} holds no list of versions")
        mutual = {entry["version"]: entry["url"] for entry in listed if entry["version"] in self._versions}
        if not mutual:
            raise OcpiCallError(f"no mutual version: the CPO offers {[entry['version'] for entry in listed]}")
        version = max(mutual)
        details = (await self._client.request("GET", mutual[version], sent, functional=False)).require("details")
        return version, details["endpoints"]

    def credentials(self, token: str) -> dict[str, Any]:
        """Return this platform's Credentials with a token for the CPO."""
        details = {"name": "Simulated Payments", **({"website": None, "logo": None} if self._modes.sends_nulls else {})}
        role = {"role": self._modes.role, "business_details": details, **self._identity}
        extra = {"hub_party_id": None} if self._modes.sends_nulls else {}
        return {"token": token, "url": self.versions_url, "roles": [role], **extra}

    async def _introduce(self, method: str, token: str) -> Partner:
        version, endpoints = await self.discover(token)
        found = Partner(None, version, endpoints)
        token_b = secrets.token_urlsafe(24)
        before = set(self.accepted_tokens)
        self.accepted_tokens = before | {token_b}  # the CPO calls back with it inside this very request
        try:
            url = found.url("credentials", "RECEIVER")
            answer = await self._client.request(method, url, token, self.credentials(token_b), functional=False)
            theirs = answer.require(f"{method} credentials")
        except OcpiCallError:
            self.accepted_tokens = before
            raise
        self.accepted_tokens = {token_b}
        self.partner = Partner(str(theirs["token"]), version, endpoints, theirs["roles"])
        return self.partner


def terminals_url(payments_url: str, *segments: str) -> str:
    """Return the terminals address under a payments endpoint, which may already name the terminals."""
    base = payments_url.rstrip("/")
    return join_url(base if base.endswith("/terminals") else join_url(base, "terminals"), *segments)
