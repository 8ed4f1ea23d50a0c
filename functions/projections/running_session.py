"""The running Session of a transaction: kWh and cost so far, told to its partner about once a minute.

Sooner where a price boundary was passed, because a charging period is over then (OCPI mod_sessions: a PATCH for each).
What arrives after the bill was made changes no document: it is shown to a person.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.domain.limit import running_cost, running_usage
from csms.domain.times import format_time, parse_time
from csms.edge import log, log_catalogue
from csms.ocpi.periods import kwh
from csms.ocpi.session import finished_periods, session_patch
from csms.ocpi.session_progress import progressed
from csms.store import outbox, sessions
from csms.store.dynamo import Condition, ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

# A minute, less what frames of a charger that meters each minute jitter.
PUSH_SECONDS: Final = 55
_SHOWN: Final[tuple[str, ...]] = ("kwh", "total_cost", "charging_periods")
LATE: Final = "late-truth"


def project_session(store: Store, transaction: Item) -> None:
    """Bring the Session of a changed transaction up to date, where that is due."""
    session = sessions.get_session(store, transaction["session_id"]) if transaction.get("session_id") else None
    if session is None:
        return
    try:
        if "cdr_id" in session:
            store.commit(*_late_writes(session, transaction))
        elif session["session"]["status"] == "ACTIVE" and transaction["state"] == "open":
            store.commit(*_progress_writes(session, transaction))
    except ConditionFailed:
        return  # another change of it was projected, or it ended: what stands is at least as new


def _progress_writes(session: Item, transaction: Item) -> tuple[Write, ...]:
    at = parse_time(transaction["updated_at"])
    before = session["session"]
    after = _document(before, transaction, at)
    moment = _moment(transaction, at)
    if not _is_due(session, before, after, moment):
        return ()
    pushed = session.get("pushed_at")
    same = Condition("pushed_at", "=", pushed) if pushed else Condition("pushed_at", "absent")
    changes = {name: after[name] for name in _SHOWN if name in after}
    written = sessions.session_changed(
        session["session_id"], changes, format_time(at), was=("ACTIVE",), pushed_at=format_time(moment)
    )
    writes: list[Write] = [replace(written, conditions=(*written.conditions, same))]
    if session.get("partner_id"):
        writes.append(_told(str(session["partner_id"]), before, after, at))
    return tuple(writes)


def _moment(transaction: Item, received_at: datetime) -> datetime:
    """How far the session is: the newest sample's time, at least that of receipt.

    A queue that is replayed after a lost line brings old samples at once: they are told as one. A charger whose clock
    runs ahead (a simulated one runs through an hour in seconds) is told as it goes.
    """
    return max([received_at, *(parse_time(entry["t"]) for entry in transaction["ledger"].values())])


def _document(before: Mapping[str, Any], transaction: Item, at: datetime) -> dict[str, Any]:
    """The Session as of the newest frame. Without a tariff only its energy is known."""
    cost = running_cost(transaction, at)
    if cost is not None:
        return finished_periods(progressed(before, "ACTIVE", at, cost=cost))
    return progressed(before, "ACTIVE", at, energy_wh=_energy(transaction, at))


def _energy(transaction: Item, at: datetime) -> Decimal:
    points = running_usage(transaction, at).points
    return points[-1].energy_wh if points else Decimal(0)


def _is_due(session: Item, before: Mapping[str, Any], after: Mapping[str, Any], at: datetime) -> bool:
    if all(before.get(name) == after.get(name) for name in _SHOWN):
        return False
    if len(after.get("charging_periods") or ()) > len(before.get("charging_periods") or ()):
        return True
    pushed = session.get("pushed_at")
    return not pushed or (at - parse_time(pushed)).total_seconds() >= PUSH_SECONDS


def _told(partner_id: str, before: Mapping[str, Any], after: dict[str, Any], at: datetime) -> Write:
    """A PATCH of what changed; the whole where a PATCH cannot say it. A partner that lost the Session gets it whole."""
    patch = session_patch(before, after)
    if patch is None:
        return outbox.to_partner(partner_id, "sessions", after["id"], "PUT", after, at)
    return outbox.to_partner(partner_id, "sessions", after["id"], "PATCH", patch, at, full_document=after)


def _late_writes(session: Item, transaction: Item) -> tuple[Write, ...]:
    """Energy that was reported after the bill: flagged for a person, once for each amount."""
    if transaction["updated_at"] <= transaction.get("settled_at", "") or "approved_energy_wh" in session:
        return ()
    energy_wh = _energy(transaction, parse_time(transaction["ended_at"]))
    billed = session["session"]["kwh"]
    if kwh(energy_wh) == billed or session.get("late_energy_wh") == energy_wh:
        return ()
    session_id, now = session["session_id"], transaction["updated_at"]
    log.write(log_catalogue.SESSION_HELD_FOR_REVIEW, session_id=session_id, reasons=[LATE])
    review = {"reasons": [LATE], "energy_wh": energy_wh, "since": now}
    return (
        sessions.session_changed(
            session_id,
            {},
            session["session"]["last_updated"],
            late_energy_wh=energy_wh,
            review=review,
            open_matter=sessions.OPEN_REVIEWS,
            open_since=f"{now}#{session_id}",
        ),
    )
