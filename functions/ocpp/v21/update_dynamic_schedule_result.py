"""The answer to UpdateDynamicSchedule (OCPP 2.1, block K): the wanted limits stay, for a station that pulls them later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store.station_state import SCHEDULE, state_set
from functions.ocpp.v21.answers import status_of

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps the update with what the station said to it."""
    asked = reply.command["payload"]
    return (
        state_set(
            reply.charger.charger_id,
            SCHEDULE,
            asked["chargingProfileId"],
            reply.now,
            update=asked["scheduleUpdate"],
            status=status_of(reply),
        ),
    )
