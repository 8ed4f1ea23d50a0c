from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from local.simulators import ChargerOptions, ChargerSimulator16, ChargerSimulator201, SimulatedClock
from local.simulators.charger_link import HandshakeRefusedError
from tests.e2e.simulators.tiny_csms import TinyCsms, tiny_csms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(20)]


@pytest.fixture
async def csms() -> AsyncIterator[TinyCsms]:
    async with tiny_csms("ocpp1.6") as server:
        yield server


@pytest.fixture
async def csms201() -> AsyncIterator[TinyCsms]:
    async with tiny_csms("ocpp2.0.1") as server:
        yield server


def charger16(csms: TinyCsms, *options: str, connectors: int = 1) -> ChargerSimulator16:
    return ChargerSimulator16(
        csms.url, "CP1", time_scale=0, connectors=connectors, options=ChargerOptions.named(*options)
    )


def charger201(csms: TinyCsms, *options: str) -> ChargerSimulator201:
    return ChargerSimulator201(csms.url, "CP1", time_scale=0, options=ChargerOptions.named(*options))


async def started(charger: ChargerSimulator16 | ChargerSimulator201) -> None:
    await charger.plug_in()
    assert await charger.tap("TAG")


async def test_messages_of_an_offline_session_come_in_order_with_their_own_times(csms: TinyCsms) -> None:
    async with charger16(csms) as charger:
        charger.lose_line()
        await started(charger)
        await charger.pass_time(120)
        await charger.tap("TAG")
        assert csms.actions() == []
        await charger.restore_line()
        assert not charger.queue
    assert csms.actions() == [
        "StartTransaction",
        "MeterValues",
        "MeterValues",
        "StopTransaction",
        "StatusNotification",
        "StatusNotification",
    ]
    assert [m["transactionId"] for m in csms.said("MeterValues")] == [101, 101]
    assert csms.said("StartTransaction")[0]["timestamp"] < csms.said("MeterValues")[0]["meterValue"][0]["timestamp"]


async def test_offline_events_of_201_say_so(csms201: TinyCsms) -> None:
    async with charger201(csms201) as charger:
        await started(charger)
        charger.lose_line()
        await charger.pass_time(60)
        await charger.unplug()
        await charger.restore_line()
    events = csms201.said("TransactionEvent")
    assert [(e["eventType"], e["seqNo"], e.get("offline", False)) for e in events] == [
        ("Started", 0, False),
        ("Updated", 1, False),
        ("Updated", 2, True),
        ("Ended", 3, True),
    ]


@pytest.mark.parametrize(("option", "ids_seen"), [("reconnect", 2), ("same_id_on_retry", 1)])
async def test_a_start_whose_answer_is_lost_is_repeated(csms: TinyCsms, option: str, ids_seen: int) -> None:
    csms.answers["StartTransaction"] = None
    async with charger16(csms, option) as charger:
        starting = asyncio.ensure_future(started(charger))
        await charger.log.wait_for_kind("frame_sent", action="StartTransaction")
        charger.lose_line()
        await starting
        del csms.answers["StartTransaction"]
        await charger.restore_line()
        await charger.log.wait_for_kind("replayed", message="StartTransaction")
    starts = csms.said("StartTransaction")
    assert starts[0] == starts[1]
    ids = [i for i, action in zip(csms.message_ids, csms.actions(), strict=True) if action == "StartTransaction"]
    assert len(set(ids)) == ids_seen


async def test_a_closed_line_is_dialled_again_without_a_boot(csms: TinyCsms) -> None:
    async with charger16(csms, "reconnect_real_seconds=0.05") as charger:
        await charger.boot()
        assert csms.socket is not None
        before = charger.log.mark
        await csms.socket.close()
        await charger.log.wait_for_kind("connected", since=before)
        await charger.log.wait_for_kind("frame_sent", since=before, action="StatusNotification")
    assert csms.connections == 2
    assert csms.actions().count("BootNotification") == 1


