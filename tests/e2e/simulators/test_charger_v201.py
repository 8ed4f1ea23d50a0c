from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.simulators import ChargerSimulator201
from tests.e2e.simulators.tiny_csms import TinyCsms, tiny_csms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(20)]


@pytest.fixture
async def csms() -> AsyncIterator[TinyCsms]:
    async with tiny_csms("ocpp2.0.1") as server:
        yield server


async def test_a_remote_start_becomes_one_transaction_with_counted_events(csms: TinyCsms) -> None:
    async with ChargerSimulator201(csms.url + "?cp=CS9", "CS9", time_scale=0) as charger:
        await charger.boot()
        token = {"idToken": "ABC", "type": "Central"}
        answer = await csms.command("RequestStartTransaction", idToken=token, remoteStartId=42, evseId=1)
        assert answer[2] == {"status": "Accepted"}
        assert csms.said("TransactionEvent") == []
        await charger.plug_in()
        await charger.log.wait_for_kind("transaction_started")
        await charger.pass_time(120)
        transaction_id = csms.said("TransactionEvent")[0]["transactionInfo"]["transactionId"]
        assert (await csms.command("RequestStopTransaction", transactionId=transaction_id))[2] == {"status": "Accepted"}
        await charger.log.wait_for_kind("transaction_stopped", reason="Remote")
        await charger.unplug()
    assert csms.paths == ["/ocpp?cp=CS9"]
    events = csms.said("TransactionEvent")
    assert [(e["eventType"], e["triggerReason"], e["seqNo"]) for e in events] == [
        ("Started", "RemoteStart", 0),
        ("Updated", "ChargingStateChanged", 1),
        ("Updated", "MeterValuePeriodic", 2),
        ("Updated", "MeterValuePeriodic", 3),
        ("Ended", "RemoteStop", 4),
    ]
    assert events[0]["transactionInfo"]["remoteStartId"] == 42
    assert events[0]["idToken"] == token
    assert events[-1]["transactionInfo"]["stoppedReason"] == "Remote"
    contexts = [e["meterValue"][0]["sampledValue"][0]["context"] for e in events if "meterValue" in e]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
    statuses = [said["connectorStatus"] for said in csms.said("StatusNotification")]
    assert statuses == ["Available", "Occupied", "Available"]
