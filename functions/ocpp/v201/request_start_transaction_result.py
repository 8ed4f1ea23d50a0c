"""The answer to RequestStartTransaction (F01, F02).

A transaction id in it means that the cable was plugged in first: the transaction runs already, and from here on it
belongs to the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.times import format_time
from csms.store import chargers, sessions
from functions.ocpp.authorization import verdict_of
from functions.ocpp.joining import is_due, join_writes
from functions.ocpp.starting import Start

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Notes the transaction on the start that waits for it, or gives the known transaction its token.

    The latter is committed here: what follows from the answer changes the same payment and must find it charging.
    """
    payload, charger_id = reply.payload or {}, reply.charger.charger_id
    transaction_id = payload.get("transactionId")
    remote_start_id = reply.command["payload"].get("remoteStartId")
    if payload.get("status") != "Accepted" or not isinstance(transaction_id, str) or remote_start_id is None:
        return ()
    row = chargers.get_remote_start(reply.store, charger_id, int(remote_start_id))
    if row is None or row["state"] != "pending":
        return ()
    transaction = sessions.get_transaction(reply.store, charger_id, transaction_id)
    verdict = verdict_of(reply.store, charger_id, "", reply.now, int(remote_start_id), starts=transaction_id)
    if transaction is None or transaction["state"] != "open" or not is_due(transaction, verdict):
        noted = chargers.remote_start_changed(
            charger_id, int(remote_start_id), "pending", was="pending", announced_transaction_id=transaction_id
        )
        return (noted,)
    start = Start(
        reply.charger, transaction_id, int(transaction["evse_id"]), None, row["id_tag"], reply.now, {},
        facts={"authorized_at": format_time(reply.now)},
    )  # fmt: skip
    reply.store.commit(*join_writes(start, transaction, verdict, reply.now, reply.store))
    return ()
