from __future__ import annotations

import asyncio
import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.simulators import PaymentTerminalSimulator, TerminalModes
from local.simulators.terminal_http import OcpiCallError
from tests.e2e.simulators.tiny_cpo import TOKEN_A, TinyCpo, cdr, session, tiny_cpo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.simulators.terminal_payments import Payment

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(20)]

TWELVE_EURO = {"before_taxes": 10, "taxes": [{"name": "VAT", "percentage": 20, "amount": 2}]}
TWELVE_EURO_2_2_1 = {"excl_vat": 10, "incl_vat": 12}
FAC_PATH = "/payments/financial-advice-confirmations"


@contextlib.asynccontextmanager
async def registered(*modes: str, version: str = "2.3.0") -> AsyncIterator[tuple[TinyCpo, PaymentTerminalSimulator]]:
    async with tiny_cpo(version) as cpo, PaymentTerminalSimulator(version, TerminalModes.named(*modes)) as platform:
        await platform.register(f"{cpo.base}/versions", TOKEN_A)
        yield cpo, platform


async def started(platform: PaymentTerminalSimulator, amount: int = 40) -> Payment:
    return await platform.start_session("L1", "E1", "1", Decimal(amount))


async def paid(
    cpo: TinyCpo, platform: PaymentTerminalSimulator, price: dict[str, Any] = TWELVE_EURO, amount: int = 40
) -> tuple[Payment, list[dict[str, Any]]]:
    """Pay, let the CPO send the CDR, and return the payment with the confirmations that reached the CPO."""
    payment = await started(platform, amount)
    await cpo.push("POST", "cdrs", "", cdr(payment.reference, price))
    await platform.log.wait_for_kind("settled", reference=payment.reference)
    return payment, cpo.bodies("POST", f"/{cpo.version}{FAC_PATH}")


# How it speaks


async def test_versions_are_read_without_a_token() -> None:
    async with registered("no_auth_on_versions") as (cpo, _):
        assert cpo.authorizations[:2] == [("/versions", None), ("/2.3.0", None)]
        assert cpo.authorizations[2][1] is not None


async def test_a_token_on_its_versions_is_refused() -> None:
    async with tiny_cpo() as cpo, PaymentTerminalSimulator(modes=TerminalModes.named("rejects_token_on_versions")) as p:
        status, _, _ = await cpo.call("GET", p.versions_url, token="any")
        assert status == 401
        async with cpo.http.get(p.versions_url) as response:
            assert response.status == 200


async def test_an_unknown_token_is_refused_everywhere_else() -> None:
    async with registered() as (cpo, platform):
        for module in ("sessions", "payments"):
            status, answer, _ = await cpo.call("GET", platform.module_url(module) + "/DE/CPO/S1", token="wrong")
            assert (status, answer["status_code"]) == (401, 2000)


async def test_raw_tokens_and_trailing_slashes() -> None:
    async with registered("raw_token", "trailing_slash") as (cpo, platform):
        await platform.push_terminal("PT1")
        assert cpo.authorizations[0] == ("/versions/", f"Token {TOKEN_A}")
        assert cpo.authorizations[-1] == ("/2.3.0/payments/terminals/", "Token token-c1")


async def test_terminals_are_announced_by_patch() -> None:
    async with registered("patch_terminal") as (cpo, platform):
        await platform.push_terminal("PT1", customer_reference="c")
        assert cpo.bodies("PATCH", "/2.3.0/payments/terminals/PT1")[0]["customer_reference"] == "c"


async def test_nulls_and_unknown_fields() -> None:
    async with registered("sends_nulls", "unknown_fields", "token_type=OTHER", "role=EMSP") as (cpo, platform):
        await platform.push_terminal("PT1")
        await started(platform)
        announced = cpo.bodies("POST", "/2.3.0/payments/terminals")[0]
        assert (announced["city"], announced["schema_hint"]) == (None, 7)
        start = cpo.bodies("POST", "/2.3.0/commands/START_SESSION")[0]
        assert (start["token"]["type"], start["token"]["group_id"], start["schema_hint"]) == ("OTHER", None, 7)
        assert cpo.bodies("POST", "/2.3.0/credentials")[0]["roles"][0]["role"] == "EMSP"


