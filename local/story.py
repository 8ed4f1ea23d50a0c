"""The main job as a story: an operator sets up, a terminal registers, a driver pays, charges and gets a receipt.

Everything goes over real sockets to a running stack: the operator API, OCPI and OCPP. Each step waits for what it says to
have happened and fails where it does not.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from local.simulators.charger_options import ChargerOptions
from local.simulators.charger_v16 import ChargerSimulator16
from local.simulators.charger_v21 import ChargerSimulator21
from local.simulators.charger_v201 import ChargerSimulator201
from local.simulators.terminal import PaymentTerminalSimulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.operator_client import OperatorClient
    from local.simulators.charger import ChargerSimulator
    from local.simulators.terminal_payments import Payment
    from local.stack import Stack

OCPP_VERSIONS: Final = ("1.6", "2.0.1")
OCPI_VERSIONS: Final = ("2.2.1", "2.3.0")
CLOCK_SCALE: Final = 600  # simulated seconds in one real second: a session of 20 minutes takes 2 s
CHARGING_MINUTES: Final = 20
STEP_SECONDS: Final = 15
PASSWORD: Final = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"  # noqa: S105 - the simulated charger's, made up

SIMULATORS: Final[dict[str, type[ChargerSimulator16 | ChargerSimulator201]]] = {
    "1.6": ChargerSimulator16,
    "2.0.1": ChargerSimulator201,
    "2.1": ChargerSimulator21,
}


@dataclass
class Told:
    """How a story went: the steps that were told, and the payment that it was about."""

    title: str
    steps: list[str] = field(default_factory=list)
    reference: str = ""
    receipt: str = ""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Story:
    """One paid session with a charger of `ocpp` and a terminal on `ocpi`."""

    def __init__(
        self, stack: Stack, operator: OperatorClient, ocpp: str, ocpi: str, tell: Callable[[str], None] = print
    ) -> None:
        self.stack, self.operator, self.ocpp, self.ocpi = stack, operator, ocpp, ocpi
        name = f"{ocpp}-{ocpi}".replace(".", "")
        self.charger_id, self.location_id, self.evse_uid = f"CP{name}", f"LOC{name}", f"EVSE-{name}"
        self.tariff_id, self.partner_id = f"ADHOC-{name}", f"payter-{name}"
        self._tell = tell
        self.told = Told(f"OCPP {ocpp}, terminal on OCPI {ocpi}")

    async def run(self) -> Told:
        """Play the story to its end. Raises TimeoutError or AssertionError where a step does not happen."""
        began = time.monotonic()
        await self.set_up()
        async with PaymentTerminalSimulator(self.ocpi, party_id="PAY") as terminal:
            await self.register(terminal)
            charger = await self.connect()
            try:
                payment = await self.pay(terminal, charger)
                await self.charge(terminal, charger, payment)
                await self.settle(terminal, payment)
            finally:
                await charger.close()
            self.told.problems += terminal.complaints
        self.told.seconds = time.monotonic() - began
        return self.told

    def _step(self, text: str) -> None:
        self.told.steps.append(text)
        self._tell(f"  {len(self.told.steps):2}. {text}")

    # --- the operator -------------------------------------------------------------------------------------------

    async def set_up(self) -> None:
        """The operator enters tariff, station and location."""
        await self.operator.call("PUT", f"/tariffs/{self.tariff_id}", tariff(self.tariff_id))
        location = location_of(self.location_id, self.evse_uid, self.charger_id, self.tariff_id)
        body = {"password": PASSWORD, "security_profile": 2}
        await self.operator.call("PUT", f"/stations/{self.charger_id}", body)
        await self.operator.call("PUT", f"/locations/{self.location_id}", location)
        self._step(
            f"The operator enters charger {self.charger_id} at Harbour Street, EVSE {self.evse_uid}, and a tariff: "
            "0.49 EUR/kWh + 0.35 EUR per session (incl. 19 % VAT), 50.00 EUR held on the card"
        )

    async def register(self, terminal: PaymentTerminalSimulator) -> None:
        """The terminal platform registers and its terminal is assigned."""
        invited = await self.operator.call(
            "POST", "/partners", {"partner_id": self.partner_id, "kind": "PTP", "name": "Payter"}
        )
        invitation = invited["invitation"]
        partner = await terminal.register(invitation["versions_url"], invitation["token"])
        self._step(f"The terminal platform registers: versions, credentials both ways, now on OCPI {partner.version}")
        pushed = await terminal.push_terminal(customer_reference="harbour-street")
        terminal_id = pushed["terminal_id"]
        path = f"/partners/{self.partner_id}/terminals/{terminal_id}/assignment"
        serves = {"location_ids": [self.location_id], "evse_uids": [self.evse_uid]}
        await self.operator.call("PUT", path, {**serves, "our_receipts": True, "invoice_creator": "CPO"})
        await terminal.log.wait_for_kind("terminal_assigned", STEP_SECONDS, terminal_id=terminal_id)
        self._step(
            f"Terminal {terminal_id[:8]} appears; the operator assigns it to {self.location_id} and Payter is told"
        )

    # --- the charger --------------------------------------------------------------------------------------------

    async def connect(
        self, options: ChargerOptions | None = None, *, time_scale: float = CLOCK_SCALE
    ) -> ChargerSimulator:
        """The charger dials, boots and is seen as available."""
        charger: ChargerSimulator = SIMULATORS[self.ocpp](
            self.stack.ocpp_url,
            self.charger_id,
            PASSWORD,
            time_scale=time_scale,
            options=options or ChargerOptions(meter_interval_seconds=120, connection_timeout_seconds=3600),
            meter_start_wh=12_345,
        )
        await charger.connect()
        await charger.boot()
        await self._until_status("AVAILABLE")
        self._step(
            f"The charger dials {self.stack.ocpp_url}/{self.charger_id}, boots on OCPP {self.ocpp} and is Available"
        )
        return charger

    async def _until_status(self, status: str) -> None:
        """The EVSE's status as partners see it."""
        async with asyncio.timeout(STEP_SECONDS):
            while True:
                row = await self.operator.call("GET", f"/locations/{self.location_id}")
                if any(evse["status"] == status for evse in row["evses"]):
                    return
                await asyncio.sleep(0.05)

    # --- the driver ---------------------------------------------------------------------------------------------

    async def pay(self, terminal: PaymentTerminalSimulator, charger: ChargerSimulator) -> Payment:
        """The driver pays and plugs in; the Session becomes ACTIVE."""
        payment = await terminal.start_session(self.location_id, self.evse_uid)
        self.told.reference = payment.reference
        if not payment.accepted:
            raise AssertionError(f"START_SESSION was not accepted: {payment.response}")
        self._step(
            f"The driver taps a card: the terminal shows '{payment.price_shown}', holds {payment.hold.amount} "
            f"{payment.hold.currency} and sends START_SESSION: ACCEPTED"
        )
        await terminal.log.wait_for_kind("command_result", STEP_SECONDS, reference=payment.reference)
        if payment.result != "ACCEPTED":
            raise AssertionError(f"the charger refused: {payment.result}")
        await terminal.wait_for_session(payment, "PENDING", STEP_SECONDS)
        self._step("The charger accepts the remote start; the terminal hears ACCEPTED and sees the Session PENDING")
        await charger.plug_in()
        await charger.log.wait_for_kind("transaction_started", STEP_SECONDS)
        await terminal.wait_for_session(payment, "ACTIVE", STEP_SECONDS)
        self._step("The driver plugs in; the transaction starts and the Session becomes ACTIVE")
        return payment

    async def charge(self, terminal: PaymentTerminalSimulator, charger: ChargerSimulator, payment: Payment) -> None:
        """It charges, and is stopped at the terminal."""
        await charger.pass_time(CHARGING_MINUTES * 60)
        event = await terminal.log.wait_for(
            lambda e: e.kind == "session" and e["method"] == "PATCH" and Decimal(str(e["kwh"] or 0)) > 0, STEP_SECONDS
        )
        self._step(
            f"It charges for {CHARGING_MINUTES} minutes; the terminal sees the running Session, e.g. {event['kwh']} kWh"
        )
        session: dict[str, Any] = payment.session or {}
        answer = await terminal.stop_session(session["id"])
        if not answer.ok or answer.data["result"] != "ACCEPTED":
            raise AssertionError(f"STOP_SESSION was not accepted: {answer}")
        await charger.log.wait_for_kind("transaction_stopped", STEP_SECONDS)
        await charger.unplug()
        await terminal.wait_for_session(payment, "COMPLETED", STEP_SECONDS)
        self._step(
            f"The driver stops at the terminal and unplugs; the charger's display says {charger.display_kwh():.3f} kWh"
        )

    async def settle(self, terminal: PaymentTerminalSimulator, payment: Payment) -> None:
        """CDR, capture, the end of the payment session and the receipt."""
        cdr = await terminal.wait_for_cdr(payment, STEP_SECONDS)
        self._step(f"The CDR reaches the terminal's platform: {cdr['total_energy']} kWh, total {_money(cdr)}")
        fac = await terminal.wait_for_confirmation(payment, STEP_SECONDS)
        self._step(
            f"The platform captures {payment.hold.captured} {payment.hold.currency} and confirms: {fac['capture_status_code']}"
        )
        await self.until_state(payment, "CAPTURED")
        if terminal.open_holds():
            raise AssertionError(f"a card is still held: {terminal.open_holds()}")
        self._step("The payment session closes as CAPTURED; no card is held any more")
        self.told.receipt = await terminal.fetch_receipt(payment.reference)
        self._step(f"The receipt is at {self.stack.base_url}/receipts/{payment.reference}")

    async def until_state(self, payment: Payment, wanted: str) -> None:
        """Wait until the payment session stands at a state. Raises TimeoutError with the state it stands at."""
        state = None
        try:
            async with asyncio.timeout(STEP_SECONDS):
                while state != wanted:
                    row = await self.operator.call("GET", f"/payments/{self.partner_id}/{payment.reference}")
                    state = row["state"]
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TimeoutError(f"the payment stands at {state}") from None


