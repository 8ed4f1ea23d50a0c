"""Heartbeat: the charger lives; it is told the time (ocpp-1.6 §4.6)."""

from __future__ import annotations

from csms.domain.times import format_time
from csms.store import chargers
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Answers with the current time; one write, no read."""
    return Decision({"currentTime": format_time(frame.now)}, (chargers.seen(frame.charger_id, frame.now),))
