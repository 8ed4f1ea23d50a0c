"""Settings of chargers over real sockets: reported, changed, shown; and a password that is changed over OCPP."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from local.operator_client import OperatorClient, OperatorError
from local.simulators import ChargerSimulator16, ChargerSimulator201

if TYPE_CHECKING:
    from local.simulators.charger import ChargerSimulator
    from local.stack import Stack

pytestmark = pytest.mark.e2e
OLD, NEW = "correct-horse-battery", "AB12CD34AB12CD34AB12CD34AB12CD34"
WAIT_SECONDS = 10


async def command(operator: OperatorClient, charger_id: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    made = await operator.call("POST", f"/stations/{charger_id}/commands", {"action": action, "payload": payload})
    path = f"/stations/{charger_id}/commands/{made['command_id']}"
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            known: dict[str, Any] = await operator.call("GET", path)
            if known["state"] not in {"QUEUED", "SENT"}:
                assert known["state"] == "ANSWERED", known
                return known
            await asyncio.sleep(0.02)


async def variable(operator: OperatorClient, charger_id: str, name: str) -> dict[str, Any]:
    found = await operator.call("GET", f"/stations/{charger_id}/variables?variable={name}")
    (row,) = found["items"]
    attribute: dict[str, Any] = row["attributes"]["Actual"]
    return attribute


async def complete_report(operator: OperatorClient, charger_id: str, request_id: int) -> dict[str, Any]:
    """The report once all its parts have come; before the first one there is none."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            with suppress(OperatorError):
                found: dict[str, Any] = await operator.call("GET", f"/stations/{charger_id}/reports/{request_id}")
                if found["complete"]:
                    return found
            await asyncio.sleep(0.02)


async def connected(operator: OperatorClient, charger: ChargerSimulator, charger_id: str) -> ChargerSimulator:
    await operator.call("PUT", f"/stations/{charger_id}", {"password": OLD, "security_profile": 2})
    await charger.connect()
    await charger.boot()
    return charger


async def test_a_full_report_of_a_station(shared_stack: Stack) -> None:
    operator = await OperatorClient.sign_in(shared_stack)
    charger = await connected(operator, ChargerSimulator201(shared_stack.ocpp_url, "DM201", OLD), "DM201")
    asked = await command(operator, "DM201", "GetBaseReport", {"requestId": 41, "reportBase": "FullInventory"})
    assert asked["answer"]["status"] == "Accepted"
    report = await complete_report(operator, "DM201", 41)
    found = await operator.call("GET", "/stations/DM201/variables?limit=100")
    assert len(found["items"]) == report["variables"] > 0
    interval = await variable(operator, "DM201", "HeartbeatInterval")
    assert interval["reported"]["value"]
    await charger.close()


async def test_a_key_and_the_password_of_a_1_6_charger(shared_stack: Stack) -> None:
    operator = await OperatorClient.sign_in(shared_stack)
    charger = await connected(operator, ChargerSimulator16(shared_stack.ocpp_url, "DM16", OLD), "DM16")
    await command(operator, "DM16", "GetConfiguration", {})
    await command(operator, "DM16", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "240"})
    changed = await variable(operator, "DM16", "HeartbeatInterval")
    assert (changed["desired"]["value"], changed["drift"]) == ("240", False)
    told = await command(operator, "DM16", "ChangeConfiguration", {"key": "AuthorizationKey", "value": NEW})
    assert told["payload"] == {"key": "AuthorizationKey", "value": "***"}
    assert told["answer"]["status"] == "Accepted", "the charger got the key itself, not what is shown of it"
    await charger.close()
    again = ChargerSimulator16(shared_stack.ocpp_url, "DM16", NEW)
    await again.connect()
    await again.boot()
    await again.close()
