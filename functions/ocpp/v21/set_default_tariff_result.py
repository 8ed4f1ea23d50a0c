"""The answer to SetDefaultTariff (OCPP 2.1, block I): the tariff that an EVSE (0: every EVSE) is to show and to price by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store.station_state import TARIFF, state_set
from functions.ocpp.v21.answers import status_of

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps the wanted tariff with what the station said to it."""
    asked = reply.command["payload"]
    return (
        state_set(
            reply.charger.charger_id,
            TARIFF,
            asked["evseId"],
            reply.now,
            desired=asked["tariff"],
            desired_status=status_of(reply),
        ),
    )
