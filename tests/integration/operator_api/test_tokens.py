from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from csms.store import master
from tests.kit.partners import NOW

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api


def test_a_card_is_written_and_found_without_regard_to_case(api: Api, store: Store) -> None:
    created = api("PUT", "tokens/04aB12", {"group_id": "FLEET", "expires_at": "2027-01-01T00:00:00+01:00"})
    again = api("PUT", "tokens/04AB12", {"blocked": True})

    (row,) = master.find_tokens(store, "04ab12")
    assert (created.status, again.status) == (201, 200)
    assert created.body["expires_at"] == "2026-12-31T23:00:00.000Z"
    assert row["token"]["uid"] == "04aB12"
    assert row["token"]["valid"] is False
    assert row["partner_id"] == "LOCAL"
    assert api("GET", "tokens/04AB12").body["blocked"] is True


def test_cards_of_partners_are_not_ours(api: Api, store: Store) -> None:
    theirs = {"country_code": "NL", "party_id": "PAY", "uid": "CARD1", "type": "RFID", "valid": True}
    store.commit(master.token_put(theirs, "payter", NOW))

    assert api("GET", "tokens/CARD1").status == 404
    assert api("DELETE", "tokens/CARD1").status == 404
    assert api("PUT", "tokens/CARD1", {}).status == 201
    assert len(master.find_tokens(store, "CARD1")) == 2


def test_a_card_is_deleted(api: Api, store: Store) -> None:
    api("PUT", "tokens/CARD1", {})

    assert api("DELETE", "tokens/card1").status == 204
    assert master.find_tokens(store, "CARD1") == []


def test_cards_in_pages(api: Api) -> None:
    for number in range(3):
        api("PUT", f"tokens/CARD{number}", {})

    pages = api.all_pages("tokens", 2)

    assert [[token["uid"] for token in page] for page in pages] == [["CARD0", "CARD1"], ["CARD2"]]


@pytest.mark.parametrize(
    ("uid", "body", "field"),
    [
        ("CARD1", {"expires_at": "tomorrow"}, "expires_at"),
        ("CARD1", {"blocked": "yes"}, "blocked"),
        ("CARD1", {"language": "english"}, "language"),
        ("C" * 37, {}, "uid"),
    ],
)
def test_what_is_not_valid_is_named(api: Api, uid: str, body: dict[str, Any], field: str) -> None:
    answer = api("PUT", f"tokens/{uid}", body)

    assert (answer.status, answer.fields) == (422, [field])
