import pytest

from csms.edge.ocpi_client import Answered
from csms.ocpi.envelope import Answer
from functions.ocpi_push.verdict import Outcome, delay_seconds, judge, patience


def answered(status: int, status_code: int | None = None, *, is_page: bool = False) -> Answered:
    return Answered(status, None if status_code is None else Answer(status_code, "", None), is_page=is_page)


@pytest.mark.parametrize(
    ("status", "status_code", "outcome"),
    [
        (200, 1000, Outcome.DELIVERED),
        (201, 1000, Outcome.DELIVERED),
        (200, 1901, Outcome.DELIVERED),
        (204, None, Outcome.DELIVERED),
        (200, 2000, Outcome.REFUSED),
        (200, 2004, Outcome.REFUSED),
        (200, 3000, Outcome.RETRY),
        (200, 4001, Outcome.REFUSED),
        (200, 4003, Outcome.RETRY),
        (200, 7, Outcome.REFUSED),
        (301, None, Outcome.REFUSED),
        (400, 2001, Outcome.REFUSED),
        (401, None, Outcome.TOKEN_REFUSED),
        (401, 1000, Outcome.TOKEN_REFUSED),
        (403, None, Outcome.REFUSED),
        (404, 2000, Outcome.REFUSED),
        (408, None, Outcome.RETRY),
        (409, None, Outcome.REFUSED),
        (429, None, Outcome.RETRY),
        (500, None, Outcome.RETRY),
        (503, 1000, Outcome.RETRY),
    ],
)
def test_every_answer_has_a_meaning(status: int, status_code: int | None, outcome: Outcome) -> None:
    assert judge(answered(status, status_code), "sessions") is outcome


def test_a_web_page_is_no_delivery_and_a_known_cdr_is_one() -> None:
    assert judge(answered(200, is_page=True), "cdrs") is Outcome.RETRY
    assert judge(answered(409), "cdrs") is Outcome.DELIVERED


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0])
def test_delays_grow_and_end_at_six_hours(spread: float) -> None:
    money = patience("cdrs", "POST")
    delays = [delay_seconds(money, tries, lambda: spread) for tries in range(1, 13)]
    assert delays == sorted(delays)
    assert delays[0] >= 1
    assert delays[-1] <= 6 * 3600 * 1.25
    assert sum(delays) > 12 * 3600, "a partner may be away for a day"


def test_what_money_depends_on_is_tried_as_long_as_the_queue_allows() -> None:
    for module, method in (("cdrs", "POST"), ("sessions", "PUT"), ("tariffs", "PUT"), ("payments", "PATCH")):
        assert patience(module, method).tries is None
