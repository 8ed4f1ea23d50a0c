"""StartAndWait: send the remote start to the charger and wait until its transaction is seen.

The start is sent once, by one transaction that also creates what its answer and its transaction are matched with. A
task that runs again takes over with its own token; where the transaction began meanwhile it goes on at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import COMMAND_TIMEOUT_SECONDS, START_WAIT_SECONDS
from csms.domain import payment as rules
from csms.domain.identifiers import new_remote_start
from csms.domain.times import format_time
from csms.edge import log, log_catalogue, settings
from csms.ocpi.routing import Party
from csms.ocpi.session import session_document
from csms.store import chargers, commands, sessions
from csms.store.dynamo import Store
from csms.store.receipts import receipt_pointer
from functions.payment_session import steps

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write

_UNDER_WAY: Final = ("CHARGING", "ENDED", "REVIEW", *rules.SETTLED_STATES)


class StartRejected(Exception):  # noqa: N818 - the error's name in the state machine (contract.ERROR_START_REJECTED)
    """The session cannot start; the partner was told."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Event: `{"task_token", "payment"}`. Raises StartRejected."""
    start(Store(), steps.payment_id_of(event), event["task_token"], datetime.now(UTC))
    return {}


def start(store: Store, payment_id: str, task_token: str, now: datetime) -> None:
    """Send the start, or take over the waiting for it."""
    connection: Item = {}

    def decide(payment: Item) -> tuple[Write, ...]:
        nonlocal connection
        state = payment["state"]
        if state == "STARTING":
            return (sessions.payment_changed(payment_id, was=("STARTING",), start_token=task_token),)
        if state in _UNDER_WAY:
            return (steps.signal(payment_id, "started", task_token, now),)
        if state != "REQUESTED" or payment.get("start_result"):
            return ()
        connection = chargers.get_connection(store, payment["charger_id"])
        if not connection.get("connection_id"):
            return _rejection(payment, now)
        return _start_writes(payment, str(connection["protocol"]), task_token, now)

    before = steps.take(store, payment_id, decide)
    log.write(log_catalogue.PAYMENT_STEP, payment_id=payment_id, step="start", state=before["state"])
    gone = before["state"] == "REQUESTED" and (before.get("start_result") or not connection.get("connection_id"))
    if gone or before["state"] in {"REJECTED", "EXPIRED"}:
        raise StartRejected


def _rejection(payment: Item, now: datetime) -> tuple[Write, ...]:
    """The charger went away between the request and its start: the partner is told, expiry closes the payment."""
    return (
        sessions.payment_changed(payment["payment_id"], was=("REQUESTED",), start_result="REJECTED"),
        steps.command_result_row(payment, "REJECTED", "The charging station is not connected", now),
    )


def _start_writes(payment: Item, protocol: str, task_token: str, now: datetime) -> tuple[Write, ...]:
    payment_id, charger_id = payment["payment_id"], payment["charger_id"]
    remote_start_id, id_tag = new_remote_start()
    session_id, command_id = sessions.new_session_id(), commands.new_id()
    wait = timedelta(seconds=int(payment.get("start_wait_seconds") or START_WAIT_SECONDS))
    action, body = remote_start(protocol, int(payment["evse_id"]), remote_start_id, id_tag)
    facts = {"payment_id": payment_id, "charger_id": charger_id, "partner_id": payment["partner_id"]}
    return (
        sessions.payment_changed(
            payment_id,
            was=rules.states_before("START_SENT"),
            state="STARTING",
            start_token=task_token,
            session_id=session_id,
            remote_start_id=remote_start_id,
            id_tag=id_tag,
            command_id=command_id,
            start_sent_at=format_time(now),
        ),
        sessions.session_opened(_pending_session(payment, session_id, now), payment["partner_id"], now, **facts),
        chargers.remote_start_pending(
            charger_id,
            remote_start_id,
            id_tag,
            int(payment["evse_id"]),
            now + wait,
            session_id=session_id,
            **{name: facts[name] for name in ("payment_id", "partner_id")},
        ),
        *commands.queued(
            charger_id,
            command_id,
            action,
            body,
            now,
            deadline=now + timedelta(seconds=COMMAND_TIMEOUT_SECONDS),
            origin={"kind": "payment", "payment_id": payment_id},
        ),
        receipt_pointer(payment),
    )


def remote_start(protocol: str, evse_id: int, remote_start_id: int, id_tag: str) -> tuple[str, dict[str, Any]]:
    """The command in the charger's protocol. OCPP 1.6 knows connectors only: its connectorId is our EVSE id."""
    if protocol == "ocpp1.6":
        return "RemoteStartTransaction", {"connectorId": evse_id, "idTag": id_tag}
    id_token = {"idToken": id_tag, "type": "Central"}
    return "RequestStartTransaction", {"evseId": evse_id, "remoteStartId": remote_start_id, "idToken": id_token}


def _pending_session(payment: Item, session_id: str, now: datetime) -> dict[str, Any]:
    own = settings.own_party()
    party = Party(own.country_code, own.party_id)
    token = payment["token"]
    return session_document(
        owner=party,
        session_id=session_id,
        status="PENDING",
        start=now,
        now=now,
        cdr_token={
            "country_code": token.get("country_code") or party.country_code,
            "party_id": token.get("party_id") or party.party_id,
            "uid": token["uid"],
            "type": token.get("type") or "AD_HOC_USER",
            "contract_id": token.get("contract_id") or token["uid"],
        },
        auth_method="COMMAND",
        location_id=payment["location_id"],
        currency=payment["currency"],
        evse_uid=payment["evse_uid"],
        connector_id=payment.get("ocpi_connector_id"),
        authorization_reference=payment["authorization_reference"],
    )
