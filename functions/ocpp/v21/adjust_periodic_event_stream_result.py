"""The answer to AdjustPeriodicEventStream (OCPP 2.1, block N)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store.station_state import STREAM, state_set
from functions.ocpp.v21.answers import accepted

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Notes the stream's new interval where the station took it."""
    if not accepted(reply):
        return ()
    asked = reply.command["payload"]
    return (state_set(reply.charger.charger_id, STREAM, asked["id"], reply.now, params=asked["params"]),)
