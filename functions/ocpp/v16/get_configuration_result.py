"""The answer to GetConfiguration: the charger's keys, kept as they were said. Secrets are never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.times import format_time
from csms.store import chargers
from functions.ocpp.secrecy import is_secret

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keep the reported keys on the station, secrets left out."""
    entries = (reply.payload or {}).get("configurationKey") or []
    known = {
        str(e["key"]): {"value": e.get("value"), "readonly": bool(e.get("readonly"))}
        for e in entries
        if isinstance(e, dict) and e.get("key") and not is_secret(e["key"])
    }
    if not known:
        return ()
    return (
        chargers.station_changed(
            reply.charger.charger_id, {"configuration": known, "configuration_at": format_time(reply.now)}
        ),
    )
