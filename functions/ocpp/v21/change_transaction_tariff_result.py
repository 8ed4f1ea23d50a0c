"""The answer to ChangeTransactionTariff (OCPP 2.1, block I).

The station shows and counts by the new tariff; the bill is made by the tariff that the transaction began with, until a
person decides otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.store.station_state import TRANSACTION_TARIFF, state_set
from functions.ocpp.v21.answers import status_of

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps the wanted tariff of the transaction with what the station said to it."""
    asked = reply.command["payload"]
    return (
        state_set(
            reply.charger.charger_id,
            TRANSACTION_TARIFF,
            asked["transactionId"],
            reply.now,
            desired=asked["tariff"],
            desired_status=status_of(reply),
        ),
    )
