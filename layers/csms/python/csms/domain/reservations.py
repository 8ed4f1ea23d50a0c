"""Reservations of a connector for a driver, until one starts charging there or the time is over.

A reservation is REQUESTED with its command and ACTIVE once the charger agreed; UNANSWERED is open like ACTIVE, because
the charger may have agreed. It ends as USED by a matching transaction, EXPIRED, CANCELLED by us, REMOVED by the charger
(out of order, or it knows of none), or was REJECTED (ocpp-1.6 §5.13, 2.0.1 H01 to H04).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ACCEPTED: Final = "answer: accepted"
REFUSED: Final = "answer: refused"
NO_ANSWER: Final = "no answer"
CANCELLED: Final = "cancelled"
UNKNOWN: Final = "cancelling found none"
STARTED: Final = "transaction started"
OUT_OF_ORDER: Final = "connector out of order"
# What ReservationStatusUpdate says, by its wire names.
EXPIRED: Final = "Expired"
REMOVED: Final = "Removed"

_ENDS: Final = {
    STARTED: "USED",
    EXPIRED: "EXPIRED",
    REMOVED: "REMOVED",
    CANCELLED: "CANCELLED",
    UNKNOWN: "REMOVED",
    OUT_OF_ORDER: "REMOVED",
}

TRANSITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "REQUESTED": {**_ENDS, ACCEPTED: "ACTIVE", REFUSED: "REJECTED", NO_ANSWER: "UNANSWERED"},
    "UNANSWERED": _ENDS,
    "ACTIVE": _ENDS,
    # A start that a charger reports late may have been in time.
    "EXPIRED": {STARTED: "USED"},
    "USED": {},
    "CANCELLED": {},
    "REMOVED": {},
    "REJECTED": {},
}
OPEN: Final = frozenset({"REQUESTED", "UNANSWERED", "ACTIVE"})
ENDED: Final = frozenset(TRANSITIONS) - OPEN


def next_state(state: str, event: str) -> str:
    """The state after `event`; unchanged where it means nothing."""
    return TRANSITIONS.get(state, {}).get(event, state)


def state_at(reservation: Mapping[str, Any], now: datetime) -> str:
    """The state as of `now`: what is open ends with its time, whether or not somebody said so."""
    state = str(reservation["state"])
    over = state in OPEN and parse_time(reservation["valid_until"]) <= now
    return next_state(state, EXPIRED) if over else state


def is_used_by(
    reservation: Mapping[str, Any],
    *,
    reservation_id: int | None,
    evse_id: int,
    id_token: str,
    group_id: str | None,
    started_at: datetime,
) -> bool:
    """Whether a transaction is what was reserved for: it names the reservation, or has its place and its driver or group.

    An `evse_id` of 0 in the reservation means any; identifiers compare without regard to case.
    """
    if STARTED not in TRANSITIONS[str(reservation["state"])] or parse_time(reservation["valid_until"]) < started_at:
        return False
    if reservation_id is not None:
        return bool(reservation["reservation_id"] == reservation_id)
    if reservation["evse_id"] not in (0, evse_id):
        return False
    group = str(reservation.get("group_id") or "").upper()
    mine = str(reservation["id_token"]).upper() == id_token.upper()
    return mine or bool(group and group in {(group_id or "").upper(), id_token.upper()})
