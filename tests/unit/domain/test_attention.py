from datetime import UTC, datetime, timedelta

import pytest

from csms.domain.attention import attention
from csms.domain.payment import CLOSED, TRANSITIONS
from csms.domain.times import format_time

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def ago(**time: float) -> str:
    return format_time(NOW - timedelta(**time))


@pytest.mark.parametrize("state", sorted(TRANSITIONS))
def test_every_open_state_is_noticed_in_the_end_and_no_closed_one(state: str) -> None:
    stuck = {"state": state, "opened_at": ago(days=30)}
    assert (attention(stuck, NOW) is None) is (state in CLOSED)


@pytest.mark.parametrize(
    ("state", "since", "fine", "stuck"),
    [
        ("REQUESTED", "opened_at", {"minutes": 14}, {"minutes": 15}),
        ("STARTING", "start_sent_at", {"minutes": 18}, {"minutes": 19}),
        ("CHARGING", "charging_since", {"hours": 48}, {"hours": 49}),
        ("ENDED", "ended_at", {"minutes": 14}, {"minutes": 16}),
        ("SETTLED", "settled_at", {"hours": 24}, {"hours": 25}),
    ],
)
def test_a_state_may_last_its_time(state: str, since: str, fine: dict[str, float], stuck: dict[str, float]) -> None:
    payment = {"state": state, "opened_at": ago(days=9)}
    assert attention({**payment, since: ago(**fine)}, NOW) is None
    assert attention({**payment, since: ago(**stuck)}, NOW)


@pytest.mark.parametrize("state", ["REVIEW", "CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING"])
def test_what_waits_for_a_person_is_noticed_at_once(state: str) -> None:
    assert attention({"state": state, "opened_at": ago(seconds=1)}, NOW)