async def test_slow_answers() -> None:
    async with tiny_cpo() as cpo, PaymentTerminalSimulator(modes=TerminalModes.named("slow=0.2")) as platform:
        loop_time = asyncio.get_running_loop().time
        before = loop_time()
        await cpo.call("GET", platform.versions_url, token="any")
        assert loop_time() - before >= 0.2


async def test_a_redirect_is_not_followed() -> None:
    async with tiny_cpo() as cpo, PaymentTerminalSimulator() as platform:
        with pytest.raises(OcpiCallError, match="redirected"):
            await platform.register(f"{cpo.base}/elsewhere", TOKEN_A)


async def test_unknown_modes_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown terminal mode"):
        TerminalModes.named("fly")


# The handshake


async def test_rotation_changes_both_tokens_and_unregistering_ends_them() -> None:
    async with registered() as (cpo, platform):
        old = cpo.partner_token
        await platform.rotate()
        assert cpo.partner_token != old
        assert platform.partner.token == "token-c2"
        status, _, _ = await cpo.call("GET", platform.module_url("payments") + "/terminals", token=old)
        assert status == 401
        await platform.unregister()
        status, _, _ = await cpo.call("GET", platform.module_url("payments") + "/terminals")
        assert status == 401


async def test_the_cpo_may_start_the_handshake() -> None:
    async with tiny_cpo() as cpo, PaymentTerminalSimulator() as platform:
        token_a = platform.registration.issue_token_a()
        url = f"{platform.ocpi_url}/2.3.0/credentials"
        role = {"role": "CPO", "country_code": "DE", "party_id": "CPO", "business_details": {"name": "CPO"}}
        mine = {"token": "for-the-platform", "url": f"{cpo.base}/versions", "roles": [role]}
        status, answer, _ = await cpo.call("POST", url, mine, token=token_a)
        assert (status, platform.partner.token, platform.partner.version) == (200, "for-the-platform", "2.3.0")
        cpo.partner_token = answer["data"]["token"]
        status, _, _ = await cpo.call("POST", url, mine)
        assert status == 405
        status, _, _ = await cpo.call("DELETE", url)
        assert (status, platform.partner.registered) == (200, False)


# Terminals


async def test_the_cpo_assigns_lists_activates_and_deactivates_terminals() -> None:
    async with registered() as (cpo, platform):
        for number in range(3):
            await platform.push_terminal(f"PT{number}")
        terminals = cpo.partner["payments"] + "/terminals"
        await cpo.call("PATCH", f"{terminals}/PT1", {"location_ids": ["L1"], "evse_uids": ["E9"]})
        await cpo.call("PUT", f"{terminals}/PT1", {"invoice_base_url": "https://example.com/r/"})
        _, one, _ = await cpo.call("GET", f"{terminals}/PT1")
        assert (one["data"]["location_ids"], one["data"]["invoice_base_url"]) == (["L1"], "https://example.com/r/")
        _, page, headers = await cpo.call("GET", f"{terminals}?offset=0&limit=2")
        assert ([row["terminal_id"] for row in page["data"]], headers["X-Total-Count"]) == (["PT0", "PT1"], "3")
        _, page, headers = await cpo.call("GET", headers["Link"][1:].partition(">")[0])
        assert ([row["terminal_id"] for row in page["data"]], "Link" in headers) == (["PT2"], False)
        before = platform.log.mark
        status, created, _ = await cpo.call(
            "POST", f"{terminals}/activate", {"reference": "SN1", "location_ids": ["L2"]}
        )
        assert (status, created["data"]["location_ids"]) == (201, ["L2"])
        await platform.log.wait_for_kind(
            "call", method="POST", url=f"{cpo.base}/2.3.0/payments/terminals", since=before
        )
        await cpo.call("POST", f"{terminals}/PT0/deactivate")
        assert (await cpo.call("GET", f"{terminals}/PT0"))[0] == 404
        _, page, _ = await cpo.call("GET", f"{terminals}?date_from=2099-01-01T00:00:00Z")
        assert page["data"] == []


