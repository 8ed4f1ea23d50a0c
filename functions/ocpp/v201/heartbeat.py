"""Heartbeat: the station lives; it is told the time (G02)."""

from __future__ import annotations

from csms.domain.times import format_time
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Answers with the current time; one write, no read."""
    return Decision({"currentTime": format_time(frame.now)}, (chargers.seen(frame.charger_id, frame.now),))
