"""Messages that are kept as the charger's events: one row, found by time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from csms.domain.secrecy import without_secrets
from csms.ocppj.meter_values import plausible_time
from csms.store import chargers
from functions.ocpp.decision import Answer, Decision

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Frame

_ITEM_BYTES_MAX: Final = 300_000  # DynamoDB's limit for an item is 400 KB


def record(frame: Frame, answer: Answer) -> Decision:
    """Append the payload, as it came but without secrets, to the charger's events."""
    return Decision(answer, (event_row(frame),))


def event_row(frame: Frame, **facts: Any) -> Write:
    """The row of an event. The payload is kept as JSON text, so that nothing in it can be refused by the storage."""
    text = json.dumps(without_secrets(frame.payload), default=str, ensure_ascii=False)
    at = plausible_time(frame.payload.get("timestamp") or frame.payload.get("generatedAt"), frame.now)
    return chargers.recorded(
        frame.charger_id, "EVENT", at, frame.now, action=frame.action, payload=text[:_ITEM_BYTES_MAX], **facts
    )
