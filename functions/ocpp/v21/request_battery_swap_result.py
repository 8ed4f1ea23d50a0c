"""The answer to RequestBatterySwap (OCPP 2.1, block S)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store.station_state import SWAP, state_set
from functions.ocpp.v21.answers import status_of

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps who the swap was asked for and what the station said."""
    asked = reply.command["payload"]
    return (
        state_set(
            reply.charger.charger_id,
            SWAP,
            asked["requestId"],
            reply.now,
            id_token=asked["idToken"]["idToken"],
            requested=status_of(reply),
        ),
    )
