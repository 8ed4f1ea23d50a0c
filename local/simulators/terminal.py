"""A simulated payment terminal platform (PTP) that speaks OCPI 2.2.1 or 2.3.0 with the Payments module."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from local.simulators.background import Background
from local.simulators.clock import wire_time
from local.simulators.events import EventLog
from local.simulators.terminal_checks import check_cdr, check_session
from local.simulators.terminal_http import OcpiAnswer, OcpiCallError, OcpiClient, join_url
from local.simulators.terminal_modes import TerminalModes
from local.simulators.terminal_objects import V230, decorate, terminal
from local.simulators.terminal_payments import Payment, PaymentDesk
from local.simulators.terminal_registration import Partner, Registration, terminals_url
from local.simulators.terminal_server import TerminalServer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from decimal import Decimal

    from local.simulators.events import Event
    from local.simulators.terminal_acquirer import Hold

HTTP_TIMEOUT_SECONDS = 10


class PaymentTerminalSimulator:
    """A platform with its HTTP server, its client and its acquirer; use it as `async with`.

    `versions` are the OCPI versions it offers; `public_url` replaces the address it listens on in what it writes.
    What happens is in `log`; what the CPO sent that the standard does not allow is in `complaints`.
    """

    def __init__(
        self,
        version: str = V230,
        modes: TerminalModes | None = None,
        *,
        versions: tuple[str, ...] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str | None = None,
        country_code: str = "NL",
        party_id: str = "PTP",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.version = version
        self.versions = versions or (version,)
        self.modes = modes or TerminalModes()
        self.now = now
        self.identity = {"country_code": country_code, "party_id": party_id}
        self.log = EventLog(now)
        self.complaints: list[str] = []
        self.terminals: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.cdrs: dict[str, dict[str, Any]] = {}
        self.pushed_locations: dict[str, dict[str, Any]] = {}
        self.pushed_tariffs: dict[str, dict[str, Any]] = {}
        self._listen = (host, port)
        self._public_url = public_url
        self.ocpi_url = ""
        self._client = OcpiClient(self.modes, self.note, self._routing_headers, HTTP_TIMEOUT_SECONDS)
        self.registration = Registration(self._client, self.modes, self.versions, self.identity)
        self.desk = PaymentDesk(self)
        self._server = TerminalServer(self)
        self._background = Background(self._note_error, (OcpiCallError,))
        self.spawn = self._background.spawn

    # Life

    async def start(self) -> None:
        """Begin to listen."""
        address = await self._server.start(*self._listen)
        self.ocpi_url = join_url(self._public_url or address, "ocpi")
        self.registration.versions_url = self.versions_url

    async def close(self) -> None:
        """Stop listening and end everything that runs."""
        await self._background.end()
        await self._server.stop()
        await self._client.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    @property
    def versions_url(self) -> str:
        """The address at which a CPO begins its handshake."""
        return join_url(self.ocpi_url, "versions")

    @property
    def partner(self) -> Partner:
        """The CPO as it is known at present."""
        return self.registration.partner

    def module_url(self, module: str) -> str:
        """Return this platform's own address of a module, in the version in use."""
        return join_url(self.ocpi_url, self.partner.version or self.version, module)

    # Handshake

    async def register(self, cpo_versions_url: str, token_a: str) -> Partner:
        """Do the whole handshake. Raises OcpiCallError when it fails."""
        partner = await self.registration.register(cpo_versions_url, token_a)
        self.note("registered", version=partner.version)
        return partner

    async def rotate(self) -> Partner:
        """Exchange the tokens by PUT credentials."""
        return await self.registration.rotate()

    async def unregister(self) -> None:
        """Leave by DELETE credentials."""
        await self.registration.unregister()
        self.note("unregistered")

    # Terminals

    async def push_terminal(self, terminal_id: str | None = None, **known: Any) -> dict[str, Any]:
        """Announce a terminal to the CPO, creating it when it is new; `known` are fields such as `customer_reference`."""
        identity = terminal_id or str(uuid.uuid4())
        found = self.terminals.setdefault(identity, terminal(identity, self.now()))
        found |= {**known, "last_updated": wire_time(self.now())}
        payments = self.partner.url("payments", "RECEIVER")
        body = decorate(found, self.modes)
        if self.modes.patch_terminal:
            answer = await self.send("PATCH", terminals_url(payments, identity), body)
        else:
            answer = await self.send("POST", terminals_url(payments), body)
        answer.require(f"terminal {identity}")
        return found

    async def cpo_terminal(self, terminal_id: str) -> dict[str, Any]:
        """Return a terminal as the CPO has it."""
        url = terminals_url(self.partner.url("payments", "RECEIVER"), terminal_id)
        found: dict[str, Any] = (await self.send("GET", url)).require(f"terminal {terminal_id}")
        return found

    def change_terminal(self, found: dict[str, Any], changes: dict[str, Any]) -> None:
        """Take what the CPO assigns to a terminal."""
        found |= {**changes, "terminal_id": found["terminal_id"], "last_updated": wire_time(self.now())}
        self.note(
            "terminal_assigned",
            terminal_id=found["terminal_id"],
            location_ids=found.get("location_ids"),
            evse_uids=found.get("evse_uids"),
        )

    def activate_terminal(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Create the terminal the CPO asks for, and announce it afterwards."""
        identity = str(uuid.uuid4())
        known = {key: value for key, value in wanted.items() if key not in {"terminal_id", "last_updated"}}
        self.terminals[identity] = terminal(identity, self.now(), **known)
        self.note("terminal_activated", terminal_id=identity, reference=wanted.get("reference"))
        self.spawn(self.push_terminal(identity))
        return self.terminals[identity]

    # What the CPO offers

    async def fetch_locations(self, **params: str) -> list[dict[str, Any]]:
        """Return the CPO's locations, all pages."""
        return await self._client.fetch_all(self.partner.url("locations", "SENDER"), self.partner.token, params)

    async def fetch_tariffs(self, **params: str) -> list[dict[str, Any]]:
        """Return the CPO's tariffs, all pages."""
        return await self._client.fetch_all(self.partner.url("tariffs", "SENDER"), self.partner.token, params)

    async def fetch_sessions(self, date_from: str) -> list[dict[str, Any]]:
        """Return the CPO's sessions since a DateTime, all pages."""
        url = self.partner.url("sessions", "SENDER")
        return await self._client.fetch_all(url, self.partner.token, {"date_from": date_from})

    async def fetch_cdrs(self, **params: str) -> list[dict[str, Any]]:
        """Return the CPO's CDRs, all pages."""
        return await self._client.fetch_all(self.partner.url("cdrs", "SENDER"), self.partner.token, params)

    # Payments

    async def start_session(
        self,
        location_id: str,
        evse_uid: str,
        connector_id: str | None = None,
        amount: Decimal | None = None,
        currency: str = "EUR",
    ) -> Payment:
        """Tap a card: show the price, hold the amount (the tariff's unless given), send START_SESSION.

        Raises NothingToChargeError when the CPO does not know the EVSE (only asked when no amount is given).
        """
        return await self.desk.start(location_id, evse_uid, connector_id, amount, currency)

    async def stop_session(self, session_id: str) -> OcpiAnswer:
        """Send STOP_SESSION."""
        return await self.desk.stop(session_id)

    def open_holds(self) -> list[Hold]:
        """Return the holds that are neither captured nor released."""
        return self.desk.acquirer.open_holds()

    async def fetch_receipt(self, authorization_reference: str) -> str:
        """Return the invoice page: invoice_base_url followed by the reference. Raises OcpiCallError when it is not there."""
        bases = [found["invoice_base_url"] for found in self.terminals.values() if found.get("invoice_base_url")]
        if not bases:
            raise OcpiCallError("no terminal has an invoice_base_url")
        return await self._client.fetch_text(bases[0] + authorization_reference)

    # Waiting

    async def wait_for(self, predicate: Callable[[Event], bool], timeout_seconds: float = 5) -> Event:
        """Return the first event for which `predicate` holds, waiting for it if need be."""
        return await self.log.wait_for(predicate, timeout_seconds)

    async def wait_for_session(self, payment: Payment, status: str, timeout_seconds: float = 5) -> dict[str, Any]:
        """Return the session of a payment once it has `status`."""
        await self.log.wait_for_kind("session", timeout_seconds, reference=payment.reference, status=status)
        return payment.session or {}

    async def wait_for_cdr(self, payment: Payment, timeout_seconds: float = 5) -> dict[str, Any]:
        """Return the CDR of a payment once it is there."""
        event = await self.log.wait_for_kind("cdr", timeout_seconds, reference=payment.reference)
        return self.cdrs[event["cdr_id"]]

    async def wait_for_confirmation(self, payment: Payment, timeout_seconds: float = 5) -> dict[str, Any]:
        """Return the FinancialAdviceConfirmation of a payment once the CPO answered it."""
        await self.log.wait_for_kind("confirmed", timeout_seconds, reference=payment.reference)
        return payment.confirmations[-1]

    # What the server and the desk tell

    def take_session(self, session_id: str, body: dict[str, Any], method: str) -> None:
        """Keep a pushed session: PUT replaces, PATCH changes and appends charging periods."""
        kept = self.sessions.get(session_id, {}) if method == "PATCH" else {}
        periods = (kept.get("charging_periods") or []) + (body.get("charging_periods") or [])
        session = {**kept, **body, **({"charging_periods": periods} if periods else {})}
        self.sessions[session_id] = session
        self.complain(check_session(session, body, method, session_id, self.partner.version or self.version))
        self.note(
            "session",
            session_id=session_id,
            reference=session.get("authorization_reference"),
            status=session.get("status"),
            kwh=session.get("kwh"),
            method=method,
        )
        self.desk.take_session(session)

    def take_cdr(self, cdr: dict[str, Any]) -> asyncio.Future[Any] | None:
        """Keep a pushed CDR and begin to settle it; a CDR that is known already changes nothing."""
        if cdr["id"] in self.cdrs:
            self.note("cdr_repeated", cdr_id=cdr["id"])
            return None
        self.cdrs[cdr["id"]] = cdr
        self.complain(check_cdr(cdr, self.partner.version or self.version))
        self.note("cdr", cdr_id=cdr["id"], reference=cdr.get("authorization_reference"), cost=cdr.get("total_cost"))
        return self.spawn(self.desk.settle(cdr))

    async def send(self, method: str, url: str, body: Any = None) -> OcpiAnswer:
        """Send a functional request to the CPO with the present token."""
        return await self._client.request(method, url, self.partner.token, body)

    def note(self, kind: str, **details: Any) -> None:
        """Record an event."""
        self.log.record(kind, **details)

    def complain(self, complaints: list[str]) -> None:
        """Keep what the CPO sent and the standard does not allow."""
        for complaint in complaints:
            self.complaints.append(complaint)
            self.note("complaint", text=complaint)

    def _note_error(self, error: Exception, unexpected: bool) -> None:
        self.note("error", error=f"{type(error).__name__}: {error}", unexpected=unexpected)

    def _routing_headers(self) -> dict[str, str]:
        to = self.partner.roles[0] if self.partner.roles else {}
        headers = {
            "OCPI-from-country-code": self.identity["country_code"],
            "OCPI-from-party-id": self.identity["party_id"],
        }
        if to:
            headers |= {"OCPI-to-country-code": to["country_code"], "OCPI-to-party-id": to["party_id"]}
        return headers
