"""The answer to SetMonitoringLevel (N03): events up to which severity the station tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store import monitors

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The level that was taken."""
    if (reply.payload or {}).get("status") != "Accepted":
        return ()
    level = reply.command["payload"]["severity"]
    return (monitors.base_or_level(reply.charger.charger_id, reply.now, monitoring_level=level),)
