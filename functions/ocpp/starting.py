"""A transaction begins: what it belongs to, what it will cost, and everything that must be written with it.

Shared by 1.6 StartTransaction and 2.x TransactionEvent. A transaction is always recorded, also where its token is not
accepted (ocpp-1.6 §4.8): a start cannot be refused, and energy that flowed must be found again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from csms import contract
from csms.domain.times import format_time
from csms.domain.transaction import came_late
from csms.store import chargers, outbox, sessions
from functions.ocpp.paying import charging_writes, snapshot, start_used, waiting_payment
from functions.ocpp.placing import place_of
from functions.ocpp.reserving import used_writes
from functions.ocpp.stopping import stop_command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from csms.store.dynamo import Item, Store, Write
    from functions.ocpp.authorization import Verdict
    from functions.ocpp.decision import Charger
    from functions.ocpp.placing import Place


@dataclass(frozen=True, slots=True)
class Start:
    """What the charger said of the start. `evse_id` is 0 where it did not say; `over`: it ended before it was told."""

    charger: Charger
    transaction_id: str
    evse_id: int
    connector_id: int | None
    id_token: str
    started_at: datetime
    ledger: Mapping[str, Mapping[str, Any]]
    meter_start_wh: Decimal | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    over: bool = False


def start_writes(start: Start, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    """Everything that is written when a transaction is seen for the first time."""
    payment = waiting_payment(verdict, store)
    reserved = used_writes(start, verdict, store)
    if payment is not None:
        return (*_paid_start(start, payment, verdict, now, store), *reserved)
    return (*_plain_start(start, verdict, now, store), *reserved)


def _paid_start(start: Start, payment: Item, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    remote_start: Any = verdict.remote_start
    facts = {**snapshot(payment), "token_status": verdict.status}
    return (
        _transaction(start, now, facts),
        *_active(start, payment["session_id"], now, store),
        *charging_writes(payment, remote_start, start.transaction_id, start.started_at, now, store),
    )


def _plain_start(start: Start, verdict: Verdict, now: datetime, store: Store) -> tuple[Write, ...]:
    """A start without a payment: an RFID card, a cable that was plugged in, or something that should not have started."""
    place = place_of(start.charger.charger_id, start.evse_id, start.connector_id, store)
    session_id = sessions.new_session_id()
    owner = partner_of(verdict)
    document = _session_document(start, session_id, verdict, place, now)
    facts = {"session_id": session_id, "partner_id": owner, "token_status": verdict.status or None, **place.facts}
    writes: list[Write] = [
        _transaction(start, now, facts),
        *_active(start, session_id, now, store),
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
    if verdict.remote_start is not None and verdict.accepted:
        # Its condition also guards against a start that is given up for lost at this very moment.
        writes.append(start_used(verdict.remote_start, start.transaction_id))
    if verdict.remote_start is not None and not verdict.accepted and not start.over:
        # A start that was given up for lost: the driver's hold is released already, so nothing may be charged.
        writes += stop_command(start.charger, start.transaction_id, now, reason="late-start")
    return tuple(writes)


def partner_of(verdict: Verdict) -> str | None:
    """The partner whose token this is; None for our own."""
    return verdict.partner_id if verdict.partner_id and verdict.partner_id != sessions.LOCAL_OWNER else None


def cdr_token(verdict: Verdict, id_token: str) -> dict[str, Any]:
    """The OCPI CdrToken of what was presented; `#NA` where the standard wants a value and there is none."""
    token = verdict.token or {}
    return {
        "country_code": token.get("country_code", os.environ[contract.ENV_COUNTRY_CODE]),
        "party_id": token.get("party_id", os.environ[contract.ENV_PARTY_ID]),
        "uid": token.get("uid") or id_token[:36] or "#NA",
        "type": token.get("type", "RFID"),
        "contract_id": token.get("contract_id") or "#NA",
    }


def _session_document(start: Start, session_id: str, verdict: Verdict, place: Place, now: datetime) -> dict[str, Any]:
    from csms.ocpi.routing import Party
    from csms.ocpi.session import session_document

    return session_document(
        owner=Party(os.environ[contract.ENV_COUNTRY_CODE], os.environ[contract.ENV_PARTY_ID]),
        session_id=session_id,
        status="ACTIVE" if verdict.accepted else "INVALID",
        start=start.started_at,
        now=now,
        cdr_token=cdr_token(verdict, start.id_token),
        auth_method="WHITELIST",
        location_id=place.location_id or "#NA",
        currency=place.tariff["currency"] if place.tariff else "XXX",
        evse_uid=place.evse_uid,
        connector_id=place.connector_id,
    )


def _transaction(start: Start, now: datetime, facts: Mapping[str, Any]) -> Write:
    return sessions.transaction_started(
        start.charger.charger_id,
        start.transaction_id,
        now,
        state="open",
        protocol=start.charger.protocol,
        evse_id=start.evse_id,
        connector_id=start.connector_id,
        id_token=start.id_token,
        started_at=format_time(start.started_at),
        meter_start_wh=start.meter_start_wh,
        ledger={key: dict(entry) for key, entry in start.ledger.items()},
        **start.facts,
        **facts,
    )


def _active(start: Start, session_id: str, now: datetime, store: Store) -> tuple[Write, ...]:
    """The EVSE's row, unless this transaction does not run there (any more)."""
    charger_id = start.charger.charger_id
    if start.over or not start.evse_id:
        return ()
    if came_late(chargers.get_active(store, charger_id, start.evse_id), start.started_at, now):
        return ()
    return (
        chargers.active_put(
            charger_id,
            start.evse_id,
            start.transaction_id,
            now,
            session_id=session_id,
            id_token=start.id_token,
            started_at=format_time(start.started_at),
            meter_start_wh=start.meter_start_wh,
        ),
    )
