"""The answer to ClearDisplayMessage (O05): the message is not on the station any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import displays

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Cleared now, or (Unknown) not there anyway."""
    if (reply.payload or {}).get("status") not in {"Accepted", "Unknown"}:
        return ()
    return (displays.cleared(reply.charger.charger_id, int(reply.command["payload"]["id"]), reply.now),)
