"""The payment session when something fails: every hold ends captured or released, or stands in the open list."""

from __future__ import annotations

import asyncio
import os
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from local.operator_client import OperatorClient
from local.simulators.charger_link import HandshakeRefusedError
from local.simulators.charger_options import ChargerOptions
from local.simulators.terminal import PaymentTerminalSimulator
from local.story import PASSWORD, SIMULATORS, STEP_SECONDS, Story, tariff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.simulators.terminal_payments import Payment
    from local.stack import Stack

pytestmark = pytest.mark.e2e


# Both generations on both sides, each once; `make payments` plays every pair.
_PAIRS = ["1.6/2.3.0", "2.0.1/2.2.1"]
if os.environ.get("CSMS_EVERY_PAIR"):
    _PAIRS += ["1.6/2.2.1", "2.0.1/2.3.0"]


@pytest.fixture(params=_PAIRS)
async def story(request: pytest.FixtureRequest, stack: Stack) -> Story:
    ocpp, ocpi = request.param.split("/")
    made = Story(stack, await OperatorClient.sign_in(stack), ocpp, ocpi, tell=lambda _: None)
    await made.set_up()
    return made


@pytest.fixture
async def terminal(story: Story) -> AsyncIterator[PaymentTerminalSimulator]:
    async with PaymentTerminalSimulator(story.ocpi, party_id="PAY") as platform:
        await story.register(platform)
        yield platform


async def test_an_offline_charger_is_refused_at_once(story: Story, terminal: PaymentTerminalSimulator) -> None:
    payment = await terminal.start_session(story.location_id, story.evse_uid)
    assert payment.response is not None
    assert payment.response["result"] == "REJECTED"
    assert not terminal.open_holds()
    assert (await story.operator.call("GET", "/open-matters"))["items"] == []


async def test_a_charger_that_refuses_releases_the_hold(story: Story, terminal: PaymentTerminalSimulator) -> None:
    charger = await story.connect(ChargerOptions(reject_remote_start=True))
    payment = await terminal.start_session(story.location_id, story.evse_uid)
    assert payment.accepted
    await story.until_state(payment, "REJECTED")
    await terminal.log.wait_for_kind("command_result", STEP_SECONDS, result="REJECTED")
    assert not terminal.open_holds()
    assert payment.session is None
    await charger.close()


