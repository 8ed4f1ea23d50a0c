"""The answer to SetNetworkProfile (B09): the slots of the station and what is in them, secrets left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.times import format_time
from csms.store import station_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """`NETWORKPROFILE#<slot>`; what was refused leaves the slot as it was."""
    if (reply.payload or {}).get("status") != "Accepted":
        return ()
    asked, charger_id = reply.command["payload"], reply.charger.charger_id
    slot, profile = asked["configurationSlot"], asked["connectionData"]
    row = station_rows.kept(
        charger_id, "NETWORKPROFILE", str(slot), reply.now, slot=slot, profile=profile, set_at=format_time(reply.now)
    )
    return (row,)