def _money(cdr: dict[str, Any]) -> str:
    """A CDR's total in words, whichever version's shape it has."""
    price = cdr["total_cost"]
    if "excl_vat" in price:
        return f"{price['incl_vat']} {cdr['currency']} ({price['excl_vat']} without VAT)"
    taxes = sum((tax["amount"] for tax in price["taxes"]), Decimal(0))
    return f"{price['before_taxes'] + taxes} {cdr['currency']} ({price['before_taxes']} without VAT)"


def tariff(tariff_id: str) -> dict[str, Any]:
    """The story's ad-hoc tariff: energy and a fee per session, gross prices, a hold of 50 EUR."""
    return {
        "id": tariff_id,
        "currency": "EUR",
        "type": "AD_HOC_PAYMENT",
        "tariff_alt_text": [
            {"language": "en", "text": "0.49 EUR per kWh and 0.35 EUR per session"},
            {"language": "de", "text": "0,49 EUR je kWh und 0,35 EUR je Ladevorgang"},
        ],
        "tax_included": "YES",
        "preauthorize_amount": 50,
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": 0.49, "vat": 19, "step_size": 1},
                    {"type": "FLAT", "price": 0.35, "vat": 19, "step_size": 1},
                ]
            }
        ],
    }


def location_of(location_id: str, evse_uid: str, charger_id: str, tariff_id: str) -> dict[str, Any]:
    """A location with one EVSE, which is connector 1 of the charger."""
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 400,
        "max_amperage": 32,
        "max_electric_power": 22000,
        "tariff_ids": [tariff_id],
    }
    evse = {
        "uid": evse_uid,
        "evse_id": f"DE*CPO*E{evse_uid.replace('-', '')}",
        "status": "UNKNOWN",
        "capabilities": ["REMOTE_START_STOP_CAPABLE", "CONTACTLESS_CARD_SUPPORT", "PED_TERMINAL"],
        "physical_reference": "1",
        "connectors": [connector],
        "charger_id": charger_id,
        "ocpp_evse_id": 1,
    }
    return {
        "id": location_id,
        "publish": True,
        "name": "Harbour Street",
        "address": "Harbour Street 1",
        "city": "Hamburg",
        "postal_code": "20457",
        "country": "DEU",
        "coordinates": {"latitude": "53.544000", "longitude": "9.991000"},
        "time_zone": "Europe/Berlin",
        "evses": [evse],
    }
