"""NotifyReport: one part of the station's device model (B07, B08). Its parts are put together when they are read."""

from __future__ import annotations

import json

from csms.store import chargers
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.secrecy import without_secrets


def decide(frame: Frame) -> Decision:
    """Keeps the part as JSON text, secrets left out; one write, no read."""
    payload = frame.payload
    row = chargers.report_part(
        frame.charger_id,
        payload["requestId"],
        payload["seqNo"],
        frame.now,
        payload=json.dumps(without_secrets(payload), default=str, ensure_ascii=False),
        tbc=bool(payload.get("tbc")),
    )
    return Decision({}, (row,))
