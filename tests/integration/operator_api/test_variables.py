from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from csms.domain.device_model import Variable
from csms.store import chargers, commands, device_model
from csms.store.device_model import Told

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def station(store: Store) -> None:
    store.commit(chargers.registered("CP1", NOW))
    store.commit(chargers.connected("CP1", {"connection_id": "c1", "protocol": "ocpp1.6"}, NOW))
    told = [
        Told(Variable("Connector", "Available", evse_id=1, connector_id=1), value="true"),
        Told(Variable("Connector", "Available", evse_id=2, connector_id=1), value="true"),
        Told(Variable("ConnectorX", "Available"), value="true"),
        Told(Variable("Configuration", "HeartbeatInterval"), value="300", mutability="ReadWrite"),
        Told(Variable("Configuration", "AuthorizationKey"), value="secret-secret-secret"),
    ]
    store.commit(*device_model.reported("CP1", told, NOW))
    wanted = [(Told(Variable("Configuration", "HeartbeatInterval"), value="60"), "RebootRequired"),
              (Told(Variable("Configuration", "AuthorizationKey"), value="other-other-other"), "RebootRequired")]  # fmt: skip
    store.commit(*device_model.answered("CP1", wanted, "c", NOW))


def names(found: list[dict[str, Any]]) -> list[tuple[str, str, int | None]]:
    return [(row["component"], row["variable"], row.get("evse_id")) for row in found]


def test_every_variable_page_by_page(api: Api) -> None:
    pages = api.all_pages("stations/CP1/variables", 2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert names([row for page in pages for row in page]) == [
        ("Configuration", "AuthorizationKey", None),
        ("Configuration", "HeartbeatInterval", None),
        ("Connector", "Available", 1),
        ("Connector", "Available", 2),
        ("ConnectorX", "Available", None),
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"component": "connector"}, 2),
        ({"component": "connector", "variable": "AVAILABLE"}, 2),
        ({"variable": "available"}, 3),
        ({"drift": "true"}, 1),
        ({"drift": "true", "component": "Connector"}, 0),
        ({"drift": "false"}, 5),
        ({"component": "nothing"}, 0),
    ],
)
def test_filters(api: Api, query: dict[str, str], count: int) -> None:
    answer = api("GET", "stations/CP1/variables", query=query, groups="[viewer]")
    assert (answer.status, len(answer.body["items"]), answer.body.get("next_cursor")) == (200, count, None)


def test_what_has_drifted(api: Api) -> None:
    (row,) = api("GET", "stations/CP1/variables", query={"drift": "true"}).body["items"]
    found = row["attributes"]["Actual"]
    assert row["variable"] == "HeartbeatInterval"
    assert (found["reported"]["value"], found["desired"]["value"], found["drift"]) == ("300", "60", True)
    assert found["mutability"] == "ReadWrite"


def test_secrets_are_not_shown(api: Api) -> None:
    row = api("GET", "stations/CP1/variables").body["items"][0]
    assert row["secret"]
    assert row["attributes"]["Actual"]["reported"]["value"] == "***"
    assert row["attributes"]["Actual"]["desired"]["value"] == "***"


def test_wrong_questions(api: Api) -> None:
    assert api("GET", "stations/CP1/variables", query={"drift": "yes"}).fields == ["drift"]
    assert api("GET", "stations/CP2/variables").status == 404


def test_how_far_a_report_has_come(api: Api, store: Store) -> None:
    for seq in (0, 1):
        store.commit(chargers.report_part("CP1", 7, seq, NOW, tbc=seq == 0, variables=3))
        answer = api("GET", "stations/CP1/reports/7")
        wanted = {"request_id": 7, "complete": seq == 1, "parts": seq + 1, "variables": 3 * (seq + 1)}
        assert (answer.status, answer.body) == (200, wanted)
    for other in ("8", "x", "-"):
        assert api("GET", f"stations/CP1/reports/{other}").status == 404


def test_a_password_in_a_command_is_not_shown_and_leaves_with_its_end(api: Api, store: Store) -> None:
    body = {"action": "ChangeConfiguration", "payload": {"key": "AuthorizationKey", "value": "0123456789ABCDEF"}}
    headers = {"Idempotency-Key": "k"}
    command = api("POST", "stations/CP1/commands", body, headers=headers).body
    other = {**body, "payload": {**body["payload"], "value": "another"}}  # type: ignore[dict-item]  # a literal's own type
    assert command["payload"] == {"key": "AuthorizationKey", "value": "***"}
    assert api("POST", "stations/CP1/commands", body, headers=headers).status == 202
    assert api("POST", "stations/CP1/commands", other, headers=headers).status == 422
    row: Any = commands.get(store, "CP1", command["command_id"])
    assert commands.payload_of(row) == body["payload"]
    store.commit(commands.changed("CP1", command["command_id"], commands.EXPIRED, was=(commands.QUEUED,)))
    row = commands.get(store, "CP1", command["command_id"])
    assert "0123456789ABCDEF" not in str(row)
    assert api("POST", "stations/CP1/commands", body, headers=headers).status == 202
