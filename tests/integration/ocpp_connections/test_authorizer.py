from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.ocppj.handshake import stored_forms
from csms.store import chargers
from functions.ocpp_authorizer import handler as authorizer
from functions.ocpp_authorizer.handler import Unauthorized, handler

if TYPE_CHECKING:
    from csms.store.dynamo import Store

PASSWORD = "correct-horse-battery"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ARN = "arn:aws:execute-api:eu-central-1:1:api/ocpp/$connect"


def ask(
    query: dict[str, str] | None = None,
    password: str | None = PASSWORD,
    user: str = "CP001",
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    known = {"Sec-WebSocket-Protocol": "ocpp1.6", "Host": "h", **(headers or {})}
    if password is not None:
        known["authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    query = {"cp": "CP001"} if query is None else query
    return handler({"methodArn": ARN, "headers": known, "queryStringParameters": query}, None)


def effect(answer: dict[str, Any]) -> str:
    return str(answer["policyDocument"]["Statement"][0]["Effect"])


def refusals(store: Store, identity: str = "CP001") -> str | None:
    row = store.get(contract.CHARGERS, f"REFUSED#{identity}", "REFUSED")
    return row["reason"] if row else None


@pytest.fixture
def station(store: Store) -> str:
    store.commit(chargers.registered("CP001", NOW, password_hashes=stored_forms(PASSWORD, b"salt"), security_profile=2))
    return "CP001"


def test_a_registered_charger_gets_its_context(station: str) -> None:
    answer = ask()
    assert effect(answer) == "Allow"
    assert answer["context"] == {
        "chargerId": station,
        "protocol": "ocpp1.6",
        "securityProfile": "2",
        "registration": "accepted",
    }


@pytest.mark.parametrize(
    ("offered", "served", "chosen"),
    [
        ("ocpp2.1, ocpp2.0.1", None, "ocpp2.1"),
        ("ocpp2.0.1, ocpp2.1", None, "ocpp2.0.1"),
        ("ocpp2.1, ocpp2.0.1", ["ocpp2.0.1", "ocpp1.6"], "ocpp2.0.1"),
    ],
)
def test_the_first_version_of_the_charger_that_it_may_speak(
    station: str, store: Store, offered: str, served: list[str] | None, chosen: str
) -> None:
    if served:
        store.commit(chargers.station_changed(station, {"protocols": served}))
    assert ask(headers={"Sec-WebSocket-Protocol": offered})["context"]["protocol"] == chosen


@pytest.mark.usefixtures("station")
def test_the_identity_may_be_the_user_name_alone() -> None:
    assert ask(query={})["context"]["chargerId"] == "CP001"


@pytest.mark.usefixtures("station")
def test_the_edges_copy_of_the_credentials_counts() -> None:
    copy = "Basic " + base64.b64encode(f"CP001:{PASSWORD}".encode()).decode()
    assert effect(ask(password=None, headers={"x-ocpp-authorization": copy})) == "Allow"


@pytest.mark.usefixtures("station")
@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"password": None}, {"user": "CP002"}])
def test_wrong_credentials_are_401_and_seen(store: Store, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        ask(**changes)
    reason = refusals(store)
    assert reason is not None
    assert PASSWORD not in reason


def test_an_unknown_identity_is_refused_with_404_by_connect(store: Store) -> None:
    answer = ask()
    assert answer["context"]["refusal"] == "404"
    assert refusals(store) == "this identity is not registered"
    assert chargers.get_station(store, "CP001") is None


@pytest.mark.usefixtures("station")
def test_no_common_version_is_400(store: Store) -> None:
    assert ask(headers={"Sec-WebSocket-Protocol": "ocpp1.5"})["context"]["refusal"] == "400"
    assert refusals(store) == "no common OCPP version"


def test_a_blocked_charger_is_denied(store: Store) -> None:
    store.commit(chargers.registered("CP001", NOW, "blocked"))
    assert effect(ask()) == "Deny"


@pytest.mark.parametrize(("policy", "registration"), [("pending", "pending"), ("accept", "accepted")])
def test_policies_for_unknown_chargers(
    store: Store, monkeypatch: pytest.MonkeyPatch, policy: str, registration: str
) -> None:
    monkeypatch.setenv(contract.ENV_UNKNOWN_CHARGERS, policy)
    answer = ask()
    assert answer["context"]["registration"] == registration
    known = chargers.get_station(store, "CP001")
    assert known is not None
    assert known["registration"] == registration
    assert ask()["context"]["registration"] == registration


def test_a_version_may_be_pinned_for_a_charger_that_offers_none(store: Store) -> None:
    store.commit(chargers.registered("CP001", NOW, protocol_without_offer="ocpp1.6"))
    query = {"methodArn": ARN, "headers": {"Host": "h"}, "queryStringParameters": {"cp": "CP001"}}
    assert handler(query, None)["context"]["protocol"] == "ocpp1.6"


@pytest.mark.usefixtures("station")
def test_only_the_edge_may_come_where_it_has_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, contract.ENV_ORIGIN_SECRET, "/csms/origin")
    monkeypatch.setattr(authorizer, "_origin_secret", lambda _: "the-secret")
    assert effect(ask()) == "Deny"
    assert effect(ask(headers={"x-origin-verify": "guess"})) == "Deny"
    assert effect(ask(headers={"x-origin-verify": "the-secret"})) == "Allow"


@pytest.mark.usefixtures("station")
def test_a_maintenance_connection_does_not_take_the_place_of_the_main_one(store: Store) -> None:
    assert ask(query={"cp": "CP001", "role": "maintenance"})["context"]["refusal"] == "404"
    assert refusals(store) == "maintenance connections are not served yet"
    assert effect(ask(query={"cp": "CP001", "role": "charger"})) == "Allow"
