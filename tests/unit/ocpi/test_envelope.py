"""The envelope of answers, ours and theirs."""

from datetime import UTC, datetime

import pytest

from csms.ocpi import errors
from csms.ocpi.envelope import Answer, failure, failure_of, read_answer, success

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_success_wraps_data() -> None:
    assert success({"a": 1}, NOW) == {"data": {"a": 1}, "status_code": 1000, "timestamp": "2026-03-04T05:06:07.000Z"}
    assert success([], NOW)["data"] == []


def test_no_data_means_no_member() -> None:
    assert "data" not in success(None, NOW)


def test_failure_has_code_and_message_and_no_data() -> None:
    expected = {"status_code": 2003, "status_message": "Unknown location", "timestamp": "2026-03-04T05:06:07.000Z"}
    assert failure(2003, "Unknown location", NOW) == expected
    assert failure_of(errors.UnknownLocation(), NOW) == expected


@pytest.mark.parametrize(
    ("error", "http_status", "status_code"),
    [
        (errors.BadJson, 400, 2000),
        (errors.Unauthorized, 401, 2000),
        (errors.NotFound, 404, 2000),
        (errors.MethodNotAllowed, 405, 2000),
        (errors.ClientError, 200, 2000),
        (errors.InvalidParameter, 200, 2001),
        (errors.NotEnoughInformation, 200, 2002),
        (errors.UnknownLocation, 200, 2003),
        (errors.UnknownToken, 200, 2004),
        (errors.ServerError, 200, 3000),
        (errors.ClientApiUnusable, 200, 3001),
        (errors.UnsupportedVersion, 200, 3002),
        (errors.NoMatchingEndpoints, 200, 3003),
        (errors.UnknownReceiver, 200, 4001),
    ],
)
def test_each_error_knows_both_of_its_codes(error: type[errors.OcpiError], http_status: int, status_code: int) -> None:
    assert (error.http_status, error.status_code) == (http_status, status_code)
    assert error().message
    assert error("said").message == "said"
    assert isinstance(error(), errors.OcpiError)


def test_an_answer_is_read() -> None:
    answer = read_answer('{"data": {"a": 1}, "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}')
    assert answer == Answer(1000, "", {"a": 1})
    assert answer.ok
    assert not read_answer('{"status_code": "2001", "status_message": "no"}').ok


def test_one_and_many_do_not_care_how_the_data_came() -> None:
    wrapped, bare, nothing = Answer(1000, "", [{"a": 1}]), Answer(1000, "", {"a": 1}), Answer(1000, "", None)
    assert wrapped.one() == bare.one() == {"a": 1}
    assert wrapped.many() == bare.many() == [{"a": 1}]
    assert nothing.many() == []


@pytest.mark.parametrize("text", ["[]", "{}", '{"status_code": null}', '{"status_code": "x"}', "<html>", None])
def test_what_is_no_envelope_is_refused(text: str | bytes | None) -> None:
    with pytest.raises(errors.BadJson):
        read_answer(text)
