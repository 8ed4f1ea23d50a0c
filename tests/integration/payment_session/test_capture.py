import pytest

from csms.store import sessions
from csms.store.dynamo import Store
from tests.kit.paid_sessions import PaidSession, running
from tests.kit.tables import outbox_rows


@pytest.fixture
def settled(store: Store) -> PaidSession:
    """5.40 EUR are due."""
    paid = running(store)
    paid.unplug(11_000, 60)
    paid.settle()
    return paid


def signals(token: str) -> list[str]:
    return [str(row["signal"]) for row in outbox_rows(target="workflow", task_token=token)]


def test_the_capture_is_waited_for(settled: PaidSession) -> None:
    settled.await_capture()
    assert settled.payment()["capture_token"] == "capture-token"
    assert signals("capture-token") == []


def test_a_capture_that_came_first_is_not_waited_for(settled: PaidSession) -> None:
    settled.captured("5.40")
    settled.await_capture()
    assert signals("capture-token") == ["success"]
    assert settled.close() == "CAPTURED"


def test_a_payment_that_was_closed_is_not_waited_for(settled: PaidSession) -> None:
    settled.captured("5.40")
    settled.close()
    settled.await_capture("again")
    assert signals("again") == ["success"]


@pytest.mark.parametrize(
    ("amount", "status", "state"),
    [
        ("5.40", "SUCCESS", "CAPTURED"),
        ("5.40", "PARTIAL_SUCCESS", "CAPTURED"),
        ("5.00", "PARTIAL_SUCCESS", "CAPTURE_MISMATCH"),
        ("5.41", "SUCCESS", "CAPTURE_MISMATCH"),
        ("5.40", "FAILED", "CAPTURE_FAILED"),
    ],
)
def test_the_capture_decides(settled: PaidSession, amount: str, status: str, state: str) -> None:
    settled.captured(amount, status)
    assert settled.close() == state
    assert settled.close() == state
    is_open = [row["payment_id"] for row in sessions.open_matters(settled.store, sessions.OPEN_PAYMENTS)]
    assert is_open == ([] if state == "CAPTURED" else [settled.payment_id])
    assert settled.payment()["capture_id"] == "fac-1"


def test_no_capture_at_all(settled: PaidSession) -> None:
    assert settled.close() == "CAPTURE_MISSING"
    assert "open_matter" in settled.payment()


def test_a_later_capture_mends_what_was_missing_or_failed(settled: PaidSession) -> None:
    assert settled.close() == "CAPTURE_MISSING"
    settled.captured("5.40", "FAILED")
    assert settled.close() == "CAPTURE_FAILED"
    settled.captured("5.40", fac_id="fac-2", minute=5)
    assert settled.close() == "CAPTURED"
    assert "open_matter" not in settled.payment()


def test_an_older_failure_undoes_nothing(settled: PaidSession) -> None:
    settled.captured("5.40", fac_id="fac-2", minute=5)
    settled.captured("5.40", "FAILED", fac_id="fac-1", minute=1)
    assert settled.close() == "CAPTURED"


def test_a_payment_held_for_review_is_not_closed(store: Store) -> None:
    paid = running(store)
    paid.unplug(911_000, 60)
    paid.settle()
    assert paid.close() == "REVIEW"
