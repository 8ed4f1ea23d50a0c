from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms import contract
from csms.store import chargers, claims, master, sessions
from csms.store.dynamo import Condition, Item, Store
from functions.ocpi.commands.handler import handler
from tests.kit.http_events import Answer, ocpi_event, read_answer
from tests.kit.partners import NOW, THEIR_URL, TOKEN_C, register
from tests.kit.places import (
    CHARGER_ID,
    CONNECTOR_ID,
    EVSE_UID,
    LOCATION_ID,
    assign_terminal,
    build_place,
    connector,
    evse,
    location,
    tariff,
)
from tests.kit.tables import all_items, outbox_rows

VERSIONS = ("2.2.1", "2.3.0")
RESPONSE_URL = f"{THEIR_URL}/commands/START_SESSION/1"


def call(command: str, body: Any, token: str = TOKEN_C, version: str = "2.3.0") -> Answer:
    return read_answer(handler(ocpi_event("POST", f"/ocpi/cpo/{version}/commands/{command}", token, body=body), None))


def start_body(**changes: Any) -> dict[str, Any]:
    body = {
        "response_url": RESPONSE_URL,
        "token": {
            "country_code": "NL",
            "party_id": "PAY",
            "uid": "one-time-1",
            "type": "AD_HOC_USER",
            "contract_id": "NL-PAY-1",
            "issuer": "Payter",
            "valid": True,
            "whitelist": "NEVER",
            "last_updated": "2026-07-01T12:00:00Z",
        },
        "location_id": LOCATION_ID,
        "evse_uid": EVSE_UID,
        "connector_id": CONNECTOR_ID,
        "authorization_reference": "ref-1",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def start(credentials: str = TOKEN_C, version: str = "2.3.0", **changes: Any) -> Answer:
    return call("START_SESSION", start_body(**changes), credentials, version)


def ready(store: Store, **place: Any) -> None:
    register(store)
    build_place(store, **place)
    assign_terminal(store)


def payments(store: Store) -> list[Item]:
    return [item for item in all_items(contract.SESSIONS) if item["kind"] == "PAYMENT"]


def queued(store: Store) -> list[Item]:
    return [item for item in all_items(contract.CHARGERS) if item.get("kind") == "COMMAND"]


# --- START_SESSION


@pytest.mark.parametrize("version", VERSIONS)
def test_a_start_becomes_a_payment_session_and_its_workflow(store: Store, version: str) -> None:
    ready(store)
    answer = start(version=version)
    assert (answer.http_status, answer.status_code) == (200, 1000)
    assert answer.data["result"] == "ACCEPTED"
    assert answer.data["timeout"] > contract.COMMAND_TIMEOUT_SECONDS
    (payment,) = payments(store)
    expected = {
        "state": "REQUESTED",
        "payment_id": "payter#ref-1",
        "charger_id": CHARGER_ID,
        "evse_id": 1,
        "connector_id": 1,
        "location_id": LOCATION_ID,
        "evse_uid": EVSE_UID,
        "ocpi_connector_id": CONNECTOR_ID,
        "response_url": RESPONSE_URL,
        "limit_amount": Decimal(60),
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "capture": True,
        "open_matter": "PAYMENT",
    }
    assert {name: payment[name] for name in expected} == expected
    assert payment["tariff"]["id"] == "tariff-1"
    assert payment["token"]["uid"] == "one-time-1"
    (row,) = outbox_rows()
    assert (row["target"], row["signal"], row["row_id"]) == ("workflow", "start", "start-payter#ref-1")
    assert row["input"] == {
        "payment": {"partner_id": "payter", "authorization_reference": "ref-1"},
        "start_wait_seconds": contract.START_WAIT_SECONDS,
    }
    assert queued(store) == [], "the command is sent by the workflow"


def test_a_tariff_with_a_maximum_price_only_limits_by_that(store: Store) -> None:
    ready(store)
    document = tariff(preauthorize_amount=None, max_price={"before_taxes": Decimal(40), "after_taxes": Decimal("47.6")})
    store.commit(master.tariff_put({k: v for k, v in document.items() if v is not None}, NOW))
    start()
    assert payments(store)[0]["limit_amount"] == Decimal("47.6")


def test_the_same_start_again_gets_the_same_answer_and_starts_nothing(store: Store) -> None:
    ready(store)
    first = start().data
    assert start().data == first
    assert start(response_url=f"{THEIR_URL}/commands/START_SESSION/2").data == first
    assert len(payments(store)) == 1
    assert len(outbox_rows()) == 1


@pytest.mark.parametrize("change", [{"token": {"uid": "somebody-else"}}, {"connector_id": "c-2"}])
def test_another_start_under_the_same_reference_is_refused(store: Store, change: dict[str, Any]) -> None:
    ready(store, connectors=[connector(), connector("c-2")])
    start()
    assert start(**change).data["result"] == "REJECTED"
    assert len(payments(store)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"location_id": "nowhere"}, {"evse_uid": "none"}, {"connector_id": "none"}],
)
def test_an_unknown_place_is_2003(store: Store, changes: dict[str, Any]) -> None:
    ready(store)
    answer = start(**changes)
    assert (answer.http_status, answer.status_code) == (200, 2003)
    assert payments(store) == []


