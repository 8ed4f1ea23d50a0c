"""Commands through the operator API to chargers on real sockets: queued, sent, answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from local.operator_client import OperatorClient
from local.simulators import ChargerOptions, ChargerSimulator16, ChargerSimulator201

if TYPE_CHECKING:
    from local.simulators.charger import ChargerSimulator
    from local.stack import Stack

pytestmark = pytest.mark.e2e
PASSWORD = "correct-horse-battery"
WAIT_SECONDS = 10

COMMANDS_16: list[tuple[str, dict[str, Any], str]] = [
    ("GetConfiguration", {}, ""),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "240"}, "Accepted"),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}, "Accepted"),
    ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, "Accepted"),
    ("UnlockConnector", {"connectorId": 1}, "Unlocked"),
    ("ClearCache", {}, "Accepted"),
    ("Reset", {"type": "Soft"}, "Accepted"),
]
COMMANDS_201: list[tuple[str, dict[str, Any], str]] = [
    (
        "GetVariables",
        {
            "getVariableData": [
                {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}},
            ]
        },
        "",
    ),
    (
        "SetVariables",
        {
            "setVariableData": [
                {
                    "component": {"name": "OCPPCommCtrlr"},
                    "variable": {"name": "HeartbeatInterval"},
                    "attributeValue": "240",
                }
            ]
        },
        "",
    ),
    ("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, "Accepted"),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}, "Accepted"),
    ("ChangeAvailability", {"evse": {"id": 1}, "operationalStatus": "Inoperative"}, "Accepted"),
    ("UnlockConnector", {"evseId": 1, "connectorId": 1}, "Unlocked"),
    ("Reset", {"type": "Immediate"}, "Accepted"),
]


async def answered(operator: OperatorClient, charger_id: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    made = await operator.call("POST", f"/stations/{charger_id}/commands", {"action": action, "payload": payload})
    path = f"/stations/{charger_id}/commands/{made['command_id']}"
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            command: dict[str, Any] = await operator.call("GET", path)
            if command["state"] not in {"QUEUED", "SENT"}:
                return command
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("simulator", "charger_id", "commands"),
    [(ChargerSimulator16, "CMD16", COMMANDS_16), (ChargerSimulator201, "CMD201", COMMANDS_201)],
    ids=["1.6", "2.0.1"],
)
async def test_every_command_is_answered_and_recorded(
    shared_stack: Stack, simulator: Any, charger_id: str, commands: list[tuple[str, dict[str, Any], str]]
) -> None:
    operator = await OperatorClient.sign_in(shared_stack)
    await operator.call("PUT", f"/stations/{charger_id}", {"password": PASSWORD, "security_profile": 2})
    charger: ChargerSimulator = simulator(shared_stack.ocpp_url, charger_id, PASSWORD)
    await charger.connect()
    await charger.boot()
    for action, payload, status in commands:
        command = await answered(operator, charger_id, action, payload)
        assert command["state"] == "ANSWERED", command
        assert not status or command["answer"]["status"] == status, command
    await charger.close()


async def test_commands_wait_for_a_charger_that_is_away(shared_stack: Stack) -> None:
    operator = await OperatorClient.sign_in(shared_stack)
    await operator.call("PUT", "/stations/AWAY16", {"password": PASSWORD, "protocols": ["ocpp1.6"]})
    path = "/stations/AWAY16/commands"
    made = [
        await operator.call("POST", path, {"action": "TriggerMessage", "payload": {"requestedMessage": "Heartbeat"}}),
        await operator.call("POST", path, {"action": "Reset", "payload": {"type": "Soft"}}),
    ]
    charger = ChargerSimulator16(
        shared_stack.ocpp_url, "AWAY16", PASSWORD, options=ChargerOptions(reset_real_seconds=5)
    )
    await charger.connect()
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            states = [(await operator.call("GET", f"{path}/{m['command_id']}"))["state"] for m in made]
            if states == ["ANSWERED", "ANSWERED"]:
                break
            await asyncio.sleep(0.05)
    asked = [e["action"] for e in charger.log.all("frame_received") if e["type"] == 2]
    assert asked == ["TriggerMessage", "Reset"]
    await charger.close()


async def test_a_command_that_breaks_the_schema_is_refused_before_it_is_queued(shared_stack: Stack) -> None:
    from local.operator_client import OperatorError

    operator = await OperatorClient.sign_in(shared_stack)
    await operator.call(
        "PUT", "/stations/BAD16", {"password": PASSWORD, "security_profile": 2, "protocols": ["ocpp1.6"]}
    )
    with pytest.raises(OperatorError) as refused:
        await operator.call("POST", "/stations/BAD16/commands", {"action": "Reset", "payload": {"type": "Sideways"}})
    assert refused.value.status == 422
