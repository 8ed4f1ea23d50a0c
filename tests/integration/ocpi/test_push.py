import json
from decimal import Decimal
from typing import Any

import pytest

from csms import contract
from csms.edge import outgoing, queues
from csms.ocpi import tokens
from csms.store import master, outbox, partners, secrets
from csms.store.dynamo import Item, Put, Store
from functions.ocpi.credentials.handler import handler as credentials
from functions.ocpi_push.handler import handler
from tests.kit.http_events import ocpi_event
from tests.kit.partners import NOW, OUR_TOKEN, THEIR_URL, FakePartner, Sent, partner_row, register, response
from tests.kit.places import CHARGER_ID, EVSE_UID, LOCATION_ID, build_place, tariff

VERSIONS = ("2.2.1", "2.3.0")
PRICE = {"before_taxes": Decimal(10), "taxes": [{"name": "VAT", "amount": Decimal("1.9")}]}


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []
    monkeypatch.setattr(queues, "retry_in", lambda _queue, _handle, seconds: seen.append(seconds))
    return seen


def write(store: Store, put: Put) -> Item:
    store.commit(put)
    return put.item


def deliver(row: Item, tries: int = 1) -> bool:
    """Whether the message is done with."""
    body = json.dumps({"pk": row["pk"], "sk": row["sk"]})
    record = {"messageId": "m-1", "receiptHandle": "h-1", "body": body}
    event = {"Records": [{**record, "attributes": {"ApproximateReceiveCount": str(tries)}}]}
    return handler(event, None) == {"batchItemFailures": []}


def now_row(store: Store, row: Item) -> Item:
    found = outbox.get(store, row["pk"], row["sk"])
    assert found is not None
    return found


def session_row(store: Store, method: str = "PUT", **more: Any) -> Item:
    document = {"id": "s-1", "kwh": Decimal("1.5"), "total_cost": PRICE, "status": "ACTIVE"}
    return write(store, outbox.to_partner("payter", "sessions", "s-1", method, document, NOW, **more))


def cdr_row(store: Store) -> Item:
    return write(store, outbox.to_partner("payter", "cdrs", "c-1", "POST", {"id": "c-1", "total_cost": PRICE}, NOW))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_is_put_in_the_partners_version(store: Store, partner: FakePartner, version: str) -> None:
    register(store, version=version)
    partner.default = lambda _request: response()
    row = session_row(store)
    assert deliver(row)
    (sent,) = partner.sent
    assert (sent.method, sent.url) == ("PUT", f"{THEIR_URL}/{version}/sessions/DE/CSM/s-1")
    shape = (
        {"excl_vat": 10, "incl_vat": 11.9}
        if version == "2.2.1"
        else {"before_taxes": 10, "taxes": [{"name": "VAT", "amount": 1.9}]}
    )
    assert sent.document["total_cost"] == shape
    assert sent.headers["Authorization"] == tokens.authorization(OUR_TOKEN)
    assert sent.headers["OCPI-to-party-id"] == "PAY"
    assert sent.headers["OCPI-from-party-id"] == "CSM"
    assert sent.headers["X-Correlation-ID"] == row["row_id"]
    after = now_row(store, row)
    assert (after["state"], after["attempts"]) == ("DELIVERED", 1)
    assert "open_matter" not in after
    assert "last_success_at" in partner_row(store)


def test_the_version_is_the_one_at_the_time_of_sending(store: Store, partner: FakePartner) -> None:
    register(store, version="2.2.1")
    partner.default = lambda _request: response()
    row = session_row(store)
    store.commit(partners.partner_changed("payter", {"version": "2.3.0"}))
    deliver(row)
    assert "before_taxes" in partner.sent[0].document["total_cost"]


