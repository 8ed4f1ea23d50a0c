from typing import Any

import pytest

from csms.store import master, partners
from csms.store.dynamo import Store
from functions.ocpi.tokens.handler import handler
from tests.kit.http_events import Answer, ocpi_event, read_answer
from tests.kit.partners import NOW, TOKEN_C, register

VERSIONS = ("2.2.1", "2.3.0")


def call(method: str, path: str, body: Any = None, version: str = "2.3.0", **query: str) -> Answer:
    event = ocpi_event(method, f"/ocpi/cpo/{version}/tokens/{path}", TOKEN_C, body=body, query=query)
    return read_answer(handler(event, None))


def token(**changes: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "PAY",
        "uid": "04AABBCC",
        "type": "RFID",
        "contract_id": "NL-PAY-C1",
        "issuer": "Issuer",
        "valid": True,
        "whitelist": "ALWAYS",
        "last_updated": "2026-07-01T12:00:00Z",
        **changes,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_card_is_stored_for_its_partner_shown_and_changed(store: Store, version: str) -> None:
    register(store)
    assert call("PUT", "NL/PAY/04AABBCC", token(), version).http_status == 201
    assert call("PUT", "NL/PAY/04AABBCC", token(), version).http_status == 200
    patch = {"valid": False, "last_updated": "2026-07-01T13:00:00Z"}
    assert call("PATCH", "nl/pay/04aabbcc", patch, version).status_code == 1000
    shown = call("GET", "NL/PAY/04AABBCC/", version=version).data
    assert (shown["valid"], shown["issuer"], shown["uid"]) == (False, "Issuer", "04AABBCC")
    (row,) = master.find_tokens(store, "04aabbcc")
    assert row["partner_id"] == "payter"


def test_the_type_is_part_of_the_key(store: Store) -> None:
    register(store)
    call("PUT", "NL/PAY/04AABBCC", token(type="APP_USER"), type="APP_USER")
    assert call("GET", "NL/PAY/04AABBCC").http_status == 404
    assert call("GET", "NL/PAY/04AABBCC", type="APP_USER").http_status == 200


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_unknown_card_is_404(store: Store, method: str) -> None:
    register(store)
    assert call(method, "NL/PAY/unknown", {"last_updated": "2026-07-01T12:00:00Z"}).http_status == 404


def test_cards_of_other_parties_are_404_except_behind_a_hub(store: Store) -> None:
    register(store)
    body = token(country_code="DE", party_id="XXX")
    assert call("PUT", "DE/XXX/04AABBCC", body).http_status == 404
    store.commit(partners.partner_changed("payter", {"partner_kind": "HUB"}))
    assert call("PUT", "DE/XXX/04AABBCC", body).http_status == 201


def test_another_partners_card_is_not_shown(store: Store) -> None:
    register(store)
    store.commit(master.token_put(token(), "other", NOW))
    assert call("GET", "NL/PAY/04AABBCC").http_status == 404


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PUT", {}),
        ("PUT", token(uid="other")),
        ("PUT", token(whitelist="MAYBE")),
        ("PUT", token(valid="perhaps")),
        ("PUT", {name: value for name, value in token().items() if name != "last_updated"}),
        ("PATCH", {"valid": False}),
        ("PATCH", []),
    ],
)
def test_what_cannot_be_used_is_2001_and_changes_nothing(store: Store, method: str, body: Any) -> None:
    register(store)
    call("PUT", "NL/PAY/04AABBCC", token())
    before = call("GET", "NL/PAY/04AABBCC").data
    answer = call(method, "NL/PAY/04AABBCC", body)
    assert (answer.http_status, answer.status_code) == (200, 2001)
    assert call("GET", "NL/PAY/04AABBCC").data == before
