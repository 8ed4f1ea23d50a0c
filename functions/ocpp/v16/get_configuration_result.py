"""The answer to GetConfiguration: the charger's keys, each a row of its device model. Secrets are never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.device_model import CONFIGURATION, Variable
from csms.store import device_model, station_rows
from csms.store.device_model import Told

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keep the reported keys, whether they may be changed, and their values where they have any."""
    entries = (reply.payload or {}).get("configurationKey")
    told = [
        Told(
            Variable(CONFIGURATION, str(entry["key"])),
            value=None if entry.get("value") is None else str(entry["value"]),
            mutability="ReadOnly" if entry.get("readonly") else "ReadWrite",
        )
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and entry.get("key")
    ]
    rows = device_model.reported(reply.charger.charger_id, told, reply.now)
    return station_rows.commit_but_last(reply.store, rows)