async def test_the_receipt_is_the_base_url_and_the_reference() -> None:
    async with registered() as (cpo, platform):
        await platform.push_terminal("PT1", invoice_base_url=f"{cpo.base}/receipts/")
        assert await platform.fetch_receipt("pp-1") == "receipt of pp-1"


# How it starts and stops


async def test_a_refused_start_releases_the_hold() -> None:
    async with registered() as (cpo, platform):
        cpo.command_responses = [{"result": "REJECTED", "timeout": 0}]
        payment = await started(platform)
        assert (payment.accepted, payment.hold.state, platform.open_holds()) == (False, "released", [])


async def test_an_ocpi_error_releases_the_hold() -> None:
    async with registered() as (cpo, platform):
        cpo.envelope_code = 2003
        assert (await started(platform)).hold.state == "released"


async def test_a_refused_command_result_releases_the_hold() -> None:
    async with registered() as (cpo, platform):
        payment = await started(platform)
        assert platform.open_holds() == [payment.hold]
        url = cpo.bodies("POST", "/2.3.0/commands/START_SESSION")[0]["response_url"]
        await cpo.call("POST", url, {"result": "EVSE_OCCUPIED"})
        assert (payment.result, payment.hold.state) == ("EVSE_OCCUPIED", "released")


async def test_an_invalid_session_releases_the_hold() -> None:
    async with registered() as (cpo, platform):
        payment = await started(platform)
        await cpo.push("PUT", "sessions", "/DE/CPO/S1", session(payment.reference, "INVALID"))
        await platform.wait_for_session(payment, "INVALID")
        assert payment.hold.state == "released"


async def test_a_missing_command_result_is_noted() -> None:
    async with registered() as (cpo, platform):
        cpo.command_responses = [{"result": "ACCEPTED", "timeout": 0}]
        payment = await started(platform)
        await platform.log.wait_for_kind("command_timed_out", reference=payment.reference)
        assert platform.open_holds() == [payment.hold]


async def test_duplicate_start_keeps_the_first_answer() -> None:
    async with registered("duplicate_start") as (cpo, platform):
        cpo.command_responses = [{"result": "ACCEPTED", "timeout": 9}, {"result": "REJECTED", "timeout": 0}]
        payment = await started(platform)
        starts = cpo.bodies("POST", "/2.3.0/commands/START_SESSION")
        assert (len(starts), starts[0] == starts[1], payment.hold.state) == (2, True, "open")


async def test_a_failing_callback() -> None:
    async with registered("callback_fails") as (cpo, platform):
        payment = await started(platform)
        url = cpo.bodies("POST", "/2.3.0/commands/START_SESSION")[0]["response_url"]
        status, _, _ = await cpo.call("POST", url, {"result": "ACCEPTED"})
        assert (status, payment.result) == (500, None)


# How it takes what the CPO pushes


async def test_sessions_cdrs_and_locations_are_refused_as_told() -> None:
    async with registered("session_push_500", "cdr_500_n_times=2", "location_push_500") as (cpo, platform):
        payment = await started(platform)
        refused, _, _ = await cpo.push("PUT", "sessions", "/DE/CPO/S1", session(payment.reference, "ACTIVE"))
        statuses = [(await cpo.push("POST", "cdrs", "", cdr(payment.reference, TWELVE_EURO)))[0] for _ in range(4)]
        located, _, _ = await cpo.push("PATCH", "locations", "/DE/CPO/L1/E1", {"status": "CHARGING"})
        assert (refused, statuses, located) == (500, [500, 500, 201, 200], 500)
        await platform.log.wait_for_kind("settled")
        assert payment.hold.captured == Decimal(12)


