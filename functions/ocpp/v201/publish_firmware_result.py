"""The answer to PublishFirmware (L03): whether the local controller takes the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import publishing

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The request's row, with what was to be published."""
    asked, answer = reply.command["payload"], str((reply.payload or {}).get("status"))
    row = publishing.noted(
        reply.charger.charger_id,
        int(asked["requestId"]),
        reply.now,
        answer=answer,
        location=asked["location"],
        checksum=asked["checksum"],
    )
    return (row,)