async def test_a_refused_redial_is_tried_again(csms: TinyCsms) -> None:
    async with charger16(csms, "reconnect_real_seconds=0.02") as charger:
        csms.refuse_with = 503
        assert csms.socket is not None
        before = charger.log.mark
        await csms.socket.close()
        await charger.log.wait_for_kind("dial_refused", since=before, http_status=503)
        csms.refuse_with = None
        await charger.log.wait_for_kind("connected", since=before)


async def test_a_refused_tag_starts_nothing(csms: TinyCsms) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    async with charger16(csms) as charger:
        await charger.plug_in()
        assert not await charger.tap("TAG")
    assert "StartTransaction" not in csms.actions()


async def test_a_tag_refused_at_the_start_ends_as_deauthorized(csms: TinyCsms) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": {"status": "Invalid"}}
    async with charger16(csms) as charger:
        await started(charger)
        await charger.log.wait_for_kind("transaction_stopped", reason="DeAuthorized")
    assert csms.said("StopTransaction")[0]["transactionId"] == 9


async def test_a_dropped_message_is_not_repeated(csms: TinyCsms) -> None:
    async with charger16(csms) as charger:
        await started(charger)
        csms.answers["StopTransaction"] = {"wrong": "answer"}
        await charger.tap("TAG")
        await charger.log.wait_for_kind("dropped", message="StopTransaction")
        assert not charger.queue


async def test_pending_is_asked_again_until_accepted(csms: TinyCsms) -> None:
    answers = iter(["Pending", "Accepted"])
    csms.answers["BootNotification"] = lambda _: {
        "currentTime": "2026-03-01T12:00:00Z",
        "interval": 0,
        "status": next(answers),
    }
    async with charger16(csms) as charger:
        assert await charger.boot(attempts=3) == "Accepted"
    assert csms.actions()[:2] == ["BootNotification", "BootNotification"]


@pytest.mark.parametrize(
    ("option", "status"),
    [
        ("reject_remote_start", "Rejected"),
        ("reject_remote_start_without_connector", "Rejected"),
        ("reconnect", "Accepted"),
    ],
)
async def test_remote_start_answers(csms: TinyCsms, option: str, status: str) -> None:
    async with charger16(csms, option):
        assert (await csms.command("RemoteStartTransaction", idTag="R1"))[2] == {"status": status}


async def test_authorize_before_answer_does_not_block_the_line(csms: TinyCsms) -> None:
    async with charger16(csms, "authorize_before_answer", "plug_on_remote_start") as charger:
        answer = await csms.command("RemoteStartTransaction", idTag="R1", connectorId=1)
        assert answer[2] == {"status": "Accepted"}
        await charger.log.wait_for_kind("transaction_started", id_token="R1")
    assert csms.actions()[0] == "Authorize"


async def test_a_remote_start_without_a_car_expires(csms: TinyCsms) -> None:
    async with charger16(csms, "connection_timeout_seconds=30") as charger:
        await csms.command("RemoteStartTransaction", idTag="R1", connectorId=1)
        await charger.log.wait_for_kind("status", status="Preparing")
        charger.clock.advance(31)
        await charger.log.wait_for_kind("authorisation_expired")
        await charger.plug_in()
    assert "StartTransaction" not in csms.actions()


async def test_accepted_without_effect(csms: TinyCsms) -> None:
    async with charger16(csms, "auto_start_on_remote=no") as charger:
        await csms.command("RemoteStartTransaction", idTag="R1", connectorId=1)
        await charger.plug_in()
    assert csms.actions() == ["StatusNotification"]


async def test_silence_on_commands(csms: TinyCsms) -> None:
    async with charger16(csms, "ignore_commands"):
        with pytest.raises(TimeoutError):
            await csms.command("RemoteStartTransaction", 0.2, idTag="R1", connectorId=1)


