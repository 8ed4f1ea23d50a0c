"""What a person decides about money that does not settle itself: a session under review, a payment that stays open.

Each decision has a reason and stands in the audit log. An approved session goes through settlement again; one that is
written off is told to its partner as INVALID, which lets the terminal's platform release the driver's hold.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal  # noqa: TC003 - pydantic reads annotations at run time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from csms.domain import payment as rules
from csms.domain.times import format_time
from csms.store import outbox, sessions
from csms.store.dynamo import Condition, ConditionFailed
from functions.operator_api.api import ApiRequest, Body, Reply
from functions.operator_api.problems import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Update, Write

_OPEN_MATTER: Final = ("open_matter", "open_since")
_WH_PER_KWH: Final = 1000
Reason = Annotated[str, Field(min_length=3, max_length=500)]


class ReviewDecision(Body):
    """`approve` bills the session (with `energy_kwh`, where the metered one is not believed); `write_off` bills nothing.

    `close` takes a session off the list whose bill is made already: what came after it is known.
    """

    decision: Literal["approve", "write_off", "close"]
    reason: Reason
    energy_kwh: Annotated[Decimal, Field(strict=False, ge=0, le=10_000)] | None = None


class PaymentDecision(Body):
    """`write_off` closes a payment whose capture failed, differs or never came: a person settled it elsewhere."""

    decision: Literal["write_off"]
    reason: Reason


def decide_review(request: ApiRequest, session_id: str) -> Reply:
    """Decide a session that is held for review. 409 where there is nothing to decide, or not this."""
    body = request.read(ReviewDecision)
    row = sessions.get_session(request.store, session_id)
    if row is None:
        raise NotFound(f"No session {session_id}")
    if row.get("open_matter") != sessions.OPEN_REVIEWS:
        raise Conflict("The session is not under review")
    if body.energy_kwh is not None and body.decision != "approve":
        raise Invalid(faults=[("energy_kwh", "only an approval can name the energy")])
    billed = "cdr_id" in row or "settled_at" in row
    if billed != (body.decision == "close"):
        raise Conflict("Its bill is made: close it" if billed else "Its bill is not made: approve it or write it off")
    audited = request.audited(f"review.{body.decision}", f"sessions/{session_id}", **body.model_dump(exclude_none=True))
    try:
        request.store.commit(*_review_writes(request, row, body), audited)
    except ConditionFailed as failed:
        raise Conflict("It changed at this moment; look at it again") from failed
    return Reply({"session_id": session_id, "decision": body.decision})


def decide_payment(request: ApiRequest, partner_id: str, reference: str) -> Reply:
    """Close a payment that waits for a person."""
    body = request.read(PaymentDecision)
    identity = sessions.payment_id(partner_id, reference)
    payment = sessions.get_payment(request.store, identity)
    if payment is None:
        raise NotFound("No such payment")
    state = rules.allowed(payment["state"], "WRITTEN_OFF")
    if state is None or payment["state"] == "REVIEW":
        raise Conflict("Only a payment whose capture failed, differs or is missing can be written off")
    closed = sessions.payment_closed(identity, state, request.now, was=(payment["state"],), written_off=body.reason)
    audited = request.audited("payment.write_off", f"payments/{partner_id}/{reference}", reason=body.reason)
    try:
        request.store.commit(closed, audited)
    except ConditionFailed as failed:
        raise Conflict("It changed at this moment; look at it again") from failed
    return Reply({"payment_id": identity, "state": state})


def _review_writes(request: ApiRequest, row: Item, body: ReviewDecision) -> tuple[Write, ...]:
    if body.decision == "close":
        return (_decided(request, row, body),)
    if body.decision == "approve":
        facts = {} if body.energy_kwh is None else {"approved_energy_wh": body.energy_kwh * _WH_PER_KWH}
        again = outbox.to_settlement(row["session_id"], request.now)
        return (_decided(request, row, body, review_approved=True, **facts), again)
    return _written_off(request, row, body)


def _decided(request: ApiRequest, row: Item, body: ReviewDecision, **facts: Any) -> Update:
    """The session leaves the list of reviews, once."""
    at = format_time(request.now)
    decision = {"decision": body.decision, "reason": body.reason, "at": at, "by": request.caller.name}
    written = sessions.session_changed(row["session_id"], {}, at, review_decision=decision, **facts)
    same = Condition("open_since", "=", row["open_since"])
    return replace(written, remove=_OPEN_MATTER, conditions=(*written.conditions, same))


def _written_off(request: ApiRequest, row: Item, body: ReviewDecision) -> tuple[Write, ...]:
    at = format_time(request.now)
    decided = _decided(request, row, body, settled_at=at)
    invalid = replace(decided, set={**decided.set, ("session", "status"): "INVALID"})
    writes: list[Write] = [invalid]
    if row.get("partner_id"):
        document = {**row["session"], "status": "INVALID", "last_updated": at}
        writes.append(outbox.to_partner(row["partner_id"], "sessions", row["session_id"], "PUT", document, request.now))
    if row.get("payment_id"):
        writes.append(
            sessions.payment_closed(
                row["payment_id"], "RELEASED", request.now, was=("REVIEW",), written_off=body.reason
            )
        )
    return tuple(writes)
