"""The answer to CustomerInformation (N09, N10): whether the station takes the request. What it finds comes in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import customer_information

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The request's row."""
    asked = reply.command["payload"]
    row = customer_information.requested(
        reply.charger.charger_id,
        int(asked["requestId"]),
        str((reply.payload or {}).get("status")),
        reply.now,
        report=bool(asked["report"]),
        clear=bool(asked["clear"]),
    )
    return (row,)
