"""CPU of one frame, from its text to the text of its answer, beside the `ocpp` package's own server path.

Both sides get the same frames in the same run and do all of parsing, validating the request, deciding, validating the
answer and writing it. Storage is left out on both: ours commits into a stub that returns a canned item, the package's
handlers only return their answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ocpp.messages
import ocpp.v16
import ocpp.v201
from ocpp.routing import on

from functions.ocpp.handler import handle_frame
from tests.kit.frames import NOW, OCPP16, OCPP201, Line, at, event, meter_2x, meter_16

if TYPE_CHECKING:
    from collections.abc import Callable

    from csms.store.dynamo import Item, Write

ROUNDS = 7
_TRANSACTION = {
    "state": "open",
    "transaction_id": "tx-1",
    "evse_id": 1,
    "started_at": at(-600),
    "updated_at": at(),
    "ledger": {},
}


class _Stub:
    """A store that takes everything and returns the canned transaction."""

    def commit(self, *_writes: Write) -> Item:
        return _TRANSACTION


def _samples_16() -> dict[str, Any]:
    value = meter_16(0, "10452.5")
    value["sampledValue"] += [
        {"value": "16.1", "context": "Sample.Periodic", "measurand": "Current.Import", "unit": "A"},
        {"value": "55", "context": "Sample.Periodic", "measurand": "SoC", "unit": "Percent"},
    ]
    return {"connectorId": 1, "transactionId": 7, "meterValue": [value]}


def _samples_2x() -> dict[str, Any]:
    value = meter_2x(0, 10452.5)
    value["sampledValue"] += [
        {"value": 16.1, "context": "Sample.Periodic", "measurand": "Current.Import", "unitOfMeasure": {"unit": "A"}},
        {"value": 55.0, "context": "Sample.Periodic", "measurand": "SoC", "unitOfMeasure": {"unit": "Percent"}},
    ]
    return value


HOT_FRAMES: list[tuple[str, str, dict[str, Any]]] = [
    (OCPP16, "Heartbeat", {}),
    (OCPP16, "StatusNotification",
     {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": at()}),
    (OCPP16, "MeterValues", _samples_16()),
    (OCPP201, "Heartbeat", {}),
    (OCPP201, "StatusNotification",
     {"evseId": 1, "connectorId": 1, "connectorStatus": "Occupied", "timestamp": at()}),
    (OCPP201, "MeterValues", {"evseId": 1, "meterValue": [_samples_2x()]}),
    (OCPP201, "TransactionEvent", event("Updated", 3, 0, meterValue=[_samples_2x()], offline=False)),
]  # fmt: skip


@dataclass(frozen=True)
class FrameCpu:
    """Microseconds of CPU for one frame."""

    protocol: str
    action: str
    ours: float
    package: float
    package_default: float

    @property
    def ratio(self) -> float:
        return self.ours / self.package


def measure() -> list[FrameCpu]:
    """The smallest of several rounds for every hot frame, the three sides in turn."""
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    return [_measure(protocol, action, payload) for protocol, action, payload in HOT_FRAMES]


def total_ratio(rows: list[FrameCpu]) -> float:
    """Our CPU for one of each frame, as a part of the package's (validation in the same thread)."""
    return sum(row.ours for row in rows) / sum(row.package for row in rows)


def _measure(protocol: str, action: str, payload: dict[str, Any]) -> FrameCpu:
    text = json.dumps([2, "19223201-2c1a-4f7c-9d52-2f0f3b6d2a11", action, payload])
    ours, sync, default = _ours(protocol, text), _package(protocol, text, asynchronous=False), _package(protocol, text, asynchronous=True)  # fmt: skip
    best = [float("inf")] * 3
    for _ in range(ROUNDS):
        for index, (side, times) in enumerate(((ours, 1000), (sync, 200), (default, 60))):
            best[index] = min(best[index], side(times))
    return FrameCpu(protocol, action, *best)


def _ours(protocol: str, text: str) -> Callable[[int], float]:
    store: Any = _Stub()
    charger = Line(store, protocol).charger
    reply = handle_frame(charger, text, NOW, store).reply
    assert reply is not None
    assert reply.startswith("[3"), reply

    def run(times: int) -> float:
        begun = time.process_time()
        for _ in range(times):
            outcome = handle_frame(charger, text, NOW, store)
            if outcome.afterwards is not None:
                outcome.afterwards()
        return (time.process_time() - begun) / times * 1e6

    return run


def _package(protocol: str, text: str, *, asynchronous: bool) -> Callable[[int], float]:
    def run(times: int) -> float:
        ocpp.messages.ASYNC_VALIDATION = asynchronous
        return asyncio.run(_route(protocol, text, times))

    return run


async def _route(protocol: str, text: str, times: int) -> float:
    connection = _Connection()
    server = (_Server16 if protocol == OCPP16 else _Server201)("CP1", connection)
    await server.route_message(text)
    assert connection.last.startswith("[3"), connection.last
    begun = time.process_time()
    for _ in range(times):
        await server.route_message(text)
    return (time.process_time() - begun) / times * 1e6


class _Connection:
    last = ""

    async def send(self, text: str) -> None:
        self.last = text


class _Server16(ocpp.v16.ChargePoint):  # type: ignore[misc]  # the package has no types
    @on("Heartbeat")  # type: ignore[untyped-decorator]
    def on_heartbeat(self) -> Any:
        return ocpp.v16.call_result.Heartbeat(current_time=at())

    @on("StatusNotification")  # type: ignore[untyped-decorator]
    def on_status(self, **_: Any) -> Any:
        return ocpp.v16.call_result.StatusNotification()

    @on("MeterValues")  # type: ignore[untyped-decorator]
    def on_meter(self, **_: Any) -> Any:
        return ocpp.v16.call_result.MeterValues()


class _Server201(ocpp.v201.ChargePoint):  # type: ignore[misc]  # the package has no types
    @on("Heartbeat")  # type: ignore[untyped-decorator]
    def on_heartbeat(self) -> Any:
        return ocpp.v201.call_result.Heartbeat(current_time=at())

    @on("StatusNotification")  # type: ignore[untyped-decorator]
    def on_status(self, **_: Any) -> Any:
        return ocpp.v201.call_result.StatusNotification()

    @on("MeterValues")  # type: ignore[untyped-decorator]
    def on_meter(self, **_: Any) -> Any:
        return ocpp.v201.call_result.MeterValues()

    @on("TransactionEvent")  # type: ignore[untyped-decorator]
    def on_transaction(self, **_: Any) -> Any:
        return ocpp.v201.call_result.TransactionEvent()
