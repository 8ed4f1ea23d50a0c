"""What a charger's answer to a command means for who wanted it: OCPP status to OCPI CommandResult (OCPI mod_commands)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms import contract
from csms.store import outbox, sessions

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

_RESULTS: Final = {
    "Accepted": "ACCEPTED",
    "Unlocked": "ACCEPTED",
    "Occupied": "EVSE_OCCUPIED",
    "Faulted": "EVSE_INOPERATIVE",
    "Unavailable": "EVSE_INOPERATIVE",
    "NotSupported": "NOT_SUPPORTED",
    "NotImplemented": "NOT_SUPPORTED",
    "Rejected": "REJECTED",
    "UnlockFailed": "FAILED",
    "OngoingAuthorizedTransaction": "FAILED",
    "UnknownConnector": "FAILED",
}
TIMEOUT: Final = "TIMEOUT"


def command_result(payload: dict[str, Any] | None, error: str | None) -> str:
    """The CommandResult of an answer: `payload` of a CALLRESULT or the code of a CALLERROR."""
    if payload is None:
        return "NOT_SUPPORTED" if error in {"NotImplemented", "NotSupported"} else "FAILED"
    return _RESULTS.get(str(payload.get("status")), "FAILED")


def outcome_writes(command: Item, result: str, now: datetime, store: Store) -> tuple[Write, ...]:
    """Tell the one who wanted the command: the partner by CommandResult, the payment session by its signal."""
    origin = command["origin"]
    if origin["kind"] == "payment":
        return _payment_writes(origin["payment_id"], result, now, store)
    if origin["kind"] == "ocpi_command":
        return (_callback(origin["partner_id"], origin["response_url"], command["command_id"], result, now),)
    return ()


def _callback(partner_id: str, response_url: str, object_id: str, result: str, now: datetime) -> Write:
    return outbox.to_partner(
        partner_id,
        "commands",
        object_id,
        "POST",
        {"result": result},
        now,
        url=response_url,
        row_id=f"result-{object_id}",
    )


def _payment_writes(payment_id: str, result: str, now: datetime, store: Store) -> tuple[Write, ...]:
    payment = sessions.get_payment(store, payment_id)
    if payment is None or payment["state"] not in {"STARTING", "CHARGING"}:
        return ()
    callback = _callback(payment["partner_id"], payment["response_url"], payment["command_id"], result, now)
    if result == "ACCEPTED":
        return (callback, *_accepted(payment, now, store))
    if payment["state"] == "CHARGING":
        return (callback,)  # it started all the same: the frames crossed
    error = contract.ERROR_START_TIMEOUT if result == TIMEOUT else contract.ERROR_START_REJECTED
    failure = outbox.to_workflow(
        payment_id,
        "failure",
        now,
        task_token=payment["start_token"],
        row_id=f"refused-{payment_id}",
        error=error,
        cause=result,
    )
    refused = sessions.payment_changed(payment_id, was=("STARTING", "CHARGING"), start_result=result)
    return (callback, failure, refused)


def _accepted(payment: Item, now: datetime, store: Store) -> tuple[Write, ...]:
    """The partner learns of the session as soon as the charger agreed: PENDING until the transaction begins."""
    accepted = sessions.payment_changed(
        payment["payment_id"], was=("STARTING", "CHARGING"), start_accepted=True, start_result="ACCEPTED"
    )
    session = sessions.get_session(store, payment["session_id"])
    if session is None or session["session"]["status"] != "PENDING":
        return (accepted,)
    pending = outbox.to_partner(
        payment["partner_id"],
        "sessions",
        payment["session_id"],
        "PUT",
        session["session"],
        now,
        row_id=f"pending-{payment['session_id']}",
    )
    return (accepted, pending)
