"""STOP_SESSION: by the driver at the terminal, or by an app."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import COMMAND_TIMEOUT_SECONDS, ERROR_START_REJECTED
from csms.ocpi import render
from csms.ocpi.models.base import parse
from csms.ocpi.models.commands import StopSession
from csms.store import chargers, commands, outbox, sessions
from functions.ocpi.commands import answers
from functions.ocpi.commands.availability import NOT_CONNECTED

if TYPE_CHECKING:
    from csms.edge.ocpi_http import OcpiRequest, Reply
    from csms.store.dynamo import Item

COMMAND: Final = "STOP_SESSION"


def stop_session(request: OcpiRequest) -> Reply:
    """Answer STOP_SESSION. The session must be this partner's."""
    command = parse(StopSession, request.json)
    answers.check_response_url(request, command.response_url)
    row = sessions.get_session(request.store, command.session_id)
    if row is None or row.get("partner_id") != request.partner_id:
        return answers.decided(request, COMMAND, answers.UNKNOWN_SESSION)
    status = row["session"]["status"]
    if status == "PENDING" and "payment_id" in row:
        return _given_up(request, row, command.response_url)
    if status != "ACTIVE":
        return answers.decided(request, COMMAND, answers.REJECTED, "The session is over", session_id=command.session_id)
    return _stopped(request, row, command.response_url)


def _stopped(request: OcpiRequest, row: Item, response_url: str) -> Reply:
    """Queue the remote stop; the charger's answer becomes the CommandResult."""
    session_id = row["session_id"]
    charger_id, transaction_id = _transaction(row)
    connection = chargers.get_connection(request.store, charger_id)
    if not connection.get("connection_id"):
        return answers.decided(request, COMMAND, answers.REJECTED, NOT_CONNECTED, session_id=session_id)
    action, payload = remote_stop(str(connection.get("protocol")), transaction_id)
    request.store.commit(
        *commands.queued(
            charger_id,
            commands.new_id(),
            action,
            payload,
            request.now,
            deadline=request.now + timedelta(seconds=COMMAND_TIMEOUT_SECONDS),
            origin=origin(request, COMMAND, response_url) | {"transaction_id": transaction_id},
        )
    )
    return answers.decided(request, COMMAND, answers.ACCEPTED, session_id=session_id, charger_id=charger_id)


def _given_up(request: OcpiRequest, row: Item, response_url: str) -> Reply:
    """Nobody plugged in yet: the start is given up now instead of when its time is over, which frees the hold.

    Where the transaction begins at this moment, the state machine sees that and goes on with it.
    """
    session_id = row["session_id"]
    payment = sessions.get_payment(request.store, row["payment_id"])
    if payment is None or payment["state"] != "STARTING":
        return answers.decided(
            request, COMMAND, answers.REJECTED, "The session is just starting", session_id=session_id
        )
    failure = outbox.to_workflow(
        payment["payment_id"],
        "failure",
        request.now,
        task_token=payment["start_token"],
        row_id=f"given-up-{payment['payment_id']}",
        error=ERROR_START_REJECTED,
        cause=COMMAND,
    )
    result = outbox.to_partner(
        request.partner_id,
        "commands",
        f"stop-{session_id}",
        "POST",
        render.command_result(answers.ACCEPTED),
        request.now,
        url=response_url,
    )
    request.store.commit(failure, result)
    return answers.decided(request, COMMAND, answers.ACCEPTED, session_id=session_id, given_up=True)


def _transaction(row: Item) -> tuple[str, str]:
    """The charger and its transaction id, out of the transaction's key."""
    charger_id = str(row["charger_id"])
    return charger_id, str(row["transaction"]).removeprefix(sessions.transaction_key(charger_id, ""))


def remote_stop(protocol: str, transaction_id: str) -> tuple[str, dict[str, Any]]:
    """The command in the charger's protocol; the ids of 1.6 are numbers."""
    if protocol == "ocpp1.6":
        return "RemoteStopTransaction", {"transactionId": int(transaction_id)}
    return "RequestStopTransaction", {"transactionId": transaction_id}


def origin(request: OcpiRequest, command: str, response_url: str) -> dict[str, Any]:
    """Who wants a command, and where its outcome goes."""
    return {
        "kind": "ocpi_command",
        "partner_id": request.partner_id,
        "response_url": response_url,
        "command": command,
    }
