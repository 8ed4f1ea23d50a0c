"""A paid session with an OCPP 2.1 station, over real sockets; and a station that offers two versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import websockets

from local.operator_client import OperatorClient
from local.story import Story

if TYPE_CHECKING:
    from local.stack import Stack

pytestmark = pytest.mark.e2e


async def test_a_paid_session(stack: Stack) -> None:
    told = await Story(stack, await OperatorClient.sign_in(stack), "2.1", "2.3.0", tell=lambda _: None).run()
    assert told.problems == []
    assert told.receipt


async def test_the_stations_order_decides_and_a_send_gets_no_answer(stack: Stack) -> None:
    """What some stations offer in one header; a SEND before a CALL: only the CALL is answered."""
    operator = await OperatorClient.sign_in(stack)
    await operator.call("PUT", "/stations/CP21", {"security_profile": 0})
    offered = ["ocpp2.1", "ocpp2.0.1"]
    async with websockets.connect(f"{stack.ocpp_url}/CP21", subprotocols=offered) as socket:  # type: ignore[arg-type]  # a NewType of str
        assert socket.subprotocol == "ocpp2.1"
        await socket.send('[6,"s-1","NotifyPeriodicEventStream",{"id":1}]')
        await socket.send('[2,"c-1","Heartbeat",{}]')
        assert json.loads(await socket.recv())[:2] == [3, "c-1"]
