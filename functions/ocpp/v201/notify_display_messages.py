"""NotifyDisplayMessages: what the station shows, asked for with GetDisplayMessages (O03, O04)."""

from __future__ import annotations

from csms.store import displays, station_rows
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """One row a message. No part depends on another: nothing is put together."""
    messages = {message["id"]: message for message in frame.payload.get("messageInfo") or []}
    request_id = frame.payload["requestId"]
    rows = [
        displays.told(frame.charger_id, message, displays.REPORTED, frame.now, request_id=request_id)
        for message in messages.values()
    ]
    return Decision({}, station_rows.commit_but_last(frame.store, rows))