@pytest.mark.parametrize(
    ("row", "method", "url", "document"),
    [
        (
            outbox.to_partner("payter", "commands", "x", "POST", {"result": "ACCEPTED"}, NOW, url=f"{THEIR_URL}/cb/1"),
            "POST",
            f"{THEIR_URL}/cb/1",
            {"result": "ACCEPTED"},
        ),
        (
            outbox.to_partner(
                "payter", "locations", "l", "PATCH", {"status": "CHARGING", "last_updated": "2026-07-01T12:00:00Z"}, NOW,
                path=("DE", "CSM", "l", "e/1"),
            ),
            "PATCH",
            f"{THEIR_URL}/2.3.0/locations/DE/CSM/l/e%2F1",
            {"status": "CHARGING", "last_updated": "2026-07-01T12:00:00.000Z"},
        ),
        (
            outbox.to_partner("payter", "tariffs", "t", "DELETE", None, NOW),
            "DELETE",
            f"{THEIR_URL}/2.3.0/tariffs/DE/CSM/t",
            None,
        ),
        (
            outbox.to_partner("payter", "payments", "T1", "PATCH", {"location_ids": ["l"]}, NOW, path=("terminals", "T1")),
            "PATCH",
            f"{THEIR_URL}/2.3.0/payments/terminals/T1",
            {"location_ids": ["l"]},
        ),
        (
            outbox.to_partner("payter", "payments", "T1", "PATCH", {"evse_uids": []}, NOW, path=("T1",)),
            "PATCH",
            f"{THEIR_URL}/2.3.0/payments/terminals/T1",
            {"evse_uids": []},
        ),
    ],
    ids=["command result", "EVSE status", "tariff", "terminal", "terminal without list"],
)  # fmt: skip
def test_every_module_goes_to_its_place(
    store: Store, partner: FakePartner, row: Put, method: str, url: str, document: Any
) -> None:
    register(store)
    partner.default = lambda _request: response()
    assert deliver(write(store, row))
    (sent,) = partner.sent
    assert (sent.method, sent.url, sent.document) == (method, url, document)


def test_a_tariff_is_put_in_full(store: Store, partner: FakePartner) -> None:
    register(store, version="2.2.1")
    partner.default = lambda _request: response()
    assert deliver(write(store, outbox.to_partner("payter", "tariffs", "tariff-1", "PUT", tariff(), NOW)))
    assert partner.sent[0].document["max_price"]["incl_vat"] == 60


@pytest.mark.parametrize(
    "answer",
    [
        response(status=201, headers={"location": "https://x.example/c-1"}),
        response(),
        outgoing.Response(200, b""),
        outgoing.Response(200, b'"N/A"'),
        outgoing.Response(409, b""),
    ],
    ids=["with location", "without location", "empty", "no envelope", "it has it already"],
)
def test_a_cdr_that_arrived(store: Store, partner: FakePartner, answer: outgoing.Response) -> None:
    register(store)
    partner.default = lambda _request: answer
    row = cdr_row(store)
    assert deliver(row)
    assert now_row(store, row)["state"] == "DELIVERED"
    assert now_row(store, row).get("location") == answer.headers.get("location")


def unreachable(_request: Sent) -> outgoing.Response:
    raise outgoing.Unreachable("timed out")


@pytest.mark.parametrize(
    "respond",
    [
        unreachable,
        lambda _request: outgoing.Response(500),
        lambda _request: response(status=503, status_code=3000),
        lambda _request: response(status_code=3000),
        lambda _request: response(status_code=4002),
        lambda _request: outgoing.Response(429),
        lambda _request: outgoing.Response(200, b"<html>a proxy's page"),
    ],
)
def test_what_passes_is_tried_again_later_each_time(
    store: Store, partner: FakePartner, delays: list[int], respond: Any
) -> None:
    register(store)
    partner.default = respond
    row = cdr_row(store)
    assert not deliver(row, 1)
    assert not deliver(row, 5)
    assert delays[0] < delays[1]
    after = now_row(store, row)
    assert (after["state"], after["attempts"]) == ("WAITING", 2)
    assert partner_row(store)["last_error"] == after["last_error"]
    partner.default = lambda _request: response()
    assert deliver(row, 6)
    assert now_row(store, row)["state"] == "DELIVERED"


