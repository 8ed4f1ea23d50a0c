from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from local.settings import Settings
from tests.integration.local import handlers

if TYPE_CHECKING:
    from local.stack import Stack


def _url(stack: Stack, charger: str = "CP1") -> str:
    return f"ws://{stack.host}:{stack.port}/@websocket/ocpp?cp={charger}"


def _connect(stack: Stack, charger: str = "CP1", **options: Any) -> Any:
    return websockets.connect(_url(stack, charger), **options)


async def _ask(socket: Any, *frame: Any) -> Any:
    await socket.send(json.dumps(frame))
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def test_the_subprotocol_is_the_one_the_connect_function_answers(sample_stack: Stack) -> None:
    async with _connect(sample_stack, subprotocols=["ocpp2.0.1", "ocpp1.6"]) as socket:
        assert socket.subprotocol == "ocpp2.0.1"


async def test_no_subprotocol_is_answered_unless_the_connect_function_does(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        assert socket.subprotocol is None


@pytest.mark.parametrize(
    ("charger", "status"), [("unauthorized", 401), ("denied", 403), ("broken", 500), ("refused", 404), ("", 401)]
)
async def test_a_handshake_is_refused_with_the_status_of_its_reason(
    sample_stack: Stack, charger: str, status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with _connect(sample_stack, charger):
            pass
    assert refused.value.response.status_code == status


async def test_a_missing_identity_source_does_not_reach_the_authorizer(sample_stack: Stack) -> None:
    url = f"ws://{sample_stack.host}:{sample_stack.port}/@websocket/ocpp"
    with pytest.raises(InvalidStatus) as refused:
        async with websockets.connect(url):
            pass
    assert refused.value.response.status_code == 401
    assert sample_stack.usage.snapshot().total("lambda.invocations") == 0


async def test_the_api_itself_knows_no_path_behind_its_stage(sample_stack: Stack) -> None:
    url = f"ws://{sample_stack.host}:{sample_stack.port}/@websocket/ocpp/CP1?cp=CP1"
    with pytest.raises(InvalidStatus) as refused:
        async with websockets.connect(url):
            pass
    assert refused.value.response.status_code == 403


async def test_the_authorizers_context_rides_on_every_frame_as_strings(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        answer = await _ask(socket, 2, "7", "Heartbeat", {})
    context = answer[2]["authorizer"]
    assert answer[2]["route"] == "Heartbeat"
    assert context["principalId"] == context["chargerId"] == "CP1"
    assert (context["number"], context["flag"]) == ("7", "true")


async def test_a_route_without_route_response_stays_silent_and_default_answers_through_connections(
    sample_stack: Stack,
) -> None:
    async with _connect(sample_stack) as socket:
        await socket.send(json.dumps([2, "1", "OneWay", {}]))
        answer = await _ask(socket, 2, "2", "Unknown", {})
        assert answer == [3, "2", {"route": "$default", "authorizer": answer[2]["authorizer"]}]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.1)


@pytest.mark.parametrize("text", ['[3,"1",{}]', '[4,"1","InternalError","",{}]', "not json", "{}", '"text"'])
async def test_what_selects_no_route_goes_to_default(sample_stack: Stack, text: str) -> None:
    async with _connect(sample_stack) as socket:
        await socket.send(text)
        async with asyncio.timeout(5):
            while not any(kind == "MESSAGE" for kind, _ in handlers.SEEN):  # noqa: ASYNC110 - another thread appends
                await asyncio.sleep(0.01)
    event = next(event for kind, event in handlers.SEEN if kind == "MESSAGE")
    assert event["requestContext"]["routeKey"] == "$default"
    assert event["body"] == text


async def test_the_event_of_a_frame_has_awss_fields(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        await _ask(socket, 2, "1", "Heartbeat", {})
        connection = sample_stack.connections[0].id
    event = next(event for kind, event in handlers.SEEN if kind == "MESSAGE")
    context = event["requestContext"]
    assert set(event) == {"requestContext", "body", "isBase64Encoded"}
    assert context["eventType"] == "MESSAGE"
    assert context["connectionId"] == connection
    assert connection.endswith("=")
    assert context["messageId"] == context["requestId"]
    assert context["stage"] == "ocpp"
    assert context["messageDirection"] == "IN"
    assert context["connectedAt"] <= context["requestTimeEpoch"]
    assert context["domainName"].endswith(".execute-api.us-east-1.amazonaws.com")


@pytest.mark.parametrize("asked", [{"do": "raise"}, {"do": "wrong"}])
async def test_a_failing_function_makes_the_gateway_send_its_own_error_object(
    sample_stack: Stack, asked: dict[str, Any]
) -> None:
    async with _connect(sample_stack) as socket:
        answer = await _ask(socket, 2, "1", "Heartbeat", asked)
        assert answer["message"] == "Internal server error"
        assert answer["connectionId"] == sample_stack.connections[0].id
        assert answer["requestId"]


async def test_a_function_that_times_out_is_an_internal_server_error(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        answer = await _ask(socket, 2, "1", "Heartbeat", {"do": "sleep", "seconds": 1.3})
    assert answer["message"] == "Internal server error"
    assert sample_stack.errors[0][1]["errorType"] == "Sandbox.Timedout"


async def test_frames_of_one_connection_run_at_the_same_time(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        await socket.send(json.dumps([2, "slow", "Heartbeat", {"do": "sleep", "seconds": 0.4}]))
        await socket.send(json.dumps([2, "fast", "Heartbeat", {}]))
        order = [json.loads(await socket.recv())[1] for _ in range(2)]
    assert order == ["fast", "slow"]


async def test_a_binary_frame_closes_with_1003(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        await socket.send(b"\x00\x01")
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1003


async def test_a_frame_over_32_kb_closes_with_1009(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        await socket.send(json.dumps([2, "1", "Heartbeat", {"x": "a" * 32 * 1024}]))
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def test_a_message_of_several_frames_may_have_128_kb_and_no_more(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        text = json.dumps([2, "1", "Heartbeat", {"x": "a" * 100 * 1024}])
        await socket.send([text[start : start + 30_000] for start in range(0, len(text), 30_000)])
        assert json.loads(await asyncio.wait_for(socket.recv(), 5))[1] == "1"
        text = json.dumps([2, "1", "Heartbeat", {"x": "a" * 130 * 1024}])
        await socket.send([text[start : start + 30_000] for start in range(0, len(text), 30_000)])
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert sample_stack.usage.snapshot().by("websocket.messages")["in",] == 4


class TestIdle:
    @pytest.fixture
    def sample_settings(self) -> Settings:
        return Settings(idle_seconds=0.3, lifetime_seconds=60)

    async def test_an_idle_connection_is_closed_with_1001_and_the_function_hears_of_it(
        self, sample_stack: Stack
    ) -> None:
        async with _connect(sample_stack) as socket:
            await asyncio.sleep(0.2)
            await _ask(socket, 2, "1", "Heartbeat", {})
            await asyncio.sleep(0.2)
            assert socket.state.name == "OPEN"
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(socket.recv(), 5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        async with asyncio.timeout(5):
            while handlers.SEEN[-1][0] != "DISCONNECT":  # noqa: ASYNC110 - another thread appends
                await asyncio.sleep(0.01)
        context = handlers.SEEN[-1][1]["requestContext"]
        assert context["disconnectStatusCode"] == 1001
        assert context["authorizer"]["chargerId"] == "CP1"


class TestLifetime:
    @pytest.fixture
    def sample_settings(self) -> Settings:
        return Settings(lifetime_seconds=0.3)

    async def test_a_connection_ends_after_its_lifetime_even_if_busy(self, sample_stack: Stack) -> None:
        async with _connect(sample_stack) as socket:
            with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012 - the loop is what keeps the connection busy
                while True:
                    await _ask(socket, 2, "1", "Heartbeat", {})
                    await asyncio.sleep(0.05)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001


class TestManagement:
    async def test_post_get_and_delete(self, sample_stack: Stack) -> None:
        client = sample_stack.client("apigatewaymanagementapi")
        async with _connect(sample_stack) as socket:
            connection = sample_stack.connections[0].id
            await asyncio.to_thread(client.post_to_connection, ConnectionId=connection, Data=b'[2,"x","Reset",{}]')
            assert await socket.recv() == '[2,"x","Reset",{}]'
            assert "LastActiveAt" in await asyncio.to_thread(client.get_connection, ConnectionId=connection)
            await asyncio.to_thread(client.delete_connection, ConnectionId=connection)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(socket.recv(), 5)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1000
        with pytest.raises(client.exceptions.GoneException):
            await asyncio.to_thread(client.post_to_connection, ConnectionId=connection, Data=b"x")

    async def test_a_message_over_128_kb_is_refused(self, sample_stack: Stack) -> None:
        client = sample_stack.client("apigatewaymanagementapi")
        async with _connect(sample_stack):
            connection = sample_stack.connections[0].id
            with pytest.raises(client.exceptions.PayloadTooLargeException):
                await asyncio.to_thread(
                    client.post_to_connection, ConnectionId=connection, Data=b"x" * (128 * 1024 + 1)
                )

    async def test_it_is_also_there_over_http(self, sample_stack: Stack) -> None:
        import aiohttp

        async with aiohttp.ClientSession() as http:
            async with _connect(sample_stack) as socket:
                path = f"{sample_stack.websocket_endpoint}/@connections/{sample_stack.connections[0].id}"
                async with http.post(path, data=b"hello") as answer:
                    assert answer.status == 200
                assert await socket.recv() == "hello"
            async with http.get(f"{sample_stack.websocket_endpoint}/@connections/nobody=") as answer:
                assert answer.status == 410


async def test_a_peer_that_vanishes_is_a_disconnect_with_1006(sample_stack: Stack) -> None:
    socket = await _connect(sample_stack)
    socket.transport.abort()
    async with asyncio.timeout(5):
        while not handlers.SEEN or handlers.SEEN[-1][0] != "DISCONNECT":  # noqa: ASYNC110 - another thread appends
            await asyncio.sleep(0.01)
    assert handlers.SEEN[-1][1]["requestContext"]["disconnectStatusCode"] == 1006
    assert sample_stack.connections == []


async def test_threads_of_a_handler_see_its_environment(sample_stack: Stack) -> None:
    async with _connect(sample_stack) as socket:
        answer = await _ask(socket, 2, "1", "Heartbeat", {"do": "thread"})
    assert answer[2]["table"] == "data-Table"
