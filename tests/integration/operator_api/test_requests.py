"""What every request has in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from csms.store import chargers
from csms.store.dynamo import ConditionFailed, StorageUnavailable, Store
from functions.operator_api.handler import handler
from tests.kit.http_events import http_event
from tests.kit.partners import NOW

if TYPE_CHECKING:
    from tests.integration.operator_api.conftest import Answer, Api


def is_problem(answer: Answer, status: int) -> bool:
    """A problem document that says of itself what the status line says."""
    return (
        answer.status == answer.body["status"] == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and answer.body["type"].startswith("urn:csms:problem:")
        and bool(answer.body["title"])
    )


def test_an_unknown_path(api: Api) -> None:
    assert is_problem(api("GET", "nothing"), 404)
    assert is_problem(api("GET", "stations/CP1/secrets"), 404)
    assert is_problem(api("GET", ""), 404)


def test_a_wrong_method_names_the_right_ones(api: Api) -> None:
    answer = api("PATCH", "stations")

    assert is_problem(answer, 405)
    assert answer.headers["Allow"] == "GET"
    assert api("POST", "stations/CP1/commands/x").headers["Allow"] == "GET"


@pytest.mark.parametrize("body", ["", "{", "nothing", '{"a": NaN}', '{"a": 1e999999}', "\x00", '"\\ud800"'])
def test_a_body_that_is_not_json(api: Api, body: str) -> None:
    assert is_problem(api("POST", "stations/CP1", body), 400)


@pytest.mark.parametrize("body", ["[]", "1", "null", '"text"'])
def test_a_body_that_is_not_an_object(api: Api, body: str) -> None:
    answer = api("POST", "stations/CP1", body)

    assert is_problem(answer, 422)
    assert answer.fields == [""]


@pytest.mark.parametrize(
    "value", ["1" * 39, "0." + "1" * 39, "[" * 30 + "]" * 30], ids=["long number", "long fraction", "deep"]
)
def test_what_the_tables_could_not_hold_is_refused(api: Api, store: Store, value: str) -> None:
    store.commit(chargers.registered("CP1", NOW, protocols=["ocpp1.6"]))
    body = f'{{"action": "DataTransfer", "payload": {{"vendorId": {value}}}}}'

    answer = api("POST", "stations/CP1/commands", body)

    assert is_problem(answer, 422)
    assert answer.fields[0].startswith("payload.vendorId")


def test_a_body_that_is_too_large(api: Api) -> None:
    assert is_problem(api("POST", "stations/CP1", json.dumps({"location_id": "x" * 200_001})), 413)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "²", "9" * 5000])
def test_a_limit_that_is_none(api: Api, limit: str) -> None:
    answer = api("GET", "stations", query={"limit": limit})

    assert is_problem(answer, 422)
    assert answer.fields == ["limit"]


@pytest.mark.parametrize("cursor", ["!", "a", "_w", "ä", "x" * 3000])
def test_a_cursor_that_is_none(api: Api, store: Store, cursor: str) -> None:
    store.commit(chargers.registered("CP1", NOW))

    answer = api("GET", "stations/CP1/events", query={"cursor": cursor})

    assert is_problem(answer, 422)
    assert answer.fields == ["cursor"]


def test_a_cursor_of_another_list(api: Api, store: Store) -> None:
    store.commit(chargers.registered("CP1", NOW))
    for number in range(2):
        store.commit(chargers.registered(f"X{number}", NOW))
    cursor = api("GET", "stations", query={"limit": "1"}).body["next_cursor"]

    assert api("GET", "stations/CP1/events", query={"cursor": cursor}).status == 422


def test_nobody_is_signed_in(store: Store) -> None:
    answer = handler(http_event("GET", "/api/stations"), None)

    assert answer["statusCode"] == 401


@pytest.mark.parametrize("groups", ["[]", "", "[guest]"])
def test_without_a_group_nothing_is_shown(api: Api, groups: str) -> None:
    assert is_problem(api("GET", "stations", groups=groups), 403)


def test_a_right_that_is_missing_is_named(api: Api, store: Store) -> None:
    answer = api("POST", "stations/CP1", {}, groups="[viewer]")

    assert is_problem(answer, 403)
    assert "stations" in answer.body["detail"]
    assert chargers.get_station(store, "CP1") is None


@pytest.mark.parametrize(
    ("error", "status"),
    [(StorageUnavailable("busy"), 503), (ConditionFailed(0, None), 409), (RuntimeError("the secret inside"), 500)],
)
def test_what_goes_wrong_inside_leaves_without_details(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(Store, "query", fail)
    answer = api("GET", "stations")

    assert is_problem(answer, status)
    assert "the secret inside" not in str(answer) + capsys.readouterr().out
    assert answer.body["request_id"] == "r-1"


def test_no_person_and_no_password_is_in_the_logs(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    password = api("POST", "stations/CP1", {}).body["charger_setup"]["password"]

    logged = capsys.readouterr().out

    assert "operator_request" in logged
    assert password not in logged
    assert "@cpo.example" not in logged


def test_a_trailing_slash_changes_nothing(api: Api) -> None:
    assert api("GET", "stations/").status == 200


def test_a_day_of_the_audit_that_is_none(api: Api) -> None:
    assert api("GET", "audit", query={"day": "yesterday"}).fields == ["day"]
    assert api("GET", "audit", query={"day": "2026-01-01"}).body["items"] == []