def test_the_last_try_of_the_queue_leaves_a_failed_row(store: Store, partner: FakePartner, delays: list[int]) -> None:
    register(store)
    partner.default = unreachable
    row = cdr_row(store)
    assert not deliver(row, contract.QUEUE_PUSH.max_receives), "the message goes to the dead letters"
    assert now_row(store, row)["state"] == "FAILED"
    assert len(delays) == 1


@pytest.mark.parametrize(
    "answer",
    [
        response(status_code=2001),
        response(status=400, status_code=2000),
        outgoing.Response(404),
        outgoing.Response(301, headers={"location": "https://elsewhere.example"}),
        response(status_code=4001),
    ],
)
def test_what_is_refused_is_final_and_visible(store: Store, partner: FakePartner, answer: outgoing.Response) -> None:
    register(store)
    partner.default = lambda _request: answer
    row = cdr_row(store)
    assert deliver(row)
    after = now_row(store, row)
    assert (after["state"], after["open_matter"]) == ("FAILED", "OUTBOX")
    assert len(partner.sent) == 1


def test_a_refused_token_stops_everything_until_the_partner_registers_again(store: Store, partner: FakePartner) -> None:
    token = register(store)
    partner.default = lambda _request: response(status=401, status_code=2000)
    first, second = session_row(store), cdr_row(store)
    assert deliver(first)
    assert deliver(second)
    assert len(partner.sent) == 1
    assert {now_row(store, row)["state"] for row in (first, second)} == {"WAITING"}
    assert "push_stopped_at" in partner_row(store)
    partner.offer("2.3.0")
    role = {"role": "PTP", "party_id": "PAY", "country_code": "NL"}
    body = {"token": "b-2", "url": f"{THEIR_URL}/versions", "roles": [role]}
    credentials(ocpi_event("PUT", "/ocpi/2.3.0/credentials", token, body=body), None)
    partner.default = lambda _request: response()
    assert deliver(first)
    assert now_row(store, first)["state"] == "DELIVERED"
    assert partner.sent[-1].headers["Authorization"] == tokens.authorization("b-2")


def test_a_command_result_is_not_tried_for_long(store: Store, partner: FakePartner, delays: list[int]) -> None:
    register(store)
    partner.default = unreachable
    row = write(
        store, outbox.to_partner("payter", "commands", "x", "POST", {"result": "ACCEPTED"}, NOW, url=f"{THEIR_URL}/cb")
    )
    assert [deliver(row, tries) for tries in (1, 2, 3, 4)] == [False, False, False, True]
    assert sum(delays) < 30
    assert now_row(store, row)["state"] == "FAILED"


def test_a_running_sessions_patch_is_given_up_for_the_next_one(
    store: Store, partner: FakePartner, delays: list[int]
) -> None:
    register(store)
    partner.default = unreachable
    row = session_row(store, "PATCH")
    assert not deliver(row, 3)
    assert deliver(row, 4)
    after = now_row(store, row)
    assert after["state"] == "DELIVERED"
    assert "given up" in after["note"]
    assert len(delays) == 1


@pytest.mark.parametrize(
    "answer", [outgoing.Response(404), response(status_code=2003), response(status=404, status_code=2000)]
)
def test_a_patch_that_is_refused_becomes_a_put_of_everything(
    store: Store, partner: FakePartner, answer: outgoing.Response
) -> None:
    register(store)
    partner.default = lambda request: answer if request.method == "PATCH" else response()
    row = session_row(store, "PATCH", full_document={"id": "s-1", "status": "ACTIVE", "currency": "EUR"})
    assert deliver(row)
    assert [sent.method for sent in partner.sent] == ["PATCH", "PUT"]
    assert partner.sent[0].url == partner.sent[1].url
    assert partner.sent[1].document == {"id": "s-1", "currency": "EUR", "status": "ACTIVE"}
    assert now_row(store, row)["state"] == "DELIVERED"


