"""Reservations: every state with everything that can happen to it, and which transactions use one."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from csms.domain import reservations as rules
from csms.domain.times import format_time

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENDS = {
    rules.STARTED: "USED", rules.EXPIRED: "EXPIRED", rules.REMOVED: "REMOVED", rules.CANCELLED: "CANCELLED",
    rules.UNKNOWN: "REMOVED", rules.OUT_OF_ORDER: "REMOVED",
}  # fmt: skip
ANSWERS = {rules.ACCEPTED: "ACTIVE", rules.REFUSED: "REJECTED", rules.NO_ANSWER: "UNANSWERED"}


def after(state: str, event: str) -> str:
    """The rules in other words than the table's."""
    if state in {"USED", "CANCELLED", "REMOVED", "REJECTED"}:
        return state
    if state == "EXPIRED":
        return "USED" if event == rules.STARTED else state
    if event in ANSWERS:
        return ANSWERS[event] if state == "REQUESTED" else state
    return ENDS[event]


@pytest.mark.parametrize(("state", "event"), list(product(rules.TRANSITIONS, [*ENDS, *ANSWERS])))
def test_every_state_with_every_event(state: str, event: str) -> None:
    assert rules.next_state(state, event) == after(state, event)


def test_every_state_that_is_reached_has_a_row() -> None:
    reached = {state for row in rules.TRANSITIONS.values() for state in row.values()}
    assert reached | {"REQUESTED"} == set(rules.TRANSITIONS)
    assert {"REQUESTED", "UNANSWERED", "ACTIVE"} == rules.OPEN


def reservation(state: str = "ACTIVE", **more: Any) -> dict[str, Any]:
    known = {"state": state, "reservation_id": 5, "evse_id": 1, "id_token": "Card1", "valid_until": format_time(NOW)}
    return {**known, **more}


@pytest.mark.parametrize("state", list(rules.TRANSITIONS))
def test_time_ends_what_is_open(state: str) -> None:
    row = reservation(state)
    assert rules.state_at(row, NOW - timedelta(seconds=1)) == state
    assert rules.state_at(row, NOW) == ("EXPIRED" if state in rules.OPEN else state)


@pytest.mark.parametrize(
    ("said", "row", "used"),
    [
        ({}, {}, True),
        ({"id_token": "CARD1"}, {}, True),
        ({"id_token": "OTHER"}, {}, False),
        ({"evse_id": 2}, {}, False),
        ({"evse_id": 2}, {"evse_id": 0}, True),
        ({"reservation_id": 5, "id_token": "OTHER", "evse_id": 9}, {}, True),
        ({"reservation_id": 6}, {}, False),
        ({"id_token": "OTHER", "group_id": "fleet"}, {"group_id": "FLEET"}, True),
        ({"id_token": "fleet"}, {"group_id": "FLEET"}, True),
        ({"id_token": "OTHER", "group_id": "fleet"}, {}, False),
        ({"id_token": "", "group_id": None}, {"group_id": ""}, False),
        ({}, {"state": "REQUESTED"}, True),
        ({}, {"state": "EXPIRED"}, True),
        ({}, {"state": "USED"}, False),
        ({}, {"state": "REJECTED"}, False),
        ({"started_at": NOW + timedelta(seconds=1)}, {}, False),
    ],
)
def test_which_transaction_uses_it(said: dict[str, Any], row: dict[str, Any], used: bool) -> None:
    transaction: dict[str, Any] = {
        "reservation_id": None, "evse_id": 1, "id_token": "card1", "group_id": None, "started_at": NOW, **said,
    }  # fmt: skip
    assert rules.is_used_by(reservation(**row), **transaction) is used
