from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from csms.domain.device_model import Variable
from csms.store import (
    certificates,
    chargers,
    commands,
    customer_information,
    displays,
    monitors,
    publishing,
    station_rows,
)

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def station(store: Store) -> None:
    store.commit(chargers.registered("CP1", NOW))
    connect(store, "ocpp1.6")


def connect(store: Store, protocol: str) -> None:
    store.commit(chargers.connected("CP1", {"connection_id": "c1", "protocol": protocol}, NOW))


@pytest.mark.parametrize(
    ("path", "row", "fact"),
    [
        (
            "monitors",
            monitors.told("CP1", 7, Variable("C", "V"), {"type": "Delta", "value": 1}, monitors.SET, NOW),
            ("type", "Delta"),
        ),
        ("display-messages", displays.told("CP1", {"id": 3}, displays.SET, NOW), ("state", "set")),
        ("certificates", certificates.sent("CP1", "CSMSRootCertificate", "PEM", NOW), ("certificate", "PEM")),
        ("certificate-requests", certificates.requested("CP1", "CSR", "T", NOW), ("csr", "CSR")),
        ("network-profiles", station_rows.kept("CP1", "NETWORKPROFILE", "1", NOW, slot=1), ("slot", 1)),
        ("published-firmware", publishing.noted("CP1", 4, NOW, status="Published"), ("status", "Published")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_station_has(api: Api, store: Store, path: str, row: Any, fact: tuple[str, Any]) -> None:
    assert api("GET", f"stations/CP1/{path}").body["items"] == []
    store.commit(row)
    (item,) = api("GET", f"stations/CP1/{path}", groups="[viewer]").body["items"]
    assert item[fact[0]] == fact[1]
    assert "pk" not in item
    assert api("GET", f"stations/CP2/{path}").status == 404


def test_what_is_known_of_a_customer(api: Api, store: Store) -> None:
    path = "stations/CP1/customer-information/5"
    for other in (path, "stations/CP1/customer-information/x"):
        assert api("GET", other).status == 404
    store.commit(
        customer_information.requested("CP1", 5, "Accepted", NOW, report=True, clear=False),
        customer_information.part("CP1", 5, 0, "data", NOW, tbc=False),
    )
    answer = api("GET", path, groups="[operator]")
    wanted = {"request_id": 5, "status": "Accepted", "report": True, "clear": False, "complete": True, "data": "data"}
    assert (answer.status, answer.body) == (200, wanted)
    assert api("GET", path, groups="[viewer]").status == 403


# --- price messages -------------------------------------------------------------------------------------------------

PRICE = {"message": "SetUserPrice", "id_token": "CARD1", "price_text": "0.30 €/kWh"}
RUNNING = {"message": "RunningCost", "transaction_id": "5", "cost": 4.4, "meter_wh": 1200}
FINAL = {"message": "FinalCost", "transaction_id": "5", "cost": 4, "price_text": "4 €", "price_texts": {"de": "4 Euro"}}


def queued(api: Api, store: Store, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = api("POST", "stations/CP1/price-messages", body)
    assert answer.status == 202, answer.body
    row: Any = commands.get(store, "CP1", answer.body["command_id"])
    return row["action"], row["payload"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (PRICE, {"idToken": "CARD1", "priceText": "0.30 €/kWh"}),
        ({**RUNNING, "state": "Idle", "charging_price": {"kwh_price": 0.3}, "idle_price": {"hour_price": 6}},
         {"transactionId": 5, "meterValue": 1200, "cost": 4.4, "state": "Idle", "chargingPrice": {"kWhPrice": 0.3},
          "idlePrice": {"hourPrice": 6}}),
        (FINAL, {"transactionId": 5, "cost": 4, "priceText": "4 €",
                 "priceTextExtra": [{"format": "UTF8", "language": "de", "content": "4 Euro"}]}),
    ],
    ids=["SetUserPrice", "RunningCost", "FinalCost"],
)  # fmt: skip
def test_a_message_to_a_1_6_charger(api: Api, store: Store, body: dict[str, Any], wanted: dict[str, Any]) -> None:
    action, payload = queued(api, store, body)
    data = json.loads(payload["data"])
    data.pop("timestamp", None)
    assert (action, payload["vendorId"], payload["messageId"]) == (
        "DataTransfer", "org.openchargealliance.costmsg", body["message"],
    )  # fmt: skip
    assert data == wanted


def test_the_running_cost_of_a_2_0_1_station(api: Api, store: Store) -> None:
    connect(store, "ocpp2.0.1")
    action, payload = queued(api, store, {"message": "RunningCost", "transaction_id": "tx-1", "cost": 3.47})
    assert (action, payload) == ("CostUpdated", {"totalCost": Decimal("3.47"), "transactionId": "tx-1"})
    for body in (PRICE, FINAL):
        assert api("POST", "stations/CP1/price-messages", body).status == 409


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"message": "SetUserPrice"}, ["id_token", "price_text"]),
        ({"message": "RunningCost"}, ["transaction_id", "cost", "meter_wh"]),
        ({"message": "FinalCost"}, ["transaction_id", "cost", "price_text"]),
        ({**FINAL, "transaction_id": "tx-1"}, ["transaction_id"]),
        ({**RUNNING, "cost": -1}, ["cost"]),
        ({"message": "Other"}, ["message"]),
    ],
)
def test_what_cannot_be_shown(api: Api, body: dict[str, Any], fields: list[str]) -> None:
    answer = api("POST", "stations/CP1/price-messages", body)
    assert (answer.status, answer.fields) == (422, fields)


# --- certificates ---------------------------------------------------------------------------------------------------


def test_the_last_root_of_a_station_is_not_deleted(api: Api, store: Store) -> None:
    root, other = (
        {"hashAlgorithm": "SHA256", "issuerNameHash": "a1", "issuerKeyHash": "b2", "serialNumber": serial}
        for serial in ("1", "2")
    )
    body = {"action": "DeleteCertificate", "payload": {"certificateHashData": root}}
    kind = "CentralSystemRootCertificate"
    store.commit(certificates.listed("CP1", kind, root, (), NOW))
    assert api("POST", "stations/CP1/commands", body).status == 409
    other_body = {**body, "payload": {"certificateHashData": other}}
    assert api("POST", "stations/CP1/commands", other_body).status == 202
    store.commit(certificates.listed("CP1", kind, other, (), NOW))
    assert api("POST", "stations/CP1/commands", body).status == 202


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("CustomerInformation", {"report": True, "clear": False}),
        ("GetBaseReport", {"reportBase": "FullInventory"}),
        ("GetDisplayMessages", {}),
        ("GetMonitoringReport", {}),
        ("GetReport", {"componentCriteria": ["Problem"]}),
        ("PublishFirmware", {"location": "https://fw.example/1", "checksum": "a" * 32}),
    ],
)
def test_a_request_gets_the_number_under_which_its_reports_come(
    api: Api, store: Store, action: str, payload: dict[str, Any]
) -> None:
    connect(store, "ocpp2.0.1")
    for wanted in (1, 2):
        answer = api("POST", "stations/CP1/commands", {"action": action, "payload": payload})
        assert (answer.status, answer.body["payload"]) == (202, {**payload, "requestId": wanted})
