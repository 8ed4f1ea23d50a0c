"""The payment session when something fails: every hold ends captured or released, or stands in the open list."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from local.operator_client import OperatorClient
from local.simulators.charger_link import HandshakeRefusedError
from local.simulators.charger_options import ChargerOptions
from local.simulators.terminal import PaymentTerminalSimulator
from local.story import PASSWORD, SIMULATORS, STEP_SECONDS, Story, tariff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.stack import Stack

pytestmark = pytest.mark.e2e


@pytest.fixture(params=["1.6", "2.0.1"])
async def story(request: pytest.FixtureRequest, stack: Stack) -> Story:
    made = Story(stack, await OperatorClient.sign_in(stack), request.param, "2.3.0", tell=lambda _: None)
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
        await asyncio.sleep(0.1)  # the stop, if it was due, is on its way
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
