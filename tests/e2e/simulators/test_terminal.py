from __future__ import annotations

import base64
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.simulators import PaymentTerminalSimulator
from tests.e2e.simulators.tiny_cpo import TOKEN_A, TinyCpo, cdr, session, tiny_cpo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(20)]

TWELVE_EURO = {"before_taxes": 10, "taxes": [{"name": "VAT", "percentage": 20, "amount": 2}]}


@pytest.fixture
async def cpo() -> AsyncIterator[TinyCpo]:
    async with tiny_cpo() as server:
        yield server


@pytest.fixture
async def terminal(cpo: TinyCpo) -> AsyncIterator[PaymentTerminalSimulator]:
    async with PaymentTerminalSimulator() as platform:
        await platform.register(f"{cpo.base}/versions", TOKEN_A)
        yield platform


async def test_the_handshake_ends_with_token_c_sent_in_base64(cpo: TinyCpo, terminal: PaymentTerminalSimulator) -> None:
    await terminal.push_terminal("PT1", customer_reference="customer 7")
    token_c = base64.b64encode(b"token-c1").decode()
    assert cpo.authorizations[-1] == ("/2.3.0/payments/terminals", f"Token {token_c}")
    assert cpo.bodies("POST", "/2.3.0/payments/terminals")[0]["customer_reference"] == "customer 7"
    assert cpo.bodies("POST", "/2.3.0/credentials")[0]["roles"][0]["role"] == "PTP"


async def test_a_payment_is_held_started_captured_and_confirmed(
    cpo: TinyCpo, terminal: PaymentTerminalSimulator
) -> None:
    payment = await terminal.start_session("L1", "E1")
    assert (payment.hold.amount, payment.connector_id) == (Decimal(40), "1")
    assert payment.price_shown == "0.5 EUR/kWh (VAT 20 %)"
    start = cpo.bodies("POST", "/2.3.0/commands/START_SESSION")[0]
    assert start["authorization_reference"] == payment.reference
    assert start["token"]["type"] == "AD_HOC_USER"
    await cpo.call("POST", start["response_url"], {"result": "ACCEPTED"})
    assert payment.result == "ACCEPTED"

    await cpo.push("PUT", "sessions", "/DE/CPO/S1", session(payment.reference, "ACTIVE"))
    await cpo.push("PATCH", "sessions", "/DE/CPO/S1", {"kwh": 5, "last_updated": "2026-03-01T12:10:00Z"})
    assert terminal.sessions["S1"]["kwh"] == 5
    await terminal.stop_session("S1")
    assert cpo.bodies("POST", "/2.3.0/commands/STOP_SESSION")[0]["session_id"] == "S1"

    status, _, headers = await cpo.push("POST", "cdrs", "", cdr(payment.reference, TWELVE_EURO))
    assert (status, headers["Location"]) == (201, cpo.partner["cdrs"] + "/C1")
    fac = await terminal.wait_for_confirmation(payment)
    assert (payment.hold.state, payment.hold.captured) == ("captured", Decimal(12))
    assert fac["capture_status_code"] == "SUCCESS"
    sent = cpo.bodies("POST", "/2.3.0/payments/financial-advice-confirmations")[0]
    assert sent["total_costs"] == {"before_taxes": 10, "taxes": [{"name": "VAT", "amount": 2}]}
    assert sent["authorization_reference"] == payment.reference
    assert terminal.open_holds() == []
    assert terminal.complaints == []