async def test_a_charger_that_does_not_answer_times_out(
    story: Story, terminal: PaymentTerminalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csms.edge.dispatch.COMMAND_TIMEOUT_SECONDS", 1)
    charger = await story.connect(ChargerOptions(ignore_commands=True))
    payment = await terminal.start_session(story.location_id, story.evse_uid)
    await terminal.log.wait_for_kind("command_result", STEP_SECONDS, result="TIMEOUT")
    await story.until_state(payment, "EXPIRED")
    assert not terminal.open_holds()
    await charger.close()


async def test_never_plugged_in_ends_invalid_and_a_late_start_is_refused(
    story: Story, terminal: PaymentTerminalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.ocpi.commands.start_session.START_WAIT_SECONDS", 2)
    options = ChargerOptions(meter_interval_seconds=120, connection_timeout_seconds=36000)
    charger = await story.connect(options)
    payment = await terminal.start_session(story.location_id, story.evse_uid)
    await terminal.wait_for_session(payment, "PENDING", STEP_SECONDS)
    await terminal.wait_for_session(payment, "INVALID", STEP_SECONDS)
    await story.until_state(payment, "EXPIRED")
    assert not terminal.open_holds()
    # The cable comes in after all: the transaction is recorded, but told to stop, and nothing is billed to the card.
    await charger.plug_in()
    await charger.log.wait_for_kind("transaction_stopped", STEP_SECONDS)
    await story.stack.settle()
    assert not terminal.cdrs
    assert payment.hold.state == "released"
    await charger.close()


async def test_the_limit_stops_the_session_before_the_hold_is_used_up(
    story: Story, terminal: PaymentTerminalSimulator
) -> None:
    await story.operator.call(
        "PUT", f"/tariffs/{story.tariff_id}", {**tariff(story.tariff_id), "preauthorize_amount": 2}
    )
    charger = await story.connect(
        ChargerOptions(meter_interval_seconds=60, connection_timeout_seconds=3600), time_scale=0
    )
    payment = await story.pay(terminal, charger)
    for _ in range(60):
        await charger.pass_time(60)
        await asyncio.sleep(0.05 if charger.display_kwh() < 3 else 1)  # the stop is due soon after, and on its way
        if charger.log.all("transaction_stopped"):
            break
    await charger.unplug()
    await story.settle(terminal, payment)
    assert payment.hold.amount == 2
    assert Decimal("1.60") < payment.hold.captured <= 2
    assert payment.confirmations[-1]["capture_status_code"] == "SUCCESS"
    await charger.close()


async def test_a_session_that_ends_while_the_line_is_down_is_billed_in_full(
    story: Story, terminal: PaymentTerminalSimulator
) -> None:
    options = ChargerOptions(meter_interval_seconds=60, connection_timeout_seconds=3600, reconnect=False)
    charger = await story.connect(options, time_scale=0)
    payment = await story.pay(terminal, charger)
    await charger.pass_time(300)
    charger.lose_line()
    await charger.pass_time(600)
    await charger.unplug()
    kwh = charger.display_kwh()
    await charger.restore_line()
    await story.settle(terminal, payment)
    assert float(payment.cdrs[-1]["total_energy"]) == pytest.approx(kwh, abs=0.002)
    assert len(terminal.cdrs) == 1
    await charger.close()


async def test_a_start_that_is_sent_twice_is_one_session_and_one_bill(
    story: Story, terminal: PaymentTerminalSimulator
) -> None:
    options = ChargerOptions(meter_interval_seconds=60, connection_timeout_seconds=3600, duplicate_start=True)
    charger = await story.connect(options, time_scale=0)
    payment = await story.pay(terminal, charger)
    await charger.pass_time(600)
    await charger.unplug()
    await story.settle(terminal, payment)
    assert len(terminal.sessions) == 1
    assert len(terminal.cdrs) == 1
    await charger.close()


STILL = ChargerOptions(meter_interval_seconds=60, connection_timeout_seconds=3600)


async def charged(story: Story, terminal: PaymentTerminalSimulator, minutes: float = 10) -> Payment:
    """A session that was paid, charged and unplugged. Its charger is closed."""
    charger = await story.connect(STILL, time_scale=0)
    payment = await story.pay(terminal, charger)
    await charger.pass_time(minutes * 60)
    await charger.unplug()
    await charger.close()
    return payment


async def matters(story: Story, payment: Payment) -> list[dict[str, Any]]:
    """The open matters that name a payment."""
    found = await story.operator.call("GET", "/open-matters")
    return [matter for matter in found["items"] if payment.reference in str(matter)]


async def test_a_terminal_that_does_not_serve_the_evse_is_refused(
    story: Story, terminal: PaymentTerminalSimulator
) -> None:
    terminal_id = next(iter(terminal.terminals))
    path = f"/partners/{story.partner_id}/terminals/{terminal_id}/assignment"
    await story.operator.call("PUT", path, {"location_ids": [], "evse_uids": []})
    charger = await story.connect(STILL, time_scale=0)
    payment = await terminal.start_session(story.location_id, story.evse_uid, "1", Decimal(50))
    assert (payment.response or {})["result"] == "REJECTED"
    assert not terminal.open_holds()
    await charger.close()


async def test_a_callback_that_fails_takes_nothing_back(story: Story, terminal: PaymentTerminalSimulator) -> None:
    terminal.modes.callback_fails = True
    charger = await story.connect(STILL, time_scale=0)
    payment = await terminal.start_session(story.location_id, story.evse_uid)
    await charger.plug_in()
    await terminal.wait_for_session(payment, "ACTIVE", STEP_SECONDS)
    await charger.pass_time(600)
    await charger.unplug()
    await story.settle(terminal, payment)
    await charger.close()


async def test_a_start_session_that_comes_twice_starts_once(story: Story, terminal: PaymentTerminalSimulator) -> None:
    terminal.modes.duplicate_start = True
    payment = await charged(story, terminal)
    await story.settle(terminal, payment)
    assert len(terminal.sessions) == len(terminal.cdrs) == 1


async def test_plugged_in_first_and_paid_then(story: Story, terminal: PaymentTerminalSimulator) -> None:
    charger = await story.connect(STILL, time_scale=0)
    await charger.plug_in()
    payment = await terminal.start_session(story.location_id, story.evse_uid)
    assert payment.accepted
    await terminal.wait_for_session(payment, "ACTIVE", STEP_SECONDS)
    await charger.pass_time(600)
    await charger.unplug()
    await story.settle(terminal, payment)
    await charger.close()


async def test_a_stop_for_a_charger_that_is_away_is_refused(story: Story, terminal: PaymentTerminalSimulator) -> None:
    options = ChargerOptions(meter_interval_seconds=60, connection_timeout_seconds=3600, reconnect=False)
    charger = await story.connect(options, time_scale=0)
    payment = await story.pay(terminal, charger)
    charger.lose_line()
    await asyncio.sleep(0.3)
    answer = await terminal.stop_session((payment.session or {})["id"])
    assert answer.data["result"] == "REJECTED"
    await charger.restore_line()
    await charger.pass_time(300)
    await charger.unplug()
    await story.settle(terminal, payment)
    await charger.close()


async def test_a_power_loss_ends_and_bills_the_session(story: Story, terminal: PaymentTerminalSimulator) -> None:
    charger = await story.connect(STILL, time_scale=0)
    payment = await story.pay(terminal, charger)
    await charger.pass_time(600)
    await charger.power_loss()
    await story.settle(terminal, payment)
    assert "power failure" in str(payment.cdrs[-1].get("remark"))
    await charger.close()


async def test_a_cdr_that_is_not_taken_at_first_is_sent_again_under_its_id(
    story: Story, terminal: PaymentTerminalSimulator
) -> None:
    terminal.modes.cdr_500_n_times = 1
    payment = await charged(story, terminal)
    await terminal.log.wait_for_kind("cdr", 30)
    await story.settle(terminal, payment)
    assert len(terminal.cdrs) == 1


async def test_a_cdr_that_is_refused_waits_for_a_person(story: Story, terminal: PaymentTerminalSimulator) -> None:
    terminal.modes.cdr_2xxx = True
    payment = await charged(story, terminal)
    for _ in range(STEP_SECONDS * 10):
        if any(matter.get("state") == "FAILED" for matter in await all_matters(story)):
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError("the refused CDR is not on the list")
    await story.until_state(payment, "SETTLED")
    assert terminal.open_holds()  # the card is still held, and both the message and the payment are on the list
    assert await matters(story, payment)


async def all_matters(story: Story) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await story.operator.call("GET", "/open-matters"))["items"]
    return found


async def test_a_session_that_costs_nothing_releases_the_card(story: Story, terminal: PaymentTerminalSimulator) -> None:
    free = tariff(story.tariff_id)
    free["elements"][0]["price_components"].pop()  # no fee per session
    await story.operator.call("PUT", f"/tariffs/{story.tariff_id}", free)
    payment = await charged(story, terminal, minutes=0)
    cdr = await terminal.wait_for_cdr(payment, STEP_SECONDS)
    assert Decimal(str(cdr["total_energy"])) == 0
    await story.until_state(payment, "RELEASED")
    await terminal.log.wait_for_kind("settled", STEP_SECONDS)
    assert payment.hold.state == "released"
    assert not terminal.open_holds()


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        ("fac_duplicate", "CAPTURED"),
        ("fac_failed_then_success", "CAPTURED"),
        ("fac_before_cdr_ack", "CAPTURED"),
        ("fac_without_eft_data", "CAPTURED"),
        ("fac_wrong_amount", "CAPTURE_MISMATCH"),
    ],
)
async def test_captures_as_they_come(story: Story, terminal: PaymentTerminalSimulator, mode: str, state: str) -> None:
    setattr(terminal.modes, mode, True)
    payment = await charged(story, terminal)
    await story.until_state(payment, state)
    assert bool(await matters(story, payment)) is (state == "CAPTURE_MISMATCH")