@pytest.mark.parametrize(("option", "transaction_id"), [("transaction_id_minus_one", -1), ("reconnect", 0)])
async def test_a_refused_start_leaves_its_mark_on_the_stop(csms: TinyCsms, option: str, transaction_id: int) -> None:
    csms.answers["StartTransaction"] = {"wrong": "answer"}
    async with charger16(csms, option, "skip_transaction_data") as charger:
        await started(charger)
        await charger.unplug()
    stop = csms.said("StopTransaction")[0]
    assert (stop["transactionId"], "transactionData" in stop) == (transaction_id, False)


@pytest.mark.parametrize(
    ("option", "status", "runs"),
    [
        ("reject_remote_stop", "Rejected", True),
        ("ignore_remote_stop", "Accepted", True),
        ("reconnect", "Accepted", False),
    ],
)
async def test_remote_stop_answers(csms: TinyCsms, option: str, status: str, runs: bool) -> None:
    async with charger16(csms, option) as charger:
        await started(charger)
        assert (await csms.command("RemoteStopTransaction", transactionId=101))[2] == {"status": status}
        if not runs:
            await charger.log.wait_for_kind("transaction_stopped", reason="Remote")
        assert (charger.connectors[1].transaction is not None) == runs


async def test_a_remote_start_may_be_authorized_afterwards(csms: TinyCsms) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    async with charger16(csms, "authorize_remote") as charger:
        await charger.plug_in()
        assert (await csms.command("RemoteStartTransaction", idTag="R1"))[2] == {"status": "Accepted"}
        await charger.log.wait_for_kind("authorized", id_token="R1", status="Invalid")
    assert "StartTransaction" not in csms.actions()


async def test_a_remote_start_may_be_named_by_its_number_alone(csms201: TinyCsms) -> None:
    async with charger201(csms201, "omit_id_token_in_started", "plug_on_remote_start") as charger:
        token = {"idToken": "R1", "type": "Central"}
        await csms201.command("RequestStartTransaction", idToken=token, remoteStartId=7, evseId=1)
        await charger.log.wait_for_kind("transaction_started")
    start = csms201.said("TransactionEvent")[0]
    assert (start["transactionInfo"]["remoteStartId"], "idToken" in start) == (7, False)


async def test_a_status_may_come_before_the_answer(csms: TinyCsms) -> None:
    async with charger16(csms, "status_before_answer") as charger:
        await csms.command("ChangeAvailability", connectorId=1, type="Inoperative")
        sent = [e["action"] or "answer" for e in charger.log.all("frame_sent")]
    assert sent == ["StatusNotification", "answer"]


async def test_some_chargers_boot_after_every_reconnect(csms: TinyCsms) -> None:
    async with charger16(csms, "boot_on_reconnect") as charger:
        charger.lose_line()
        await charger.restore_line()
    assert csms.actions()[0] == "BootNotification"


async def test_duplicate_start_uses_two_ids(csms: TinyCsms) -> None:
    async with charger16(csms, "duplicate_start") as charger:
        await started(charger)
        event = await charger.log.wait_for_kind("start_repeated")
    assert (event["first"], event["second"]) == (101, 102)
    assert len(set(csms.message_ids)) == len(csms.message_ids)


async def test_skip_stop_and_counting_ids(csms: TinyCsms) -> None:
    async with charger16(csms, "skip_stop", "counting_message_ids") as charger:
        await started(charger)
        await charger.unplug()
    assert "StopTransaction" not in csms.actions()
    assert csms.message_ids == [str(number) for number in range(1, len(csms.message_ids) + 1)]


async def test_late_status_order_puts_the_status_first(csms: TinyCsms) -> None:
    async with charger16(csms, "late_status_order") as charger:
        await started(charger)
        await charger.tap("TAG")
    said = [payload.get("status", action) for action, payload in csms.calls if action != "Authorize"]
    assert said == ["Preparing", "Charging", "StartTransaction", "Finishing", "StopTransaction"]