async def test_a_repeated_cdr_is_captured_once() -> None:
    async with registered() as (cpo, platform):
        payment, _ = await paid(cpo, platform)
        status, _, headers = await cpo.push("POST", "cdrs", "", cdr(payment.reference, TWELVE_EURO))
        assert (status, payment.hold.captured, "Location" in headers) == (200, Decimal(12), True)
        assert (await cpo.push("GET", "cdrs", "/C1", None))[1]["data"]["id"] == "C1"


async def test_a_cdr_may_be_refused_by_ocpi_or_answered_without_location() -> None:
    async with registered("cdr_2xxx") as (cpo, platform):
        payment = await started(platform)
        status, answer, _ = await cpo.push("POST", "cdrs", "", cdr(payment.reference, TWELVE_EURO))
        assert (status, answer["status_code"], payment.hold.state) == (200, 2001, "open")
    async with registered("cdr_no_location_header") as (cpo, platform):
        payment = await started(platform)
        status, _, headers = await cpo.push("POST", "cdrs", "", cdr(payment.reference, TWELVE_EURO))
        assert (status, "Location" in headers) == (201, False)


async def test_a_patch_of_an_unknown_session_is_refused() -> None:
    async with registered() as (cpo, _):
        assert (await cpo.push("PATCH", "sessions", "/DE/CPO/S7", {"kwh": 1}))[0] == 404


async def test_locations_and_tariffs_are_kept() -> None:
    async with registered() as (cpo, platform):
        await cpo.push("PUT", "locations", "/DE/CPO/L1", {"id": "L1", "name": "Here"})
        await cpo.push("PATCH", "locations", "/DE/CPO/L1", {"name": "There"})
        await cpo.push("PUT", "tariffs", "/DE/CPO/T1", {"id": "T1"})
        assert (await cpo.push("GET", "locations", "/DE/CPO/L1", None))[1]["data"] == {"id": "L1", "name": "There"}
        assert (await cpo.push("DELETE", "tariffs", "/DE/CPO/T1", None))[0] == 200
        assert (await cpo.push("GET", "tariffs", "/DE/CPO/T1", None))[0] == 404
        assert platform.pushed_tariffs == {}


async def test_complaints_name_what_the_standard_does_not_allow() -> None:
    async with registered() as (cpo, platform):
        payment = await started(platform)
        wrong = session(payment.reference, "ACTIVE", start_date_time="2026-03-01T12:00:00.123456+00:00", meter_id=None)
        del wrong["currency"]
        await cpo.push("PUT", "sessions", "/DE/CPO/S1", wrong)
        await cpo.push("POST", "cdrs", "", cdr(payment.reference, TWELVE_EURO_2_2_1, total_energy=19))
        text = "\n".join(platform.complaints)
    for part in ("currency is missing", "start_date_time is no DateTime", "meter_id is null", "not a Price", "19"):
        assert part in text


# How it confirms the capture


@pytest.mark.parametrize(
    ("version", "modes", "expected"),
    [
        ("2.3.0", (), {"before_taxes": 10, "taxes": [{"name": "VAT", "amount": 2}]}),
        ("2.3.0", ("price_2_2_1_shape_in_2_3_0",), {"excl_vat": 10, "incl_vat": 12}),
        ("2.3.0", ("fac_only_incl_vat",), {"incl_vat": 12}),
        ("2.2.1", (), {"excl_vat": 10, "incl_vat": 12}),
        ("2.3.0", ("fac_wrong_amount",), {"before_taxes": 10.83, "taxes": [{"name": "VAT", "amount": 2.17}]}),
    ],
)
async def test_prices_of_confirmations(version: str, modes: tuple[str, ...], expected: dict[str, Any]) -> None:
    async with registered(*modes, version=version) as (cpo, platform):
        price = TWELVE_EURO_2_2_1 if version == "2.2.1" else TWELVE_EURO
        _, confirmations = await paid(cpo, platform, price)
        assert [fac["total_costs"] for fac in confirmations] == [expected]


