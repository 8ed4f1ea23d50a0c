"""Payments at the terminal: price, pre-authorisation, start, stop, capture, confirmation."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.simulators.terminal_acquirer import Acquirer, AcquirerError, Hold
from local.simulators.terminal_http import OcpiAnswer, OcpiCallError, join_url
from local.simulators.terminal_objects import (
    ad_hoc_token,
    confirmation,
    decorate,
    fac_price,
    gross,
    new_reference,
    preauthorisation,
    price_text,
)

if TYPE_CHECKING:
    from local.simulators.terminal import PaymentTerminalSimulator

START, STOP = "START_SESSION", "STOP_SESSION"


class NothingToChargeError(Exception):
    """The terminal does not know this EVSE or its connector."""


@dataclass
class Payment:
    """One card payment, from the tap to the confirmation; `reference` is its authorization_reference."""

    reference: str
    hold: Hold
    location_id: str
    evse_uid: str
    connector_id: str | None
    price_shown: str
    response: dict[str, Any] | None = None  # the CPO's CommandResponse
    result: str | None = None  # the CommandResult that came to the response_url
    session: dict[str, Any] | None = None
    cdrs: list[dict[str, Any]] = field(default_factory=list)
    confirmations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the CPO's direct answer was ACCEPTED."""
        return bool(self.response) and (self.response or {}).get("result") == "ACCEPTED"

    @property
    def session_status(self) -> str | None:
        """The status of the session, if one was pushed."""
        return self.session["status"] if self.session else None


