"""Records the traces in this folder anew: simulated chargers at work against the running system.

PYTHONPATH=.:layers/csms/python .venv/bin/python tests/e2e/traces/record.py
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csms import contract
from local.settings import Settings
from local.simulators import ChargerOptions, ChargerSimulator16, ChargerSimulator201
from local.stack import Stack

if TYPE_CHECKING:
    from local.simulators.charger import ChargerSimulator
    from local.simulators.events import Event

FOLDER = Path(__file__).parent
CALL = 2


class Recorder:
    """Turns what a simulated charger logs into the lines of a recording."""

    def __init__(self, charger: ChargerSimulator, protocol: str) -> None:
        self.charger, self.protocol = charger, protocol
        self.lines: list[dict[str, Any]] = []
        self.connection, self.is_open = 0, False
        charger.log.listeners.append(self.take)

    def take(self, event: Event) -> None:
        """Write the line of an event, where it is one of the line or of a frame."""
        if event.kind == "connected":
            self.connection, self.is_open = self.connection + 1, True
            self._line(event, "open", protocol=self.protocol, offered=[self.protocol])
        elif event.kind == "line_lost" and self.is_open:
            self.is_open = False
            self._line(event, "close", code=1006)
        elif event.kind in {"frame_sent", "frame_received"} and "type" in event.details:
            self._line(event, "in" if event.kind == "frame_sent" else "out", frame=_frame(event))

    def _line(self, event: Event, kind: str, **facts: Any) -> None:
        known = {
            "t": round(event.at.timestamp(), 3),
            "ev": kind,
            "cp": self.charger.charger_id,
            "conn": self.connection,
        }
        self.lines.append(known | facts)


def _frame(event: Event) -> list[Any]:
    if event["type"] == CALL:
        return [CALL, event["id"], event["action"], event["payload"]]
    payload = event["payload"]
    return [event["type"], event["id"], *(payload if isinstance(payload, list) else [payload])]


async def play(charger: ChargerSimulator) -> None:
    """A morning at a charger: two sessions with a card, one of them across a lost line, and a fault."""
    await charger.connect()
    await charger.boot()
    await charger.plug_in(1)
    await charger.tap("TAG1", 1)
    await charger.pass_time(300)
    await charger.suspend_ev(1)
    await charger.pass_time(120)
    await charger.tap("TAG1", 1)
    await charger.unplug(1)
    await charger.plug_in(2)
    await charger.tap("TAG2", 2)
    await charger.pass_time(180)
    charger.lose_line()
    await charger.pass_time(300)
    await charger.unplug(2)
    await charger.pass_time(60)
    await charger.restore_line()
    await charger.plug_in(1)
    await charger.tap("TAG3", 1)
    await charger.pass_time(120)
    await charger.fault("GroundFailure", 1)
    await charger.recover(1)
    await charger.unplug(1)


async def record(simulator: Any, protocol: str, identity: str, name: str) -> None:
    """One recording into its file."""
    stack = await Stack.start(settings=Settings(environment={contract.ENV_UNKNOWN_CHARGERS: "accept"}))
    options = ChargerOptions(meter_interval_seconds=60, duplicate_start=True, reconnect=False, authorize_offline=True)
    charger = simulator(stack.ocpp_url, identity, connectors=2, time_scale=0, options=options, meter_start_wh=5000)
    from tests.e2e.test_traces import know_tokens

    know_tokens(stack)
    recorder = Recorder(charger, protocol)
    try:
        await play(charger)
        await stack.settle()
    finally:
        await charger.close()
        await stack.stop()
    (FOLDER / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in recorder.lines))


if __name__ == "__main__":
    asyncio.run(record(ChargerSimulator16, "ocpp1.6", "SIM16", "simulator-1.6"))
    asyncio.run(record(ChargerSimulator201, "ocpp2.0.1", "SIM201", "simulator-2.0.1"))
