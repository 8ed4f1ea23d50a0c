"""The real templates on the laptop edition: everything starts, a charger gets through to the functions and back."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from csms import contract
from local.settings import Settings
from local.stack import Stack

pytestmark = pytest.mark.e2e


@pytest.fixture
def stack_settings() -> Settings:
    return Settings(environment={contract.ENV_UNKNOWN_CHARGERS: "accept"})


async def _ask(socket: Any, *frame: Any) -> list[Any]:
    await socket.send(json.dumps(frame))
    answer: list[Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return answer


async def test_every_function_of_the_contract_is_there_with_its_environment(stack: Stack) -> None:
    assert {function.path for function in stack.model.functions.values()} == {f.path for f in contract.FUNCTIONS}
    for function in contract.FUNCTIONS:
        assert set(function.environment) <= set(stack.environment(function.path))


async def test_what_is_different_on_a_laptop_points_here(stack: Stack) -> None:
    environment = stack.environment("operator_api")
    assert environment[contract.ENV_PUBLIC_URL] == stack.base_url
    assert environment[contract.ENV_WEBSOCKET_ENDPOINT] == stack.websocket_endpoint
    assert environment[contract.ENV_OUTGOING] == "any"


async def test_a_second_start_is_quick(socket_enabled: None, stack: Stack) -> None:
    started = time.monotonic()
    other = await Stack.start()
    took = time.monotonic() - started
    await other.stop()
    assert took < 3


async def test_a_charger_boots_and_beats(stack: Stack) -> None:
    async with websockets.connect(f"{stack.ocpp_url}/CP001", subprotocols=["ocpp1.6"]) as socket:  # type: ignore[list-item]  # a NewType of str
        assert socket.subprotocol == "ocpp1.6"
        boot = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}
        kind, identifier, answer = await _ask(socket, 2, "1", "BootNotification", boot)
        assert (kind, identifier, answer["status"]) == (3, "1", "Accepted")
        kind, identifier, answer = await _ask(socket, 2, "2", "Heartbeat", {})
        assert (kind, identifier) == (3, "2")
        assert "currentTime" in answer
    records = {(call.label, call.operation) for call in stack.usage.calls if call.function == "ocpp"}
    assert any(label == "BootNotification" for label, _ in records)


async def test_around_the_edge_nobody_gets_in(stack: Stack) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with websockets.connect(f"{stack.websocket_endpoint.replace('http', 'ws')}?cp=CP001"):
            pass
    assert refused.value.response.status_code == 403


async def test_a_path_nobody_serves_ends_at_the_edge_or_the_gateway(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.base_url) as http:
        for path in ("/favicon.ico", "/ocpp", "/ocpp/", "/api"):
            async with http.get(path) as answer:
                assert answer.status == 404, path


async def test_the_operators_api_wants_a_token(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.base_url) as http, http.get("/api/chargers") as answer:
        assert answer.status == 401