class PaymentDesk:
    """Takes payments for a platform and settles them."""

    def __init__(self, platform: PaymentTerminalSimulator) -> None:
        self._platform = platform
        self.acquirer = Acquirer()
        self.payments: dict[str, Payment] = {}
        self.commands: dict[str, tuple[str, str]] = {}  # command uid -> (command, reference)
        self.confirmations: dict[str, dict[str, Any]] = {}

    async def start(
        self, location_id: str, evse_uid: str, connector_id: str | None, amount: Decimal | None, currency: str
    ) -> Payment:
        """Show the price, hold the amount, send START_SESSION; a refusal releases the hold."""
        tariff = None
        if amount is None:
            connector_id, tariff = await self.look_up(location_id, evse_uid, connector_id)
            amount, currency = preauthorisation(tariff), (tariff or {}).get("currency", currency)
        reference = new_reference()
        hold = self.acquirer.authorise(reference, amount, currency)
        payment = Payment(reference, hold, location_id, evse_uid, connector_id, price_text(tariff))
        self.payments[reference] = payment
        self._platform.note("preauthorised", reference=reference, amount=amount, price=payment.price_shown)
        await self._send_start(payment)
        return payment

    async def look_up(
        self, location_id: str, evse_uid: str, connector_id: str | None
    ) -> tuple[str, dict[str, Any] | None]:
        """Return the connector and the tariff that the screen shows, fresh from the CPO."""
        platform = self._platform
        base = platform.partner.url("locations", "SENDER")
        answer = await platform.send("GET", join_url(base, location_id, evse_uid))
        if not answer.ok:
            raise NothingToChargeError(f"EVSE {evse_uid} of {location_id}: {answer.http_status} {answer.message}")
        connectors = {connector["id"]: connector for connector in answer.data["connectors"]}
        wanted = connector_id or next(iter(connectors))
        if wanted not in connectors:
            raise NothingToChargeError(f"EVSE {evse_uid} has no connector {wanted}")
        tariff_ids = connectors[wanted].get("tariff_ids") or []
        tariffs = [tariff for tariff in await platform.fetch_tariffs() if tariff["id"] in tariff_ids]
        ad_hoc = [tariff for tariff in tariffs if tariff.get("type") == "AD_HOC_PAYMENT"]
        return wanted, next(iter(ad_hoc or tariffs), None)

    async def stop(self, session_id: str) -> OcpiAnswer:
        """Send STOP_SESSION for a session the CPO pushed."""
        session = self._platform.sessions.get(session_id, {})
        uid = self._new_command(STOP, session.get("authorization_reference", ""))
        body = {"response_url": self._response_url(STOP, uid), "session_id": session_id}
        answer = await self._post_command(STOP, body)
        self._platform.note("stop_answered", session_id=session_id, ocpi=answer.status_code, data=answer.data)
        return answer

    def take_result(self, uid: str, result: dict[str, Any]) -> None:
        """Take the asynchronous CommandResult; a refused start releases the hold."""
        command, reference = self.commands[uid]
        self._platform.note("command_result", command=command, reference=reference, result=result.get("result"))
        payment = self.payments.get(reference)
        if payment is None or command != START:
            return
        payment.result = str(result.get("result"))
        if payment.result != "ACCEPTED":
            self._release(reference, f"CommandResult {payment.result}")

    def take_session(self, session: dict[str, Any]) -> None:
        """Take a pushed session; INVALID releases the hold."""
        reference = session.get("authorization_reference") or ""
        payment = self.payments.get(reference)
        if payment is not None:
            payment.session = session
            if session["status"] == "INVALID":
                self._release(reference, "session INVALID")

    async def settle(self, cdr: dict[str, Any]) -> None:
        """Capture what a CDR says, at most the hold, and confirm it to the CPO."""
        reference = cdr.get("authorization_reference") or ""
        payment = self.payments.get(reference)
        if payment is None:
            self._platform.note("cdr_without_payment", cdr_id=cdr["id"], reference=reference)
            return
        payment.cdrs.append(cdr)
        due = gross(cdr["total_cost"])
        if cdr.get("credit"):
            self.acquirer.refund(reference, abs(due))
            self._platform.note("refunded", reference=reference, amount=abs(due))
            return
        for status, captured in self._capture(reference, due):
            await self._confirm(payment, cdr, status, captured)
        self._platform.note("settled", reference=reference, cdr_id=cdr["id"], hold=payment.hold.state)

    def _capture(self, reference: str, due: Decimal) -> list[tuple[str, Decimal]]:
        """Return the outcomes at the acquirer, in order: (capture status, amount taken)."""
        modes = self._platform.modes
        if modes.fac_failed:
            return [("FAILED", Decimal(0))]
        failed = [("FAILED", Decimal(0))] if modes.fac_failed_then_success else []
        try:
            captured = self.acquirer.capture(reference, due)
        except AcquirerError as error:
            self._platform.note("capture_failed", reference=reference, error=str(error))
            return [("FAILED", Decimal(0))]
        self._platform.note("captured", reference=reference, due=due, captured=captured)
        return [*failed, ("SUCCESS" if captured == due else "PARTIAL_SUCCESS", captured)]

    async def _confirm(self, payment: Payment, cdr: dict[str, Any], status: str, captured: Decimal) -> None:
        """POST a FinancialAdviceConfirmation, as often as the modes say."""
        platform, modes = self._platform, self._platform.modes
        stated = captured + 1 if modes.fac_wrong_amount else captured
        price = fac_price(stated, cdr["total_cost"], platform.partner.version or platform.version, modes)
        hold = payment.hold
        written = confirmation(
            payment.reference, price, status, currency=hold.currency, card=hold.card, now=platform.now(), modes=modes
        )
        self.confirmations[written["id"]] = written
        if modes.fac_never or not self._cpo_invoices(cdr):
            return
        payment.confirmations.append(written)
        url = join_url(platform.partner.url("payments", "RECEIVER"), "financial-advice-confirmations")
        for _ in range(2 if modes.fac_duplicate else 1):
            try:
                answer = await platform.send("POST", url, decorate(written, modes))
            except OcpiCallError as error:
                platform.note("confirmation_failed", reference=payment.reference, error=str(error))
                return
            platform.note(
                "confirmed",
                reference=payment.reference,
                status=status,
                http=answer.http_status,
                ocpi=answer.status_code,
            )

    def _cpo_invoices(self, cdr: dict[str, Any]) -> bool:
        """Tell whether a confirmation is due: not when the platform itself writes the invoice."""
        creators = {terminal.get("invoice_creator") for terminal in self._platform.terminals.values()}
        return bool(cdr.get("invoice_reference_id")) or creators != {"PTP"}

    async def _send_start(self, payment: Payment) -> None:
        platform = self._platform
        uid = self._new_command(START, payment.reference)
        body = {
            "response_url": self._response_url(START, uid),
            "token": decorate(
                ad_hoc_token(**platform.identity, now=platform.now(), modes=platform.modes), platform.modes
            ),
            "location_id": payment.location_id,
            "evse_uid": payment.evse_uid,
            "authorization_reference": payment.reference,
            **({"connector_id": payment.connector_id} if payment.connector_id else {}),
        }
        for _ in range(2 if platform.modes.duplicate_start else 1):
            try:
                answer = await self._post_command(START, decorate(body, platform.modes))
            except OcpiCallError as error:
                platform.note("start_unknown", reference=payment.reference, error=str(error))
                return
            self._read_start_answer(payment, answer)

    def _read_start_answer(self, payment: Payment, answer: OcpiAnswer) -> None:
        platform, reference = self._platform, payment.reference
        result = answer.data.get("result") if answer.ok and isinstance(answer.data, dict) else None
        first = payment.response is None
        if first:
            payment.response = answer.data if result else {"result": "REJECTED", "message": answer.message}
        platform.note("start_answered", reference=reference, result=result, ocpi=answer.status_code, repeat=not first)
        if first and result != "ACCEPTED":
            self._release(reference, f"CommandResponse {result or answer.status_code}")
        elif first:
            platform.spawn(self._watch_timeout(payment, float(payment.response["timeout"] if payment.response else 0)))

    async def _watch_timeout(self, payment: Payment, timeout_seconds: float) -> None:
        """Note a CommandResult that did not come in time. The hold stays: a session may still turn up."""
        await asyncio.sleep(timeout_seconds)
        if payment.result is None:
            self._platform.note("command_timed_out", reference=payment.reference, seconds=timeout_seconds)

    async def _post_command(self, command: str, body: dict[str, Any]) -> OcpiAnswer:
        url = join_url(self._platform.partner.url("commands", "RECEIVER"), command)
        return await self._platform.send("POST", url, body)

    def _new_command(self, command: str, reference: str) -> str:
        uid = uuid.uuid4().hex
        self.commands[uid] = (command, reference)
        return uid

    def _response_url(self, command: str, uid: str) -> str:
        return join_url(self._platform.module_url("commands"), command, uid)

    def _release(self, reference: str, reason: str) -> None:
        self.acquirer.release(reference, reason)
        self._platform.note("released", reference=reference, reason=reason)
