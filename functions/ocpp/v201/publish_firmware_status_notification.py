"""PublishFirmwareStatusNotification: how far the local controller has come with a firmware (L03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.times import format_time
from csms.store import publishing
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import event_row

if TYPE_CHECKING:
    from csms.store.dynamo import Write


def decide(frame: Frame) -> Decision:
    """Appends the event, and notes the status on its request. Idle has no request."""
    said = frame.payload
    rows: list[Write] = [event_row(frame)]
    if said.get("requestId") is not None:
        rows.append(
            publishing.noted(
                frame.charger_id,
                said["requestId"],
                frame.now,
                status=said["status"],
                status_at=format_time(frame.now),
                addresses=said.get("location"),
            )
        )
    return Decision({}, tuple(rows))
