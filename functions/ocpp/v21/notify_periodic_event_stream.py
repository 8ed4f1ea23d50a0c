"""NotifyPeriodicEventStream: values of a stream, sent unconfirmed (OCPP 2.1, block N). Never answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.ocppj.meter_values import plausible_time
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame

if TYPE_CHECKING:
    from datetime import datetime


def decide(frame: Frame) -> Decision:
    """Keeps the values as one METER row under the id of their stream; one write, no read."""
    payload = frame.payload
    base = plausible_time(payload["basetime"], frame.now)
    samples = [{"t": _time(base, value["t"], frame.now), "v": value["v"]} for value in payload["data"]]
    row = chargers.recorded(
        frame.charger_id, "METER", base, frame.now, stream_id=payload["id"], pending=payload["pending"], samples=samples
    )
    return Decision({}, (row,))


def _time(base: datetime, seconds: Any, now: datetime) -> str:
    """The moment of a value, `seconds` after the base time; the time of receipt where that is no moment."""
    try:
        return format_time(base + timedelta(seconds=float(seconds)))
    except OverflowError:
        return format_time(now)
