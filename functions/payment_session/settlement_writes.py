"""What settling a session writes: its bill, its review, or the note that there is nothing to bill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from csms.contract import SESSIONS
from csms.domain import payment as rules
from csms.domain.times import format_time
from csms.store import outbox, sessions
from csms.store.dynamo import Condition, Update
from csms.store.receipts import receipt_pointer
from functions.payment_session.billing import Bill, Case, energy_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.store.dynamo import Write

_OPEN_STATUSES: Final = ("ACTIVE", "PENDING")
_OPEN_MATTER: Final = ("open_matter", "open_since")
_NOT_AUTHORISED: Final = "energy-without-authorisation"


def settled_writes(
    case: Case, made: Bill, payment: Mapping[str, Any] | None, now: datetime, *, await_capture: bool
) -> tuple[Write, ...]:
    """The Session COMPLETED, its CDR, both on their way to the partner, and the payment with what it came to."""
    session_id, cdr_id = made.session["id"], made.cdr["id"]
    partner_id = case.session.get("partner_id")
    facts = {"cdr_id": cdr_id, "transaction": case.session["transaction"], "session_id": session_id}
    completed = sessions.session_changed(
        session_id,
        {name: value for name, value in made.session.items() if name not in {"id", "last_updated"}},
        format_time(now),
        was=_OPEN_STATUSES,
        settled_at=format_time(now),
        cdr_id=cdr_id,
    )
    writes: list[Write] = [
        replace(completed, remove=_OPEN_MATTER),
        sessions.cdr_made(
            made.cdr, partner_id or sessions.LOCAL_OWNER, now, **{k: v for k, v in facts.items() if k != "cdr_id"}
        ),
        _priced_transaction(case, now),
    ]
    if partner_id:
        writes += _told(str(partner_id), made, now)
    if payment is not None:
        writes += _payment_writes(payment, made, now, await_capture=await_capture)
    return tuple(writes)


def _told(partner_id: str, made: Bill, now: datetime) -> tuple[Write, ...]:
    document = made.session
    return (
        outbox.to_partner(
            partner_id,
            "sessions",
            document["id"],
            "PUT",
            document,
            now,
            row_id=f"completed-{document['id']}",
        ),
        outbox.to_partner(partner_id, "cdrs", made.cdr["id"], "POST", made.cdr, now, row_id=f"cdr-{made.cdr['id']}"),
    )


def _payment_writes(payment: Mapping[str, Any], made: Bill, now: datetime, *, await_capture: bool) -> tuple[Write, ...]:
    """The bill is the true one, also above the hold: what the platform then cannot capture shows in its report."""
    limit_amount = payment.get("limit_amount")
    return (
        sessions.payment_changed(
            payment["payment_id"],
            was=rules.states_before("PRICED"),
            state="SETTLED",
            cdr_id=made.cdr["id"],
            amount=made.amount,
            currency=made.cdr["currency"],
            await_capture=await_capture,
            over_limit=limit_amount is not None and made.amount > limit_amount,
            settled_at=format_time(now),
        ),
        receipt_pointer(dict(payment)),
    )


def held_writes(
    case: Case, reasons: tuple[str, ...], payment: Mapping[str, Any] | None, now: datetime
) -> tuple[Write, ...]:
    """The session stands in the list of reviews; its payment stays open with it."""
    session_id = case.session["session_id"]
    review = {"reasons": list(reasons), "energy_wh": energy_of(case), "since": format_time(now)}
    writes: list[Write] = [_for_review(session_id, review, now), _priced_transaction(case, now, settled=False)]
    if payment is not None:
        held = sessions.payment_changed(
            payment["payment_id"],
            was=rules.states_before("NOT_BELIEVED"),
            state="REVIEW",
            review_reasons=list(reasons),
        )
        writes.append(held)
    return tuple(writes)


def unbilled_writes(case: Case, now: datetime) -> tuple[Write, ...]:
    """A session that was INVALID from its start owes nothing; energy that flowed all the same is shown to a person."""
    session_id, energy_wh = case.session["session_id"], energy_of(case)
    if energy_wh > 0:
        review = {"reasons": [_NOT_AUTHORISED], "energy_wh": energy_wh, "since": format_time(now)}
        return (_for_review(session_id, review, now, settled_at=format_time(now)), _priced_transaction(case, now))
    changes: Update = sessions.session_changed(
        session_id, {}, format_time(now), was=("INVALID",), settled_at=format_time(now)
    )
    return (changes, _priced_transaction(case, now))


def _for_review(session_id: str, review: dict[str, Any], now: datetime, **facts: Any) -> Update:
    return sessions.session_changed(
        session_id,
        {},
        format_time(now),
        review=review,
        open_matter=sessions.OPEN_REVIEWS,
        open_since=f"{format_time(now)}#{session_id}",
        **facts,
    )


def _priced_transaction(case: Case, now: datetime, *, settled: bool = True) -> Update:
    """Holds only while the TX item is the one that was priced: a late message in between makes settling start anew.

    A transaction that nobody ended is over with its bill: what still arrives is kept, and changes nothing.
    """
    transaction = case.transaction
    facts = {"settled_at" if settled else "held_at": format_time(now)}
    if settled and transaction["state"] != "ended":
        facts |= {"state": "ended", "ended_at": format_time(case.ended_at), "ended_by": "settlement"}
    return Update(
        SESSIONS,
        transaction["pk"],
        transaction["sk"],
        set=facts,
        conditions=(
            Condition("updated_at", "=", transaction["updated_at"]),
            Condition("state", "=", transaction["state"]),
        ),
    )
