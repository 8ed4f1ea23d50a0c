"""The answer to UnpublishFirmware (L04): what was published under this checksum is not any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import publishing, station_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Unpublished, or NoFirmware: it is not there anyway. While a download is going on nothing changes."""
    if (reply.payload or {}).get("status") not in {"Unpublished", "NoFirmware"}:
        return ()
    checksum = reply.command["payload"]["checksum"]
    rows = publishing.unpublished(reply.store, reply.charger.charger_id, checksum, reply.now)
    return station_rows.commit_but_last(reply.store, rows)
