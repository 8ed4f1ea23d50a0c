"""What is wrong on the wire is answered in the protocol's own words, over real sockets, and nothing is lost or leaked."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from csms import contract
from local.operator_client import OperatorClient
from local.settings import Settings

if TYPE_CHECKING:
    from local.stack import Stack

pytestmark = pytest.mark.e2e


@pytest.fixture
def stack_settings() -> Settings:
    return Settings(environment={contract.ENV_UNKNOWN_CHARGERS: "accept"})


async def dial(stack: Stack, identity: str, protocol: str) -> websockets.ClientConnection:
    return await websockets.connect(f"{stack.ocpp_url}/{identity}", subprotocols=[websockets.Subprotocol(protocol)])


async def say(line: websockets.ClientConnection, frame: Any) -> Any:
    await line.send(frame if isinstance(frame, str) else json.dumps(frame))
    return json.loads(await asyncio.wait_for(line.recv(), 5))


@pytest.mark.parametrize(
    ("protocol", "frame", "answer"),
    [
        ("ocpp1.6", [2, "1", "Teleport", {}], [4, "1", "NotImplemented"]),
        ("ocpp1.6", [2, "2", "RemoteStartTransaction", {"idTag": "A"}], [4, "2", "NotSupported"]),
        ("ocpp1.6", [2, "3", "StatusNotification", {"connectorId": 1}], [4, "3", "OccurenceConstraintViolation"]),
        ("ocpp1.6", [2, "4", "Heartbeat", {"x": 1}], [4, "4", "FormationViolation"]),
        ("ocpp1.6", '[2,"5","Heartbeat",{"a":}', [4, "5", "ProtocolError"]),
        ("ocpp2.0.1", "not json", [4, "-1", "RpcFrameworkError"]),
        ("ocpp2.0.1", [9, "6", {}], [4, "6", "MessageTypeNotSupported"]),
        ("ocpp2.0.1", [2, "7", "StatusNotification", {"timestamp": 1}], [4, "7", None]),
        ("ocpp2.0.1", [2, "8", "Heartbeat"], [4, "8", "FormatViolation"]),
    ],
)
async def test_faults_of_a_frame(stack: Stack, protocol: str, frame: Any, answer: list[Any]) -> None:
    line = await dial(stack, "BADCP", protocol)
    said = await say(line, frame)
    assert said[:2] == answer[:2]
    assert answer[2] in (None, said[2])
    assert said[4] == {}
    assert "Traceback" not in json.dumps(said)
    assert (await say(line, [2, "after", "Heartbeat", {}]))[:2] == [3, "after"]
    await line.close()


async def test_a_message_of_a_transaction_is_never_refused_and_kept(stack: Stack) -> None:
    line = await dial(stack, "PARKCP", "ocpp1.6")
    assert await say(line, [2, "1", "MeterValues", {"connectorId": "one", "meterValue": 5}]) == [3, "1", {}]
    answer = await say(line, [2, "2", "StartTransaction", {"idTag": 5}])
    assert answer[2]["idTagInfo"] == {"status": "Invalid"}
    assert answer[2]["transactionId"] > 0
    operator = await OperatorClient.sign_in(stack)
    parked = await operator.call("GET", "/stations/PARKCP/parked")
    assert {row["action"] for row in parked["items"]} == {"MeterValues", "StartTransaction"}
    await line.close()


@pytest.mark.parametrize(("message", "code"), [("x" * (128 * 1024 + 1), 1009), (b"\x00\x01", 1003)])
async def test_messages_that_api_gateway_does_not_take(stack: Stack, message: str | bytes, code: int) -> None:
    line = await dial(stack, "BIGCP", "ocpp1.6")
    await line.send(message)
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(line.recv(), 5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


def ask(stack: Stack, method: str, path: str, token: str | None, body: str | None = None) -> tuple[int, dict[str, Any]]:
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = "Token " + base64.b64encode(token.encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - the local stack's own address
        stack.base_url + path, method=method, data=body.encode() if body else None, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


async def test_faults_of_an_ocpi_request(stack: Stack) -> None:
    operator = await OperatorClient.sign_in(stack)
    invited = await operator.call("POST", "/partners", {"partner_id": "p", "kind": "PTP", "name": "P"})
    token_a = invited["invitation"]["token"]
    cases = [
        ("GET", "/ocpi/versions", "wrong", None, 401, 2000),
        ("GET", "/ocpi/cpo/2.3.0/locations", None, None, 401, 2000),
        ("GET", "/ocpi/cpo/2.3.0/locations", token_a, None, 401, 2000),  # token A opens the handshake alone
        ("POST", "/ocpi/2.3.0/credentials", token_a, "{broken", 400, 2000),
        ("POST", "/ocpi/2.3.0/credentials", token_a, "{}", 200, 2001),
        ("GET", "/ocpi/9.9.9", token_a, None, 404, 3002),
        ("DELETE", "/ocpi/2.3.0/credentials", token_a, None, 405, 2000),
    ]
    for method, path, token, body, http, ocpi in cases:
        status, answer = await asyncio.to_thread(ask, stack, method, path, token, body)
        assert (status, answer["status_code"]) == (http, ocpi), (method, path, answer)
        assert answer["timestamp"].endswith("Z")
        assert "Traceback" not in str(answer)
