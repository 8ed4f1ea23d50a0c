from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.edge import ocpi_access, outgoing
from csms.ocpi import tokens
from csms.store import master, secrets
from csms.store import partners as store_partners
from tests.integration.operator_api.samples import evse, location, tariff
from tests.kit import partners
from tests.kit.tables import all_items, outbox_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

INVITED = {"partner_id": "payter", "kind": "PTP", "name": "Payter"}


@pytest.fixture
def their_system(monkeypatch: pytest.MonkeyPatch) -> partners.FakePartner:
    fake = partners.FakePartner()
    monkeypatch.setattr(outgoing, "send", fake.send)
    return fake


def terminal(store: Store, identity: str = "PT1") -> None:
    document = {"terminal_id": identity, "reference": "S1", "last_updated": "2026-07-01T00:00:00.000Z"}
    store.commit(master.terminal_put("payter", document, partners.NOW, new=True))


def test_an_invitation_holds_the_token_once_and_it_works(api: Api, store: Store) -> None:
    answer = api("POST", "partners", INVITED)

    token = answer.body["invitation"]["token"]
    caller = ocpi_access.authenticate(tokens.authorization(token), ocpi_access.WITH_TOKEN_A, store, partners.NOW)
    assert answer.status == 201
    assert answer.body["invitation"]["versions_url"] == "https://csms.example/ocpi/versions"
    assert caller is not None
    assert caller.partner["partner_id"] == "payter"
    assert token not in str(all_items(contract.PARTNERS))


def test_no_token_and_no_hash_is_shown_later(api: Api, store: Store) -> None:
    token = partners.register(store, "payter")

    text = str(api("GET", "partners/payter").body) + str(api("GET", "partners").body)

    for secret in (token, tokens.digest(token), partners.OUR_TOKEN):
        assert secret not in text


def test_a_partner_with_its_state_parties_endpoints_and_health(api: Api, store: Store) -> None:
    partners.register(store, "payter", last_error="HTTP 500", last_error_at="2026-07-01T00:00:00.000Z")

    shown = api("GET", "partners/payter", groups="[viewer]").body

    assert (shown["state"], shown["version"], shown["kind"]) == ("REGISTERED", "2.3.0", "PTP")
    assert shown["parties"] == [{"role": "PTP", "country_code": "NL", "party_id": "PAY"}]
    assert shown["endpoints"] == partners.endpoints_of("2.3.0")
    assert shown["health"]["last_error"] == "HTTP 500"


def test_a_partner_is_invited_once_and_again_only_on_demand(api: Api, store: Store) -> None:
    first = api("POST", "partners", INVITED).body["invitation"]["token"]

    assert api("POST", "partners", INVITED).status == 409
    second = api("POST", "partners/payter/invitation")
    assert second.status == 201
    assert store_partners.get_credential(store, tokens.digest(first)) is None
    assert store_partners.get_credential(store, tokens.digest(second.body["invitation"]["token"]))


def test_a_registered_partner_gets_no_new_invitation(api: Api, store: Store) -> None:
    partners.register(store, "payter")

    assert api("POST", "partners/payter/invitation").status == 409


@pytest.mark.parametrize("groups", ["[operator]", "[viewer installer finance]", "[]"])
def test_only_an_admin_handles_tokens(api: Api, groups: str) -> None:
    assert api("POST", "partners", INVITED, groups=groups).status == 403
    assert api("POST", "partners/payter/register", {}, groups=groups).status == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "BANK"}, "kind"),
        ({"partner_id": "a#b"}, "partner_id"),
        ({"partner_id": "../x"}, "partner_id"),
        ({"our_party": {"country_code": "de", "party_id": "CSM"}}, "our_party.country_code"),
    ],
)
def test_what_is_not_valid_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    answer = api("POST", "partners", {**INVITED, **changes})

    assert (answer.status, answer.fields) == (422, [field])


def test_we_register_with_a_partner(api: Api, store: Store, their_system: partners.FakePartner) -> None:
    api("POST", "partners", INVITED)
    their_system.offer("2.2.1", "2.3.0")
    theirs = {
        "token": "their-token-c",
        "url": f"{partners.THEIR_URL}/versions",
        "roles": [{"role": "PTP", "country_code": "NL", "party_id": "PAY", "business_details": {"name": "Payter"}}],
    }
    their_system.serve("POST", f"{partners.THEIR_URL}/2.3.0/credentials", theirs)

    answer = api(
        "POST", "partners/payter/register", {"versions_url": f"{partners.THEIR_URL}/versions", "token": "their-token-a"}
    )

    assert (answer.status, answer.body["state"], answer.body["version"]) == (200, "REGISTERED", "2.3.0")
    assert secrets.get_partner_token("payter") == "their-token-c"
    assert "their-token" not in str(answer.body) + str(all_items(contract.PARTNERS))


