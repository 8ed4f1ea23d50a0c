"""Memory of the whole laptop edition while 200 chargers are connected and have charged: `measure_memory()`.

The stack runs in a process of its own, the chargers in this one, so that only the stack is weighed.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path

import psutil
from websockets.asyncio.client import ClientConnection, connect

from tests.kit.frames import at, call, meter_16, start_16

CHARGERS = 200
_AT_ONCE = 20
_ROOT = Path(__file__).parents[2]
_READY_SECONDS = 300
_STACK = """
import sys
sys.path[:0] = [{root!r}, {layer!r}]
from csms import contract
from local.settings import Settings
from local.stack import Stack
stack = Stack.start_blocking(settings=Settings(environment={{contract.ENV_UNKNOWN_CHARGERS: "accept"}}))
print(stack.ocpp_url, flush=True)
sys.stdin.readline()
stack.stop_blocking()
"""


def measure_memory(chargers: int = CHARGERS) -> float:
    """Megabytes of the stack's process, with `chargers` connected after each began a transaction and metered."""
    code = _STACK.format(root=str(_ROOT), layer=str(_ROOT / "layers/csms/python"))
    with subprocess.Popen(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as stack:
        watchdog = threading.Timer(_READY_SECONDS, stack.kill)
        watchdog.start()
        try:
            assert stack.stdin is not None
            assert stack.stdout is not None
            url = _address(stack.stdout.readline)
            threading.Thread(target=stack.stdout.read, daemon=True).start()  # its log must not fill the pipe
            return asyncio.run(_weigh(stack.pid, url, chargers))
        finally:
            watchdog.cancel()
            stack.kill()


def _address(readline: object) -> str:
    assert callable(readline)
    while line := readline():
        if line.startswith("ws://"):
            return str(line.strip())
    raise RuntimeError("the stack did not start")


async def _weigh(pid: int, url: str, chargers: int) -> float:
    turn = asyncio.Semaphore(_AT_ONCE)
    lines = await asyncio.gather(*(_charge(url, f"MEM{number:03d}", turn) for number in range(chargers)))
    try:
        return round(float(psutil.Process(pid).memory_info().rss) / 1e6, 1)
    finally:
        await asyncio.gather(*(line.close() for line in lines))


async def _charge(url: str, charger_id: str, turn: asyncio.Semaphore) -> ClientConnection:
    async with turn:
        line = await connect(f"{url}/{charger_id}", subprotocols=["ocpp1.6"], open_timeout=60)  # type: ignore[list-item]
        await _say(line, call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}))
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing", "timestamp": at()}
        await _say(line, call("StatusNotification", status))
        started = await _say(line, call("StartTransaction", start_16()))
        for minute in range(1, 4):
            metered = {
                "connectorId": 1,
                "transactionId": started["transactionId"],
                "meterValue": [meter_16(60 * minute, 1000 + 180 * minute)],
            }
            await _say(line, call("MeterValues", metered))
        await _say(line, call("Heartbeat", {}))
        return line


async def _say(line: ClientConnection, text: str) -> dict[str, int]:
    await line.send(text)
    while True:
        frame = json.loads(await asyncio.wait_for(line.recv(), 60))
        if frame[0] == 2:
            continue  # a command; nobody waits for its answer here
        assert frame[0] == 3, frame
        payload: dict[str, int] = frame[2]
        return payload
