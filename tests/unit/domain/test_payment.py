from decimal import Decimal
from itertools import permutations
from typing import Any, get_args

import pytest

from csms.domain.payment import (
    CLOSED,
    SETTLED_STATES,
    TRANSITIONS,
    Event,
    Outcome,
    State,
    allowed,
    capture_outcome,
    gross_of,
    states_before,
)

STATES = get_args(State)
EVENTS = get_args(Event)

# The whole life of a payment, written a second time as the story tells it: (state, event) -> state.
STORY = {
    ("REQUESTED", "START_SENT"): "STARTING",
    ("REQUESTED", "START_REFUSED"): "REJECTED",
    ("REQUESTED", "START_EXPIRED"): "EXPIRED",
    ("STARTING", "START_REFUSED"): "REJECTED",
    ("STARTING", "START_EXPIRED"): "EXPIRED",
    ("STARTING", "TRANSACTION_STARTED"): "CHARGING",
    ("CHARGING", "TRANSACTION_ENDED"): "ENDED",
    ("CHARGING", "PRICED"): "SETTLED",
    ("CHARGING", "NOT_BELIEVED"): "REVIEW",
    ("ENDED", "PRICED"): "SETTLED",
    ("ENDED", "NOT_BELIEVED"): "REVIEW",
    ("REVIEW", "PRICED"): "SETTLED",
    ("REVIEW", "WRITTEN_OFF"): "RELEASED",
    ("SETTLED", "NOTHING_DUE"): "RELEASED",
    ("SETTLED", "NO_REPORT_DUE"): "HANDED_OVER",
    ("SETTLED", "CAPTURE_MATCHES"): "CAPTURED",
    ("SETTLED", "CAPTURE_DIFFERS"): "CAPTURE_MISMATCH",
    ("SETTLED", "CAPTURE_FAILS"): "CAPTURE_FAILED",
    ("SETTLED", "CAPTURE_OVERDUE"): "CAPTURE_MISSING",
    ("CAPTURE_MISSING", "CAPTURE_MATCHES"): "CAPTURED",
    ("CAPTURE_MISSING", "CAPTURE_DIFFERS"): "CAPTURE_MISMATCH",
    ("CAPTURE_MISSING", "CAPTURE_FAILS"): "CAPTURE_FAILED",
    ("CAPTURE_MISSING", "WRITTEN_OFF"): "RELEASED",
    ("CAPTURE_FAILED", "CAPTURE_MATCHES"): "CAPTURED",
    ("CAPTURE_FAILED", "CAPTURE_DIFFERS"): "CAPTURE_MISMATCH",
    ("CAPTURE_FAILED", "WRITTEN_OFF"): "RELEASED",
    ("CAPTURE_MISMATCH", "CAPTURE_MATCHES"): "CAPTURED",
    ("CAPTURE_MISMATCH", "CAPTURE_FAILS"): "CAPTURE_FAILED",
    ("CAPTURE_MISMATCH", "WRITTEN_OFF"): "RELEASED",
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_in_every_state(state: State, event: Event) -> None:
    assert allowed(state, event) == STORY.get((state, event))


def test_the_table_names_every_state_and_only_states() -> None:
    assert set(TRANSITIONS) == set(STATES)
    assert {after for events in TRANSITIONS.values() for after in events.values()} <= set(STATES)


def test_what_is_closed_stays_closed() -> None:
    assert {"REJECTED", "EXPIRED", "RELEASED", "CAPTURED", "HANDED_OVER"} == CLOSED


def test_an_unknown_state_allows_nothing() -> None:
    assert allowed("PAUSED", "PRICED") is None


def test_every_state_is_reached_from_the_first_and_leads_to_an_end() -> None:
    reached = {"REQUESTED"}
    for _ in STATES:
        reached |= {after for state in reached for after in TRANSITIONS[state].values()}
    assert reached == set(STATES)
    ending = set(CLOSED)
    for _ in STATES:
        ending |= {state for state, events in TRANSITIONS.items() if ending & set(events.values())}
    assert ending == set(STATES)


def test_nothing_leads_back_before_it_was_settled() -> None:
    for state in SETTLED_STATES:
        assert set(TRANSITIONS[state].values()) <= set(SETTLED_STATES)


def test_the_conditions_of_a_write_are_the_states_of_the_table() -> None:
    assert set(states_before("PRICED")) == {"CHARGING", "ENDED", "REVIEW"}
    assert set(states_before("START_EXPIRED")) == {"REQUESTED", "STARTING"}


# --- captures


def fac(amount: str, status: str = "SUCCESS", *, fac_id: str = "F1", minute: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": fac_id,
        "authorization_reference": "REF",
        "total_costs": {"before_taxes": Decimal(amount), "taxes": []},
        "currency": "EUR",
        "capture_status_code": status,
        "last_updated": f"2026-03-02T10:{minute:02d}:00.000Z",
        **more,
    }


DUE = Decimal("12.50")


def outcome(*facs: dict[str, Any], amount: Decimal = DUE, **more: Any) -> Outcome:
    return capture_outcome(facs, amount, "EUR", **more)


def test_the_amount_of_the_cdr_was_taken() -> None:
    assert outcome(fac("12.50")) == Outcome("CAPTURE_MATCHES", DUE, "F1")


def test_taxes_count_and_the_gross_of_the_old_shape_wins() -> None:
    taxed = {"before_taxes": Decimal(10), "taxes": [{"name": "VAT", "amount": Decimal("2.50")}]}
    assert outcome(fac("0", total_costs=taxed)).event == "CAPTURE_MATCHES"
    assert gross_of({"excl_vat": Decimal(1), "incl_vat": Decimal("1.21")}) == Decimal("1.21")
    assert gross_of({"excl_vat": 1}) == 1


@pytest.mark.parametrize("taken", ["12.49", "12.51", "0"])
def test_another_amount_is_a_mismatch(taken: str) -> None:
    assert outcome(fac(taken)) == Outcome("CAPTURE_DIFFERS", Decimal(taken), "F1", "amount")


def test_a_partial_capture_is_a_mismatch_that_says_so() -> None:
    found = outcome(fac("10.00", "PARTIAL_SUCCESS"))
    assert (found.event, found.captured_amount, found.reason) == ("CAPTURE_DIFFERS", Decimal("10.00"), "partial")


def test_a_partial_capture_of_all_there_is_matches() -> None:
    assert outcome(fac("12.50", "PARTIAL_SUCCESS")).event == "CAPTURE_MATCHES"


def test_another_currency_is_a_mismatch_and_its_case_is_not() -> None:
    assert outcome(fac("12.50", currency="SEK")).reason == "currency"
    assert outcome(fac("12.50", currency="eur")).event == "CAPTURE_MATCHES"


def test_a_failed_capture_tells_why() -> None:
    found = outcome(fac("12.50", "FAILED", capture_status_message="card expired"))
    assert found == Outcome("CAPTURE_FAILS", None, "F1", "card expired")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_report_counts_in_whatever_order_they_came(order: tuple[int, ...]) -> None:
    reports = [
        fac("12.50", "FAILED", fac_id="F1", minute=1),
        fac("12.50", "SUCCESS", fac_id="F2", minute=5),
        fac("12.50", "FAILED", fac_id="F3", minute=4),
    ]
    assert outcome(*(reports[i] for i in order)) == Outcome("CAPTURE_MATCHES", DUE, "F2")


def test_a_failure_after_a_success_counts() -> None:
    assert outcome(fac("12.50", fac_id="A"), fac("12.50", "FAILED", fac_id="B", minute=9)).event == "CAPTURE_FAILS"


def test_a_repeated_report_changes_nothing() -> None:
    assert outcome(fac("12.50"), fac("12.50")) == outcome(fac("12.50"))


def test_without_a_report() -> None:
    assert outcome().event == "CAPTURE_OVERDUE"
    assert outcome(report_due=False).event == "NO_REPORT_DUE"
    assert outcome(amount=Decimal("0.00")).event == "NOTHING_DUE"
    assert outcome(amount=Decimal(0), report_due=False).event == "NOTHING_DUE"


@pytest.mark.parametrize("status", ["SUCCESS", "FAILED"])
def test_a_report_about_nothing_releases_the_hold(status: str) -> None:
    assert outcome(fac("0", status), amount=Decimal(0)).event == "NOTHING_DUE"


def test_money_taken_where_nothing_was_due_is_a_mismatch() -> None:
    assert outcome(fac("5.00"), amount=Decimal(0)).event == "CAPTURE_DIFFERS"
