"""Recorded charger traffic: read, replayed over a real WebSocket, and what a CSMS must hold afterwards.

A recording is JSON per line: `open` and `close` of a connection, `in` (a frame of the charger), `out` (what the CSMS of
that time answered or sent: used only to know which transaction id the charger was given). Frames are sent in their order,
each after the answer to the one before. Transaction ids that the charger learnt are replaced by those we give.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import websockets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWER_SECONDS = 5
ENERGY = "Energy.Active.Import.Register"


@dataclass
class Expected:
    """One transaction as the recording's frames tell it."""

    charger_id: str
    evse_id: int
    id_token: str
    start: str
    energy_wh: Decimal | None
    ended: bool


@dataclass
class Replayed:
    """What came of a replay."""

    calls: int = 0
    errors: list[tuple[str, Any]] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def read(path: Path) -> list[dict[str, Any]]:
    """The recording's events in order; numbers as Decimal."""
    return [json.loads(line, parse_float=Decimal) for line in path.read_text().splitlines() if line.strip()]


def calls(events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The charger's requests."""
    return (e for e in events if e["ev"] == "in" and isinstance(e["frame"], list) and e["frame"][0] == 2)


# --- what must be recorded ----------------------------------------------------------------------------------------


def expected(events: list[dict[str, Any]]) -> list[Expected]:
    """Every transaction of the recording, once, whatever was repeated."""
    return [*_expected_16(events), *_expected_2x(events)]


def _expected_16(events: list[dict[str, Any]]) -> list[Expected]:
    starts: dict[tuple[Any, ...], dict[str, Any]] = {}
    by_id: dict[tuple[str, int], tuple[Any, ...]] = {}
    stops: dict[tuple[Any, ...], Decimal] = {}
    asked: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for event in events:
        frame: Any = event.get("frame")
        if event["ev"] == "in" and frame[0] == 2 and frame[2] == "StartTransaction":
            key = _start_key(event["cp"], frame[3])
            starts.setdefault(key, frame[3])
            asked[event["cp"], event["conn"], frame[1]] = key
        elif event["ev"] == "out" and frame[0] == 3 and "transactionId" in frame[2]:
            by_id[event["cp"], frame[2]["transactionId"]] = asked[event["cp"], event["conn"], frame[1]]
        elif event["ev"] == "in" and frame[0] == 2 and frame[2] == "StopTransaction":
            stopped = by_id.get((event["cp"], frame[3]["transactionId"])) or _unconfirmed(starts, stops, event)
            stops.setdefault(stopped, Decimal(frame[3]["meterStop"]))
    return [
        Expected(
            key[0],
            key[1],
            key[2],
            key[3],
            stops[key] - Decimal(payload["meterStart"]) if key in stops else None,
            key in stops,
        )
        for key, payload in starts.items()
    ]


def _start_key(charger_id: str, payload: dict[str, Any]) -> tuple[Any, ...]:
    return charger_id, payload["connectorId"], payload["idTag"], payload["timestamp"], payload["meterStart"]


def _unconfirmed(starts: dict[tuple[Any, ...], Any], stops: dict[tuple[Any, ...], Any], event: dict[str, Any]) -> Any:
    """The start that a stop with id -1 belongs to: the newest of this card that has no stop."""
    payload = event["frame"][3]
    waiting = [k for k in starts if k[0] == event["cp"] and k[2] == payload.get("idTag", k[2]) and k not in stops]
    return waiting[-1]


def _expected_2x(events: list[dict[str, Any]]) -> list[Expected]:
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for event in calls(events):
        if event["frame"][2] == "TransactionEvent":
            payload = event["frame"][3]
            grouped[event["cp"], payload["transactionInfo"]["transactionId"]].append(payload)
    found = []
    for (charger_id, _), payloads in grouped.items():
        registers = [r for p in payloads for r in _registers(p)]
        first = next((p["idToken"]["idToken"] for p in payloads if "idToken" in p), "")
        evse = next((p["evse"]["id"] for p in payloads if "evse" in p), 0)
        energy = max(registers) - min(registers) if registers else Decimal(0)
        ended = any(p["eventType"] == "Ended" for p in payloads)
        found.append(Expected(charger_id, evse, first, min(p["timestamp"] for p in payloads), energy, ended))
    return found


def _registers(payload: dict[str, Any]) -> Iterator[Decimal]:
    for meter_value in payload.get("meterValue", []):
        for sample in meter_value["sampledValue"]:
            if sample.get("measurand", ENERGY) == ENERGY and "phase" not in sample:
                yield Decimal(sample["value"])


# --- the replay -----------------------------------------------------------------------------------------------------


async def replay(events: list[dict[str, Any]], ocpp_url: str, passwords: dict[str, str] | None = None) -> Replayed:
    """Send the recording's requests over real connections, as the charger did."""
    replay = _Replay(events, ocpp_url, passwords or {})
    await replay.run()
    return replay.result


class _Replay:
    def __init__(self, events: list[dict[str, Any]], ocpp_url: str, passwords: dict[str, str]) -> None:
        self.events, self.url, self.passwords = events, ocpp_url, passwords
        self.result = Replayed()
        self.lines: dict[tuple[str, int], _Line] = {}
        self.given: dict[tuple[str, int, str], int] = {}  # the id we gave, by connection and message
        self.ours: dict[tuple[str, int], int] = {}  # recorded transaction id -> ours

    async def run(self) -> None:
        for event in self.events:
            key = (str(event.get("cp")), int(event.get("conn") or 0))
            if event["ev"] == "open":
                self.lines[key] = await _Line.dial(f"{self.url}/{event['cp']}", event, self.passwords)
            elif event["ev"] == "close":
                line = self.lines.pop(key, None)
                if line is not None:
                    await line.close()
            elif event["ev"] == "in" and event["frame"][0] == 2:
                await self._send(self.lines[key], event)
            elif event["ev"] == "out":
                self._learn(event)
        for line in self.lines.values():
            await line.close()

    async def _send(self, line: _Line, event: dict[str, Any]) -> None:
        _, message_id, action, payload = event["frame"]
        theirs = payload.get("transactionId")
        if isinstance(theirs, int) and (event["cp"], theirs) in self.ours:
            payload = {**payload, "transactionId": self.ours[event["cp"], theirs]}
        self.result.calls += 1
        answer = await line.call(message_id, action, payload)
        if answer is None:
            self.result.unanswered.append(f"{action} {message_id}")
        elif answer[0] == 4:
            self.result.errors.append((action, answer[2:4]))
        elif action == "StartTransaction":
            self.given[event["cp"], event["conn"], message_id] = answer[2]["transactionId"]

    def _learn(self, event: dict[str, Any]) -> None:
        frame = event["frame"]
        ours = self.given.get((event["cp"], event["conn"], frame[1]))
        if frame[0] == 3 and "transactionId" in frame[2] and ours is not None:
            self.ours[event["cp"], frame[2]["transactionId"]] = ours


class _Line:
    """One connection: answers our commands as a charger that supports none would, waits for answers to its own."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.waiting: dict[str, asyncio.Future[list[Any]]] = {}
        self.reader = asyncio.create_task(self._read())

    @classmethod
    async def dial(cls, url: str, event: dict[str, Any], passwords: dict[str, str]) -> _Line:
        offered = [name.strip() for text in event["offered"] for name in text.split(",")]
        headers = {}
        if event["cp"] in passwords:
            import base64

            token = base64.b64encode(f"{event['cp']}:{passwords[event['cp']]}".encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        return cls(
            await websockets.connect(
                url, subprotocols=[websockets.Subprotocol(o) for o in offered], additional_headers=headers
            )
        )

    async def call(self, message_id: str, action: str, payload: dict[str, Any]) -> list[Any] | None:
        answer = self.waiting[message_id] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps([2, message_id, action, payload], default=float))
        try:
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        except TimeoutError:
            return None

    async def close(self) -> None:
        self.reader.cancel()
        await asyncio.gather(self.reader, return_exceptions=True)
        await self.socket.close()

    async def _read(self) -> None:
        async for text in self.socket:
            frame = json.loads(text)
            if frame[0] == 2:
                await self.socket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))
            else:
                waiting = self.waiting.pop(frame[1], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
