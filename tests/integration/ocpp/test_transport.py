"""API Gateway's side of a frame: the route's response, @connections, and what may fail after the answer has left."""

import json
from typing import Any

import pytest

from csms import contract
from csms.edge import connections
from csms.store import chargers
from csms.store.dynamo import Store
from functions.ocpp import running
from functions.ocpp.handler import charger_of, handler
from tests.kit.frames import OCPP16, Line, call, event, start_16
from tests.kit.ocpp_state import transactions


def message(body: str, route: str, **context: Any) -> dict[str, Any]:
    known = {
        contract.CONTEXT_CHARGER_ID: "CP1",
        contract.CONTEXT_PROTOCOL: OCPP16,
        contract.CONTEXT_REGISTRATION: "accepted",
    }
    request = {"routeKey": route, "connectionId": "c-1", "eventType": "MESSAGE", "authorizer": {**known, **context}}
    return {"requestContext": request, "body": body}


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[Any]]]:
    frames: list[tuple[str, list[Any]]] = []
    monkeypatch.setattr(connections, "post", lambda connection, text: frames.append((connection, json.loads(text))))
    return frames


def test_a_two_way_route_answers_by_its_response(line: Line, posted: list[Any]) -> None:
    answer = handler(message(call("Heartbeat", {}, "1"), "Heartbeat"), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])[:2] == [3, "1"]
    assert posted == []


@pytest.mark.parametrize("route", ["StartTransaction", "$default"])
def test_other_routes_answer_through_the_connection(line: Line, posted: list[Any], route: str) -> None:
    assert handler(message(call("StartTransaction", start_16(), "1"), route), None) == {"statusCode": 200}
    ((connection, frame),) = posted
    assert connection == "c-1"
    assert (frame[0], frame[2]["transactionId"]) == (3, 1)


@pytest.mark.parametrize("error", [connections.ConnectionGone("c-1"), connections.ConnectionBusy("429")])
def test_an_answer_that_cannot_be_sent_takes_nothing_back(
    line: Line, monkeypatch: pytest.MonkeyPatch, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_connection: str, _text: str) -> None:
        raise error

    monkeypatch.setattr(connections, "post", fails)
    assert handler(message(call("StartTransaction", start_16()), "StartTransaction"), None) == {"statusCode": 200}
    assert len(transactions()) == 1
    assert "ocpp_answer_not_sent" in capsys.readouterr().out


def test_silence_posts_nothing(line: Line, posted: list[Any]) -> None:
    assert handler(message("hello", "$default"), None) == {"statusCode": 200}
    assert handler(message("[3,null,{}]", "$default"), None) == {"statusCode": 200}
    assert handler({**message("", "$default"), "body": None}, None) == {"statusCode": 200}
    assert posted == []


def test_what_fails_after_the_answer_stays_with_us(
    line201: Line, posted: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("bug")

    monkeypatch.setattr("functions.ocpp.v201.transaction_event.guard_limit", fails)
    new = {contract.CONTEXT_PROTOCOL: "ocpp2.0.1"}
    line201.ask("TransactionEvent", event("Started", 0, 0, evse={"id": 1}))
    assert handler(message(call("TransactionEvent", event("Updated", 1, 60), "7"), "TransactionEvent", **new), None) == {"statusCode": 200}  # fmt: skip
    assert posted == [("c-1", [3, "7", {}])]
    assert "unexpected_error" in capsys.readouterr().out
    assert running.guard_limit is not fails


def test_who_speaks_comes_from_the_authorizer(store: Store) -> None:
    request = message("", "x", **{contract.CONTEXT_SECURITY_PROFILE: "2"})["requestContext"]
    found = charger_of(request)
    assert (found.charger_id, found.protocol, found.connection_id) == ("CP1", OCPP16, "c-1")
    assert (found.security_profile, found.registration) == (2, "accepted")
    assert chargers.get_station(store, "CP1") is None