def test_an_evse_status_for_an_unknown_location_becomes_a_put_of_the_location(
    store: Store, partner: FakePartner
) -> None:
    register(store)
    build_place(store)
    partner.default = lambda request: outgoing.Response(404) if request.method == "PATCH" else response()
    path = ("DE", "CSM", LOCATION_ID, EVSE_UID)
    row = write(
        store, outbox.to_partner("payter", "locations", LOCATION_ID, "PATCH", {"status": "CHARGING"}, NOW, path=path)
    )
    assert deliver(row)
    assert partner.sent[1].url == f"{THEIR_URL}/2.3.0/locations/DE/CSM/{LOCATION_ID}"
    assert partner.sent[1].document["evses"][0]["uid"] == EVSE_UID
    assert CHARGER_ID not in json.dumps(partner.sent[1].document)
    assert master.get_location(store, LOCATION_ID) is not None


def test_a_partner_without_the_module_is_not_told(store: Store, partner: FakePartner) -> None:
    register(store, endpoints=[{"identifier": "cdrs", "role": "RECEIVER", "url": f"{THEIR_URL}/cdrs"}])
    row = session_row(store)
    assert deliver(row)
    assert partner.sent == []
    after = now_row(store, row)
    assert (after["state"], after["note"]) == ("DELIVERED", "the partner has no such module")


@pytest.mark.parametrize("change", [{"state": "UNREGISTERED"}, {"state": "INVITED"}])
def test_who_is_not_registered_is_not_told(store: Store, partner: FakePartner, change: dict[str, Any]) -> None:
    register(store)
    store.commit(partners.partner_changed("payter", change))
    row = cdr_row(store)
    assert deliver(row)
    assert partner.sent == []
    assert now_row(store, row)["state"] == "FAILED"


def test_unknown_partner_and_missing_token(store: Store, partner: FakePartner) -> None:
    row = cdr_row(store)
    assert deliver(row)
    assert now_row(store, row)["state"] == "FAILED"
    register(store)
    secrets.delete_partner_token("payter")
    assert deliver(row)
    assert partner.sent == []


def test_a_row_that_was_delivered_or_is_gone_is_not_sent(store: Store, partner: FakePartner) -> None:
    register(store)
    row = cdr_row(store)
    store.commit(outbox.delivered(row["pk"], row["sk"], NOW))
    assert deliver(row)
    assert deliver({"pk": "OUT#none", "sk": "x"})
    assert partner.sent == []


def test_a_url_that_must_not_be_called_is_final(store: Store, partner: FakePartner) -> None:
    def forbidden(_request: Sent) -> outgoing.Response:
        raise outgoing.Forbidden("not a public address")

    register(store)
    partner.default = forbidden
    row = cdr_row(store)
    assert deliver(row)
    assert now_row(store, row)["state"] == "FAILED"


def test_tokens_go_as_they_are_to_partners_that_want_them_so(store: Store, partner: FakePartner) -> None:
    register(store, raw_token=True)
    partner.default = lambda _request: response()
    deliver(cdr_row(store))
    assert partner.sent[0].headers["Authorization"] == f"Token {OUR_TOKEN}"


def test_after_one_that_must_come_again_all_behind_it_do(store: Store, partner: FakePartner, delays: list[int]) -> None:
    register(store)
    partner.default = unreachable
    rows = [cdr_row(store), session_row(store)]
    records = [
        {
            "messageId": f"m-{number}",
            "receiptHandle": "h",
            "body": json.dumps({"pk": row["pk"], "sk": row["sk"]}),
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        for number, row in enumerate(rows)
    ]
    failed = handler({"Records": records}, None)["batchItemFailures"]
    assert [entry["itemIdentifier"] for entry in failed] == ["m-0", "m-1"]
    assert len(delays) == 1


def test_a_fault_of_ours_lets_the_message_come_again(store: Store, partner: FakePartner) -> None:
    def broken(_request: Sent) -> outgoing.Response:
        raise ZeroDivisionError

    register(store)
    partner.default = broken
    assert not deliver(cdr_row(store))


def test_health_is_not_written_with_every_push(
    store: Store, partner: FakePartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store)
    partner.default = lambda _request: response()
    deliver(cdr_row(store))
    first = partner_row(store)["last_success_at"]
    deliver(session_row(store))
    assert partner_row(store)["last_success_at"] == first
