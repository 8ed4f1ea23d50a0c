"""The remote stop that the system itself asks for: the driver's limit is near, or a start came too late to be paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.store import commands

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Write
    from functions.ocpp.decision import Charger

_STOP_DEADLINE: Final = timedelta(hours=24)


def stop_command(charger: Charger, transaction_id: str, now: datetime, reason: str) -> tuple[Write, ...]:
    """Queue the remote stop of a transaction, in the protocol of the charger."""
    old = charger.protocol == "ocpp1.6"
    action = "RemoteStopTransaction" if old else "RequestStopTransaction"
    payload = {"transactionId": int(transaction_id) if old else transaction_id}
    return commands.queued(
        charger.charger_id,
        commands.new_id(),
        action,
        payload,
        now,
        deadline=now + _STOP_DEADLINE,
        origin={"kind": "system", "reason": reason, "transaction_id": transaction_id},
    )