async def test_a_full_car_stops_the_meter_but_not_the_transaction(csms: TinyCsms) -> None:
    async with charger16(csms) as charger:
        await started(charger)
        await charger.pass_time(360)
        await charger.suspend_ev()
        await charger.pass_time(360)
        assert charger.display_kwh() == 1.1
        await charger.resume()
        await charger.pass_time(360)
        assert charger.display_kwh() == 2.2
    statuses = [said["status"] for said in csms.said("StatusNotification")]
    assert statuses == ["Preparing", "Charging", "SuspendedEV", "Charging"]


async def test_a_fault_ends_the_session_and_recovery_reports_it(csms: TinyCsms) -> None:
    async with charger16(csms) as charger:
        await started(charger)
        await charger.fault("OverCurrentFailure")
        await charger.recover()
    assert csms.said("StopTransaction")[0]["reason"] == "Other"
    statuses = [(said["status"], said["errorCode"]) for said in csms.said("StatusNotification")][2:]
    assert statuses == [("Faulted", "OverCurrentFailure"), ("Finishing", "NoError")]


async def test_a_fault_of_201_is_an_event_as_well(csms201: TinyCsms) -> None:
    async with charger201(csms201) as charger:
        await charger.fault("E42")
        await charger.recover()
    events = [said["eventData"][0] for said in csms201.said("NotifyEvent")]
    assert [(e["actualValue"], e["cleared"], e.get("techCode")) for e in events] == [
        ("true", False, "E42"),
        ("false", True, None),
    ]


async def test_power_loss_is_reported_after_the_boot(csms: TinyCsms) -> None:
    async with charger16(csms) as charger:
        await started(charger)
        await charger.power_loss(0)
    after = csms.actions()[csms.actions().index("BootNotification") :]
    assert after[:2] == ["BootNotification", "StopTransaction"]
    assert csms.said("StopTransaction")[0]["reason"] == "PowerLoss"


async def test_seq_no_always_zero(csms201: TinyCsms) -> None:
    async with charger201(csms201, "seq_no_always_zero") as charger:
        await started(charger)
        await charger.unplug()
    assert {event["seqNo"] for event in csms201.said("TransactionEvent")} == {0}


async def test_the_cost_comes_to_the_display(csms201: TinyCsms) -> None:
    csms201.answers["TransactionEvent"] = {"totalCost": 3.47}
    async with charger201(csms201) as charger:
        await started(charger)
        assert (await csms201.command("CostUpdated", totalCost=1.25, transactionId="x"))[2] == {}
    assert [cost for _, cost in charger.costs_shown] == [3.47, 3.47, 1.25]


async def test_hurried_time_takes_its_samples_by_itself(csms: TinyCsms) -> None:
    charger = ChargerSimulator16(csms.url, "CP1", clock=SimulatedClock(6000))
    async with charger:
        await started(charger)
        await charger.pass_time(600)
        await charger.tap("TAG")
        assert charger.display_kwh() >= 1.83
    energies = [int(m["meterValue"][0]["sampledValue"][0]["value"]) for m in csms.said("MeterValues")]
    assert len(energies) >= 5
    assert energies == sorted(energies)


async def test_a_refused_handshake_names_the_status(csms: TinyCsms) -> None:
    csms.refuse_with = 401
    with pytest.raises(HandshakeRefusedError) as refusal:
        await charger16(csms).connect()
    assert refusal.value.http_status == 401


async def test_unknown_options_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown charger option"):
        ChargerOptions.named("fly")


async def test_raw_nonsense_can_be_sent(csms: TinyCsms) -> None:
    async with charger16(csms) as charger:
        await charger.send_raw('[2,"x","Nonsense",{}]')
        await charger.log.wait_for_kind("frame_received", id="x")
    assert csms.actions() == ["Nonsense"]


def test_frames_are_described_for_people() -> None:
    from local.simulators.charger_link import describe_frame

    described: dict[str, Any] = describe_frame('[4,"1","NotSupported","",{}]')
    assert described == {"type": 4, "id": "1", "payload": ["NotSupported", "", {}]}
    assert describe_frame("rubbish") == {"text": "rubbish"}