def test_a_partner_that_cannot_be_reached_is_told_as_such(
    api: Api, store: Store, their_system: partners.FakePartner
) -> None:
    api("POST", "partners", INVITED)

    answer = api(
        "POST", "partners/payter/register", {"versions_url": f"{partners.THEIR_URL}/versions", "token": "their-token-a"}
    )

    assert answer.status == 502
    assert answer.body["detail"].startswith("OCPI 3001")
    assert partners.partner_row(store)["state"] == "INVITED"


def test_we_leave_a_partner(api: Api, store: Store, their_system: partners.FakePartner) -> None:
    partners.register(store, "payter")
    their_system.serve("DELETE", f"{partners.THEIR_URL}/2.3.0/credentials")

    answer = api("POST", "partners/payter/unregister")

    assert (answer.status, answer.body["partner_agreed"]) == (200, True)
    assert answer.body["partner"]["state"] == "UNREGISTERED"
    assert secrets.get_partner_token("payter") is None


def test_leaving_withdraws_the_invitation(api: Api, store: Store) -> None:
    token = api("POST", "partners", INVITED).body["invitation"]["token"]

    api("POST", "partners/payter/unregister")

    assert store_partners.get_credential(store, tokens.digest(token)) is None


def test_a_partner_that_is_not_registered_cannot_be_renewed(api: Api) -> None:
    api("POST", "partners", INVITED)

    assert api("POST", "partners/payter/renew").status == 502


def test_assigning_a_terminal_tells_its_partner(api: Api, store: Store) -> None:
    partners.register(store, "payter")
    terminal(store)
    api("PUT", "tariffs/T1", tariff())
    api("PUT", "locations/L1", location(evse()))

    answer = api(
        "PUT",
        "partners/payter/terminals/PT1/assignment",
        {"location_ids": ["L1"], "evse_uids": ["E1"], "customer_reference": "C-1", "our_receipts": True},
        groups="[operator]",
    )

    (row,) = outbox_rows(module="payments")
    read = api("GET", "partners/payter/terminals/PT1").body
    told = {
        "location_ids": ["L1"],
        "evse_uids": ["E1"],
        "customer_reference": "C-1",
        "invoice_base_url": "https://csms.example/receipts/",
    }
    assert (answer.status, answer.body["told_to_partner"]) == (200, True)
    assert (row["method"], row["path"]) == ("PATCH", ["terminals", "PT1"])
    assert {name: row["document"][name] for name in told} == told
    assert {name: read[name] for name in told} == told
    assert read["reference"] == "S1"


def test_an_assignment_names_places_that_exist(api: Api, store: Store) -> None:
    partners.register(store, "payter")
    terminal(store)

    answer = api("PUT", "partners/payter/terminals/PT1/assignment", {"location_ids": ["L9"], "evse_uids": ["E9"]})

    assert (answer.status, answer.fields) == (422, ["location_ids[0]", "evse_uids[0]"])
    assert outbox_rows() == []


def test_a_partner_without_connection_is_not_told(api: Api, store: Store) -> None:
    partners.invite(store, "payter")
    terminal(store)

    answer = api("PUT", "partners/payter/terminals/PT1/assignment", {"location_ids": [], "evse_uids": []})

    assert (answer.status, answer.body["told_to_partner"]) == (200, False)
    assert outbox_rows() == []


def test_terminals_in_pages(api: Api, store: Store) -> None:
    partners.register(store, "payter")
    for number in range(3):
        terminal(store, f"PT{number}")

    pages = api.all_pages("partners/payter/terminals", 2)

    assert [[entry["terminal_id"] for entry in page] for page in pages] == [["PT0", "PT1"], ["PT2"]]


def test_no_such_partner_and_no_such_terminal(api: Api, store: Store) -> None:
    partners.register(store, "payter")

    assert api("GET", "partners/none").status == 404
    assert api("GET", "partners/none/terminals").status == 404
    assert api("GET", "partners/payter/terminals/none").status == 404
    assert api("POST", "partners/none/register", {}).status == 404
