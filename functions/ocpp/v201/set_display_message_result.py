"""The answer to SetDisplayMessage (O01, O02, O06): a message that was taken is on the station from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import displays

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The message's row; what was refused changes nothing, it stands with its command."""
    if (reply.payload or {}).get("status") != "Accepted":
        return ()
    message = reply.command["payload"]["message"]
    return (displays.told(reply.charger.charger_id, message, displays.SET, reply.now),)
