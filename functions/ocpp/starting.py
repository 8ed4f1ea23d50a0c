"""A transaction begins: what it belongs to, what it will cost, and everything that must be written with it.

Shared by 1.6 StartTransaction and 2.x TransactionEvent. A transaction is always recorded, also where its token is not
accepted (ocpp-1.6 §4.8): a start cannot be refused, and energy that flowed must be found again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms import contract
from csms.domain.times import format_time
from csms.ocpi.routing import Party
from csms.store import chargers, commands, master, outbox, sessions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from csms.store.dynamo import Item, Store, Write
    from functions.ocpp.authorization import Verdict
    from functions.ocpp.decision import Charger

_STOP_DEADLINE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Start:
    """What the charger said of the start."""

    charger: Charger
    transaction_id: str
    evse_id: int
    connector_id: int
    id_token: str
    started_at: datetime
    ledger: Mapping[str, Mapping[str, Any]]
    meter_start_wh: Decimal | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def start_writes(start: Start, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    """Everything that is written when a transaction is seen for the first time."""
    payment = _payment_of(verdict, store)
    if payment is not None:
        return _paid_start(start, payment, verdict, now, store)
    return _plain_start(start, verdict, now, store)


def _payment_of(verdict: Verdict, store: Store) -> Item | None:
    """The payment that this start belongs to, while it still waits for it."""
    row = verdict.remote_start
    if row is None or row["state"] != "pending" or "payment_id" not in row:
        return None
    payment = sessions.get_payment(store, row["payment_id"])
    return payment if payment and payment["state"] == "STARTING" else None


def _paid_start(start: Start, payment: Item, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    remote_start: Any = verdict.remote_start
    session = sessions.get_session(store, payment["session_id"])
    if session is None:
        raise LookupError("a payment that waits for its start has a session")
    begun = {"status": "ACTIVE", "start_date_time": format_time(start.started_at)}
    document = {**session["session"], **begun, "last_updated": format_time(now)}
    identity = payment["payment_id"]
    key = sessions.transaction_key(start.charger.charger_id, start.transaction_id)
    return (
        _transaction(
            start,
            payment["session_id"],
            now,
            {name: payment.get(name) for name in ("tariff", "limit_amount", "currency", "time_zone", "payment_id", "partner_id")}
            | {"token_status": verdict.status},
        ),
        _active(start, payment["session_id"], now),
        chargers.remote_start_changed(
            start.charger.charger_id,
            int(remote_start["remote_start_id"]),
            "bound",
            was="pending",
            transaction_id=start.transaction_id,
        ),
        sessions.session_changed(
            payment["session_id"], begun, format_time(now), was=("PENDING",), transaction=key, pushed_at=format_time(now)
        ),
        sessions.payment_changed(
            identity,
            was=("STARTING",),
            state="CHARGING",
            transaction_id=start.transaction_id,
            transaction=key,
            charging_since=format_time(start.started_at),
        ),
        outbox.to_partner(
            payment["partner_id"], "sessions", payment["session_id"], "PUT", document, now,
            row_id=f"active-{payment['session_id']}",
        ),
        outbox.to_workflow(
            identity, "success", now, task_token=payment["start_token"], row_id=f"started-{identity}",
            output={"transaction_id": start.transaction_id},
        ),
    )  # fmt: skip


def _plain_start(start: Start, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    """A start without a payment: an RFID card, or something that should not have started."""
    place = _place(start, store)
    session_id = sessions.new_session_id()
    owner = verdict.partner_id if verdict.partner_id and verdict.partner_id != sessions.LOCAL_OWNER else None
    document = _session_document(start, session_id, verdict, place, now)
    facts = {"tariff": place.tariff, "time_zone": place.time_zone, "token_status": verdict.status, "partner_id": owner}
    facts["currency"] = place.tariff["currency"] if place.tariff else None
    writes: list[Write] = [
        _transaction(start, session_id, now, facts),
        _active(start, session_id, now),
        sessions.session_opened(
            document,
            owner or sessions.LOCAL_OWNER,
            now,
            transaction=sessions.transaction_key(start.charger.charger_id, start.transaction_id),
            charger_id=start.charger.charger_id,
            partner_id=owner,
            pushed_at=format_time(now),
        ),
    ]
    if owner:
        writes.append(outbox.to_partner(owner, "sessions", session_id, "PUT", document, now))
    if verdict.remote_start is not None and not verdict.accepted:
        # A start that was given up for lost: the driver's hold is released already, so nothing may be charged.
        writes += stop_command(start.charger, start.transaction_id, now, reason="late-start")
    return tuple(writes)


def stop_command(charger: Charger, transaction_id: str, now: datetime, reason: str) -> tuple[Write, ...]:
    """Queue the remote stop of a transaction, in the protocol of the charger."""
    if charger.protocol == "ocpp1.6":
        action = "RemoteStopTransaction"
        payload: dict[str, Any] = {"transactionId": int(transaction_id)}
    else:
        action = "RequestStopTransaction"
        payload = {"transactionId": transaction_id}
    return commands.queued(
        charger.charger_id,
        commands.new_id(),
        action,
        payload,
        now,
        deadline=now + _STOP_DEADLINE,
        origin={"kind": "system", "reason": reason, "transaction_id": transaction_id},
    )


@dataclass(frozen=True, slots=True)
class _Place:
    location_id: str | None
    evse_uid: str | None
    connector_id: str | None
    tariff: dict[str, Any] | None
    time_zone: str


def _place(start: Start, store: Store) -> _Place:
    """Where the charger stands and the tariff in force there; a charger without a location still charges."""
    station = chargers.get_station(store, start.charger.charger_id) or {}
    evse = station.get("evses", {}).get(str(start.evse_id), {})
    uid = evse.get("uid")
    connector_id = evse.get("connectors", {}).get(str(start.connector_id))
    location_id = station.get("location_id")
    location = master.get_location(store, location_id) if location_id else None
    tariff = master.connector_tariff(store, location, uid, connector_id) if location and uid else None
    time_zone = location["location"].get("time_zone", "UTC") if location else "UTC"
    return _Place(location_id, uid, connector_id, tariff, time_zone)


def _session_document(start: Start, session_id: str, verdict: Verdict, place: _Place, now: datetime) -> dict[str, Any]:
    from csms.ocpi.session import session_document

    party = Party(os.environ[contract.ENV_COUNTRY_CODE], os.environ[contract.ENV_PARTY_ID])
    token = verdict.token or {}
    cdr_token = {
        "country_code": token.get("country_code", party.country_code),
        "party_id": token.get("party_id", party.party_id),
        "uid": token.get("uid") or start.id_token[:36] or "#NA",
        "type": token.get("type", "RFID"),
        "contract_id": token.get("contract_id") or "#NA",
    }
    return session_document(
        owner=party,
        session_id=session_id,
        status="ACTIVE" if verdict.accepted else "INVALID",
        start=start.started_at,
        now=now,
        cdr_token=cdr_token,
        auth_method="WHITELIST",
        location_id=place.location_id or "#NA",
        currency=place.tariff["currency"] if place.tariff else "XXX",
        evse_uid=place.evse_uid,
        connector_id=place.connector_id,
    )


def _transaction(start: Start, session_id: str, now: datetime, facts: Mapping[str, Any]) -> Write:
    return sessions.transaction_started(
        start.charger.charger_id,
        start.transaction_id,
        now,
        state="open",
        protocol=start.charger.protocol,
        session_id=session_id,
        evse_id=start.evse_id,
        connector_id=start.connector_id,
        id_token=start.id_token,
        started_at=format_time(start.started_at),
        meter_start_wh=start.meter_start_wh,
        ledger={key: dict(entry) for key, entry in start.ledger.items()},
        **start.facts,
        **facts,
    )


def _active(start: Start, session_id: str, now: datetime) -> Write:
    return chargers.active_put(
        start.charger.charger_id,
        start.evse_id,
        start.transaction_id,
        now,
        session_id=session_id,
        id_token=start.id_token,
        started_at=format_time(start.started_at),
        meter_start_wh=start.meter_start_wh,
    )