async def test_tokens_that_are_rotated_during_a_session(story: Story, terminal: PaymentTerminalSimulator) -> None:
    charger = await story.connect(STILL, time_scale=0)
    payment = await story.pay(terminal, charger)
    await terminal.rotate()
    await charger.pass_time(600)
    await charger.unplug()
    await story.settle(terminal, payment)
    await charger.close()


async def test_pushes_of_sessions_and_locations_that_fail_do_not_hold_up_the_bill(
    story: Story, terminal: PaymentTerminalSimulator
) -> None:
    charger = await story.connect(STILL, time_scale=0)
    payment = await story.pay(terminal, charger)
    terminal.modes.session_push_500 = terminal.modes.location_push_500 = True
    await charger.pass_time(600)
    await charger.unplug()
    await story.settle(terminal, payment)
    await charger.close()


async def test_a_failed_capture_stays_in_the_open_list(story: Story, terminal: PaymentTerminalSimulator) -> None:
    terminal.modes.fac_failed = True
    charger = await story.connect(
        ChargerOptions(meter_interval_seconds=60, connection_timeout_seconds=3600), time_scale=0
    )
    payment = await story.pay(terminal, charger)
    await charger.pass_time(600)
    await charger.unplug()
    await terminal.wait_for_cdr(payment, STEP_SECONDS)
    await story.until_state(payment, "CAPTURE_FAILED")
    open_matters = await story.operator.call("GET", "/open-matters")
    assert any(payment.reference in str(matter) for matter in open_matters["items"])
    await charger.close()


async def test_wrong_password_unknown_identity_and_no_common_version(story: Story) -> None:
    for changes, status in (
        ({"password": "not-the-password"}, 401),
        ({"charger_id": "NOBODY"}, 404),
    ):
        with pytest.raises(HandshakeRefusedError) as refused:
            await _dial(story, **changes)
        assert refused.value.http_status == status
    listed = await story.operator.call("GET", "/refused-handshakes")
    assert {"NOBODY", story.charger_id} <= {row["charger_id"] for row in listed["items"]}


async def _dial(story: Story, **changes: str) -> None:
    known = {"charger_id": story.charger_id, "password": PASSWORD, **changes}
    charger = SIMULATORS[story.ocpp](story.stack.ocpp_url, known["charger_id"], known["password"])
    try:
        await charger.connect()
    finally:
        await charger.close()