def test_ids_match_whatever_their_case_and_keep_ours(store: Store) -> None:
    ready(store)
    assert start(location_id="LOC-1", evse_uid="EVSE-1", connector_id="C-1").data["result"] == "ACCEPTED"
    assert payments(store)[0]["evse_uid"] == EVSE_UID


def test_without_an_evse_the_only_one_is_meant_and_of_several_none(store: Store) -> None:
    ready(store)
    assert start(evse_uid=None, connector_id=None).data["result"] == "ACCEPTED"
    store.commit(master.location_put(location(), {"e1": evse("e1"), "e2": evse("e2")}, NOW))
    assert start(evse_uid=None, connector_id=None, authorization_reference="ref-2").status_code == 2002


@pytest.mark.parametrize(
    "changes",
    [
        {"token": None},
        {"token": {}},
        {"response_url": None},
        {"response_url": "not a url"},
        {"location_id": None},
        {"authorization_reference": None},
        {"token": "text"},
    ],
)
def test_bad_input_is_2001_and_starts_nothing(store: Store, changes: dict[str, Any]) -> None:
    ready(store)
    answer = start(**changes)
    assert (answer.http_status, answer.status_code) == (200, 2001)
    assert payments(store) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://ocpi.partner.example/x",
        "https://evil.example/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://user:pass@ocpi.partner.example/x",
    ],
)
def test_a_response_url_that_is_not_the_partners_is_refused(store: Store, url: str) -> None:
    ready(store)
    for command in ("START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR"):
        body = start_body(response_url=url, session_id="s")
        assert call(command, body).status_code == 2001


def test_hosts_that_the_operator_added_may_be_called(store: Store) -> None:
    register(store, callback_hosts=["callback.partner.example"])
    build_place(store)
    assign_terminal(store)
    assert start(response_url="https://callback.partner.example/x").data["result"] == "ACCEPTED"


def refused(answer: Answer) -> str:
    assert (answer.http_status, answer.status_code, answer.data["result"]) == (200, 1000, "REJECTED")
    text: str = answer.data["message"][0]["text"]
    return text


def test_refused_without_a_connection(store: Store) -> None:
    ready(store, connected=False)
    assert "not connected" in refused(start())


@pytest.mark.parametrize("status", ["INOPERATIVE", "OUTOFORDER", "BLOCKED", "RESERVED"])
def test_refused_where_the_evse_cannot_be_used(store: Store, status: str) -> None:
    ready(store, status=status)
    refused(start())


@pytest.mark.parametrize("status", ["AVAILABLE", "CHARGING", "UNKNOWN"])
def test_a_plugged_in_cable_without_a_transaction_is_no_obstacle(store: Store, status: str) -> None:
    ready(store, status=status)
    assert start().data["result"] == "ACCEPTED"


def test_refused_without_an_assigned_terminal(store: Store) -> None:
    register(store)
    build_place(store)
    assert "terminal" in refused(start())
    assign_terminal(store, location_ids=["elsewhere"], evse_uids=[EVSE_UID.upper()])
    assert start().data["result"] == "ACCEPTED", "assigned by its EVSE"


def test_refused_without_a_tariff(store: Store) -> None:
    ready(store, connectors=[connector(tariff_ids=[])])
    assert "tariff" in refused(start())


@pytest.mark.parametrize("end", ["2026-01-01T00:00:00Z", None])
def test_a_tariff_that_is_over_does_not_count(store: Store, end: str | None) -> None:
    ready(store)
    document = tariff(end_date_time=end) if end else tariff(start_date_time="2999-01-01T00:00:00Z")
    store.commit(master.tariff_put(document, NOW))
    refused(start())