@pytest.mark.parametrize(
    ("mode", "statuses"),
    [
        ("fac_failed", ["FAILED"]),
        ("fac_failed_then_success", ["FAILED", "SUCCESS"]),
        ("fac_never", []),
        ("fac_duplicate", ["SUCCESS", "SUCCESS"]),
        ("fac_before_cdr_ack", ["SUCCESS"]),
    ],
)
async def test_outcomes_of_confirmations(mode: str, statuses: list[str]) -> None:
    async with registered(mode) as (cpo, platform):
        payment, confirmations = await paid(cpo, platform)
        assert [fac["capture_status_code"] for fac in confirmations] == statuses
        assert payment.hold.state == ("open" if mode == "fac_failed" else "captured")
        ids = {fac["id"] for fac in confirmations}
        assert len(ids) == (1 if mode == "fac_duplicate" else len(statuses))
        _, listed, _ = await cpo.call("GET", cpo.partner["payments"] + "/financial-advice-confirmations")
        assert ids <= {fac["id"] for fac in listed["data"]}


async def test_the_confirmation_may_come_before_the_cdr_is_answered() -> None:
    async with registered("fac_before_cdr_ack") as (cpo, platform):
        await paid(cpo, platform)
        kinds = [e.kind for e in platform.log.events if e.kind == "confirmed" or e["path"] == "/ocpi/2.3.0/cdrs"]
        assert kinds == ["confirmed", "request"]


async def test_no_eft_data() -> None:
    async with registered("fac_without_eft_data") as (cpo, platform):
        _, confirmations = await paid(cpo, platform)
        assert "eft_data" not in confirmations[0]


async def test_a_cdr_above_the_hold_is_captured_in_part() -> None:
    async with registered() as (cpo, platform):
        payment, confirmations = await paid(cpo, platform, amount=9)
        assert (payment.hold.captured, confirmations[0]["capture_status_code"]) == (Decimal(9), "PARTIAL_SUCCESS")
        assert confirmations[0]["total_costs"] == {"before_taxes": 7.5, "taxes": [{"name": "VAT", "amount": 1.5}]}


async def test_a_cdr_of_nothing_releases_the_hold() -> None:
    async with registered() as (cpo, platform):
        payment, confirmations = await paid(cpo, platform, {"before_taxes": 0, "taxes": []})
        assert (payment.hold.state, confirmations[0]["capture_status_code"]) == ("released", "SUCCESS")


async def test_a_credit_cdr_is_refunded_and_the_new_one_captured() -> None:
    async with registered() as (cpo, platform):
        payment, _ = await paid(cpo, platform)
        minus = {"before_taxes": -10, "taxes": [{"name": "VAT", "amount": -2}]}
        await cpo.push("POST", "cdrs", "", cdr(payment.reference, minus, "C2", credit=True, credit_reference_id="C1"))
        await cpo.push("POST", "cdrs", "", cdr(payment.reference, {"before_taxes": 5, "taxes": []}, "C3"))
        await platform.log.wait_for_kind("settled", cdr_id="C3")
        assert (payment.hold.captured, payment.hold.refunded) == (Decimal(17), Decimal(12))


async def test_no_confirmation_when_the_platform_writes_the_invoice() -> None:
    async with registered() as (cpo, platform):
        await platform.push_terminal("PT1", invoice_creator="PTP")
        _, confirmations = await paid(cpo, platform)
        assert confirmations == []


@pytest.mark.parametrize("mode", ["no_routing_headers", "raw_token"])
async def test_routing_headers(mode: str) -> None:
    async with registered(mode) as (cpo, platform):
        assert not any("OCPI-to-party-id" in headers for headers in cpo.headers)
        await platform.push_terminal("PT1")
        sent = cpo.headers[-1]
        expected = (None, None) if mode == "no_routing_headers" else ("CPO", "PTP")
        assert (sent.get("OCPI-to-party-id"), sent.get("OCPI-from-party-id")) == expected
        assert sent["X-Request-ID"] != sent["X-Correlation-ID"]