def test_a_tariff_that_cannot_be_priced_is_none(store: Store) -> None:
    ready(store)
    store.commit(master.tariff_put(tariff(elements=[]), NOW))
    refused(start())


def running(store: Store) -> None:
    store.commit(chargers.active_put(CHARGER_ID, 1, "17", NOW))


def test_refused_while_a_transaction_runs(store: Store) -> None:
    ready(store)
    running(store)
    assert "in use" in refused(start())


def test_a_transaction_whose_end_was_never_told_does_not_block_a_free_connector(store: Store) -> None:
    ready(store)
    running(store)
    later = NOW + timedelta(minutes=5)
    store.commit(chargers.status_reported(CHARGER_ID, 1, 1, "Available", later, later))
    assert start().data["result"] == "ACCEPTED"


def test_refused_while_another_start_waits_and_free_once_that_ended(store: Store) -> None:
    ready(store)
    start()
    assert "in use" in refused(start(authorization_reference="ref-2"))
    store.commit(sessions.payment_closed("payter#ref-1", "REJECTED", NOW, was=("REQUESTED",)))
    assert start(authorization_reference="ref-2").data["result"] == "ACCEPTED"


def test_of_two_starts_at_the_same_moment_one_gets_the_evse(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(store)
    monkeypatch.setattr(claims, "get_claim", lambda *_arguments: None)
    assert start().data["result"] == "ACCEPTED"
    assert "in use" in refused(start(authorization_reference="ref-2"))
    assert len(payments(store)) == 1


def test_the_same_start_twice_at_the_same_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(store)
    first = start().data
    real, seen = sessions.get_payment, []

    def late(*arguments: Any) -> Item | None:
        seen.append(1)
        return None if len(seen) == 1 else real(*arguments)

    monkeypatch.setattr(sessions, "get_payment", late)
    monkeypatch.setattr(claims, "is_held", lambda *_arguments: False)
    assert start().data == first
    assert len(seen) > 1


def test_a_location_that_the_partner_does_not_see_is_2003(store: Store) -> None:
    register(store, location_ids=["loc-9"])
    build_place(store)
    assert start().status_code == 2003


# --- START_SESSION of an eMSP


def emsp(store: Store) -> str:
    return register(store, "emsp", "EMSP", token="token-emsp")


def test_an_app_starts_without_terminal_hold_and_limit(store: Store) -> None:
    token = emsp(store)
    build_place(store)
    answer = start(token, authorization_reference=None)
    assert answer.data["result"] == "ACCEPTED"
    (payment,) = payments(store)
    assert payment["capture"] is False
    assert "limit_amount" not in payment
    assert payment["invoice_creator"] == "PTP"
    assert len(payment["authorization_reference"]) == 36


def test_an_app_is_priced_by_the_regular_tariff(store: Store) -> None:
    token = emsp(store)
    build_place(store, connectors=[connector(tariff_ids=["tariff-1", "regular"])])
    store.commit(master.tariff_put(tariff("regular", type="REGULAR"), NOW))
    start(token)
    assert payments(store)[0]["tariff"]["id"] == "regular"


def test_an_app_starts_also_where_charging_is_free(store: Store) -> None:
    token = emsp(store)
    build_place(store, connectors=[connector(tariff_ids=[])])
    assert start(token).data["result"] == "ACCEPTED"
    assert "tariff" not in payments(store)[0]


@pytest.mark.parametrize(("kind", "result"), [("RFID", "REJECTED"), ("APP_USER", "ACCEPTED")])
def test_a_card_declared_invalid_starts_nothing(store: Store, kind: str, result: str) -> None:
    token = emsp(store)
    build_place(store)
    document = {**start_body()["token"], "type": kind, "valid": False}
    store.commit(master.token_put(document, "emsp", NOW))
    assert start(token, token=document).data["result"] == result


# --- STOP_SESSION


def charging(store: Store, transaction_id: str = "17", **changes: Any) -> str:
    session = {"id": "session-1", "status": "ACTIVE", "last_updated": "2026-07-01T12:00:00.000Z", **changes}
    facts = {
        "charger_id": CHARGER_ID,
        "partner_id": "payter",
        "payment_id": "payter#ref-1",
        "transaction": sessions.transaction_key(CHARGER_ID, transaction_id),
    }
    store.commit(sessions.session_opened(session, "payter", NOW, **facts))
    return "session-1"


def stop(session_id: str, token: str = TOKEN_C) -> Answer:
    return call("STOP_SESSION", {"response_url": RESPONSE_URL, "session_id": session_id}, token)


@pytest.mark.parametrize(
    ("protocol", "transaction_id", "action", "payload"),
    [
        ("ocpp1.6", "17", "RemoteStopTransaction", {"transactionId": 17}),
        ("ocpp2.0.1", "a#b-1", "RequestStopTransaction", {"transactionId": "a#b-1"}),
    ],
)
def test_a_stop_is_queued_for_the_charger(
    store: Store, protocol: str, transaction_id: str, action: str, payload: dict[str, Any]
) -> None:
    ready(store, protocol=protocol)
    assert stop(charging(store, transaction_id)).data["result"] == "ACCEPTED"
    (command,) = queued(store)
    assert (command["action"], command["payload"]) == (action, payload)
    assert command["origin"]["kind"] == "ocpi_command"
    assert command["origin"]["response_url"] == RESPONSE_URL
    assert command["origin"]["command"] == "STOP_SESSION"


def test_unknown_and_foreign_sessions_are_unknown(store: Store) -> None:
    ready(store)
    assert stop("nothing").data["result"] == "UNKNOWN_SESSION"
    assert stop(charging(store), emsp(store)).data["result"] == "UNKNOWN_SESSION"


@pytest.mark.parametrize("status", ["COMPLETED", "INVALID"])
def test_a_session_that_is_over_is_not_stopped(store: Store, status: str) -> None:
    ready(store)
    assert stop(charging(store, status=status)).data["result"] == "REJECTED"
    assert queued(store) == []


def test_a_charger_that_is_away_cannot_be_stopped_now(store: Store) -> None:
    ready(store, connected=False)
    assert "not connected" in refused(stop(charging(store)))


def test_a_start_that_nobody_plugged_in_for_is_given_up(store: Store) -> None:
    ready(store)
    store.commit(sessions.payment_opened("payter", "ref-1", "STARTING", NOW, start_token="task-token"))
    assert stop(charging(store, status="PENDING")).data["result"] == "ACCEPTED"
    (failure,) = outbox_rows(target="workflow")
    assert (failure["signal"], failure["error"], failure["task_token"]) == ("failure", "StartRejected", "task-token")
    (result,) = outbox_rows(module="commands")
    assert (result["url"], result["document"]["result"]) == (RESPONSE_URL, "ACCEPTED")


def test_a_start_that_has_just_begun_is_not_given_up(store: Store) -> None:
    ready(store)
    store.commit(sessions.payment_opened("payter", "ref-1", "CHARGING", NOW))
    refused(stop(charging(store, status="PENDING")))
    assert outbox_rows() == []


# --- the others


@pytest.mark.parametrize(
    ("protocol", "payload"), [("ocpp1.6", {"connectorId": 1}), ("ocpp2.0.1", {"evseId": 1, "connectorId": 1})]
)
def test_unlock_is_queued(store: Store, protocol: str, payload: dict[str, Any]) -> None:
    ready(store, protocol=protocol)
    assert call("UNLOCK_CONNECTOR", start_body()).data["result"] == "ACCEPTED"
    (command,) = queued(store)
    assert (command["action"], command["payload"]) == ("UnlockConnector", payload)


def test_unlock_without_a_connection_or_a_place(store: Store) -> None:
    ready(store, connected=False)
    assert "not connected" in refused(call("UNLOCK_CONNECTOR", start_body()))
    assert call("UNLOCK_CONNECTOR", start_body(evse_uid="none")).status_code == 2003


def test_reservations_are_not_supported(store: Store) -> None:
    ready(store)
    body = start_body(reservation_id="r-1", expiry_date="2026-07-01T13:00:00Z")
    for command in ("RESERVE_NOW", "CANCEL_RESERVATION"):
        assert call(command, body).data["result"] == "NOT_SUPPORTED"
        assert call(command, {}).status_code == 2001


def test_a_claim_is_over_with_its_time(store: Store) -> None:
    ready(store)
    store.commit(sessions.payment_opened("payter", "old", "REQUESTED", NOW))
    store.commit(claims.claimed(CHARGER_ID, 1, "payter#old", NOW, was=None))
    assert start().data["result"] == "ACCEPTED"
    claim = claims.get_claim(store, CHARGER_ID, 1)
    assert claim is not None
    assert claim["payment_id"] == "payter#ref-1"
    assert (
        Condition("payment_id", "=", "payter#old")
        in claims.claimed(CHARGER_ID, 1, "x", NOW, was={"payment_id": "payter#old"}).conditions
    )
