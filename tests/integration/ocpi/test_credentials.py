from datetime import UTC, datetime
from typing import Any

import pytest

from csms.edge import credentials_client, outgoing
from csms.ocpi import tokens
from csms.ocpi.errors import ClientApiUnusable, NoMatchingEndpoints, UnsupportedVersion
from csms.store import partners, secrets
from csms.store.dynamo import Store
from functions.ocpi.credentials.handler import handler
from functions.ocpi.locations.handler import handler as locations
from functions.ocpi.versions.handler import handler as versions
from tests.kit.http_events import Answer, ocpi_event, read_answer
from tests.kit.partners import NOW, THEIR_URL, FakePartner, Respond, Sent, invite, partner_row, register, response

VERSIONS = ("2.2.1", "2.3.0")
TOKEN_B = "token-b-of-the-partner"


def credentials_body(token: str = TOKEN_B, role: str = "PTP", url: str = f"{THEIR_URL}/versions") -> dict[str, Any]:
    return {
        "token": token,
        "url": url,
        "roles": [{"role": role, "party_id": "PAY", "country_code": "NL", "business_details": {"name": "Payter"}}],
    }


def call(method: str, token: str | None, body: Any = None, version: str = "2.3.0", path: str = "") -> Answer:
    return read_answer(handler(ocpi_event(method, f"/ocpi/{version}/credentials{path}", token, body=body), None))


def may_read_locations(token: str) -> bool:
    return read_answer(locations(ocpi_event("GET", "/ocpi/cpo/2.3.0/locations", token), None)).http_status == 200


def without_token_only(respond: Respond) -> Respond:
    return lambda request: (
        response(status=401, status_code=2000) if "Authorization" in request.headers else respond(request)
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("role", ["PTP", "EMSP", "OTHER", "HUB"])
def test_a_partner_registers(store: Store, partner: FakePartner, version: str, role: str) -> None:
    token_a = invite(store)
    partner.offer(*VERSIONS, needs_token=TOKEN_B)
    answer = call("POST", token_a, credentials_body(role=role), version)
    assert (answer.http_status, answer.status_code) == (200, 1000)
    assert answer.data["url"] == "https://csms.example/ocpi/versions"
    assert answer.data["roles"][0]["role"] == "CPO"
    assert not any(name.lower().startswith("ocpi-") for name in answer.headers)
    row = partner_row(store)
    assert (row["state"], row["version"], row["roles"][0]["role"]) == ("REGISTERED", version, role)
    assert secrets.get_partner_token("payter") == TOKEN_B
    assert may_read_locations(answer.data["token"])
    assert call("POST", token_a, credentials_body()).http_status == 401, "token A is used up"


def test_token_a_opens_versions_and_credentials_only(store: Store) -> None:
    token_a = invite(store)
    assert read_answer(versions(ocpi_event("GET", "/ocpi/versions", token_a), None)).http_status == 200
    assert call("GET", token_a).data["token"] == token_a
    assert not may_read_locations(token_a)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_who_is_not_registered_neither_renews_nor_leaves(store: Store, method: str) -> None:
    assert call(method, invite(store), credentials_body()).http_status == 405


def test_who_is_registered_does_not_register_again(store: Store) -> None:
    assert call("POST", register(store), credentials_body()).http_status == 405


def test_no_token_and_a_wrong_token_are_401(store: Store) -> None:
    register(store)
    for token in (None, "wrong"):
        answer = call("GET", token)
        assert answer.http_status == 401
        assert answer.status_code >= 2000
        assert answer.headers["X-Request-ID"] == "req-1"


@pytest.mark.parametrize(
    ("offered", "status_code"),
    [(("2.1.1",), 3002), ((), 3001)],
)
def test_a_partner_without_our_version_is_told_so(
    store: Store, partner: FakePartner, offered: tuple[str, ...], status_code: int
) -> None:
    token_a = invite(store)
    partner.offer(*offered)
    answer = call("POST", token_a, credentials_body())
    assert (answer.http_status, answer.status_code) == (200, status_code)
    assert partner_row(store)["state"] == "INVITED"
    partner.offer(*VERSIONS)
    assert call("POST", token_a, credentials_body()).status_code == 1000, "it may try again"


def test_the_version_of_the_url_is_the_one_that_counts(store: Store, partner: FakePartner) -> None:
    token_a = invite(store)
    partner.offer("2.2.1")
    assert call("POST", token_a, credentials_body(), "2.3.0").status_code == 3002
    assert call("POST", token_a, credentials_body(), "2.2.1").status_code == 1000


def test_details_without_any_module_for_us_are_3003(store: Store, partner: FakePartner) -> None:
    token_a = invite(store)
    partner.offer("2.3.0")
    only = {"version": "2.3.0", "endpoints": [{"identifier": "bookings", "role": "RECEIVER", "url": f"{THEIR_URL}/b"}]}
    partner.serve("GET", f"{THEIR_URL}/2.3.0", only)
    assert call("POST", token_a, credentials_body()).status_code == 3003


def test_versions_that_refuse_the_token_are_read_without(store: Store, partner: FakePartner) -> None:
    token_a = invite(store)
    partner.offer("2.3.0")
    for key, respond in list(partner.answers.items()):
        partner.answers[key] = without_token_only(respond)
    assert call("POST", token_a, credentials_body()).status_code == 1000


@pytest.mark.parametrize("error", [outgoing.Unreachable("timed out"), outgoing.Forbidden("not a public address")])
def test_versions_that_cannot_be_read_are_3001(
    store: Store, partner: FakePartner, error: outgoing.OutgoingError
) -> None:
    def fail(_request: Sent) -> outgoing.Response:
        raise error

    token_a = invite(store)
    partner.default = fail
    answer = call("POST", token_a, credentials_body())
    assert (answer.http_status, answer.status_code) == (200, 3001)


@pytest.mark.parametrize(
    ("body", "http_status", "status_code"),
    [
        ("{broken", 400, 2000),
        ("", 400, 2000),
        ("[]", 200, 2001),
        ({"token": "x", "url": "https://x.example"}, 200, 2001),
        ({"token": "", "url": "https://x.example", "roles": []}, 200, 2001),
    ],
)
def test_bad_input(store: Store, body: Any, http_status: int, status_code: int) -> None:
    answer = call("POST", invite(store), body)
    assert (answer.http_status, answer.status_code) == (http_status, status_code)


def test_put_renews_and_the_old_token_works_until_the_new_one_is_used(store: Store, partner: FakePartner) -> None:
    old = register(store, version="2.2.1")
    partner.offer(*VERSIONS, needs_token="token-b-2")
    new = call("PUT", old, credentials_body("token-b-2"), "2.3.0").data["token"]
    assert partner_row(store)["version"] == "2.3.0"
    assert secrets.get_partner_token("payter") == "token-b-2"
    assert may_read_locations(old)
    assert may_read_locations(new)
    assert not may_read_locations(old)


def test_put_again_with_the_old_token_after_a_lost_answer(store: Store, partner: FakePartner) -> None:
    old = register(store)
    partner.offer(*VERSIONS)
    lost = call("PUT", old, credentials_body("token-b-2")).data["token"]
    new = call("PUT", old, credentials_body("token-b-3")).data["token"]
    assert not may_read_locations(lost)
    assert may_read_locations(new)
    assert not may_read_locations(old)


def test_a_failed_put_leaves_everything_as_it_was(store: Store, partner: FakePartner) -> None:
    old = register(store)
    before = partner_row(store)
    partner.offer("2.1.1")
    assert call("PUT", old, credentials_body("token-b-2")).status_code == 3002
    assert partner_row(store) == before
    assert may_read_locations(old)


def test_a_replaced_token_ends_with_its_time(store: Store) -> None:
    register(store)
    store.commit(partners.credential("payter", tokens.digest("old"), partners.STATE_PREVIOUS, NOW.replace(year=2020)))
    assert not may_read_locations("old")


def test_delete_ends_the_connection(store: Store) -> None:
    token = register(store)
    assert call("DELETE", token).status_code == 1000
    assert partner_row(store)["state"] == "UNREGISTERED"
    assert secrets.get_partner_token("payter") is None
    assert call("GET", token).http_status == 401


@pytest.mark.parametrize("path", ["/", ""])
def test_get_shows_the_token_in_use(store: Store, path: str) -> None:
    token = register(store)
    assert call("GET", token, path=path).data["token"] == token


def test_a_new_token_a_registers_a_known_partner_anew_and_ends_its_old_token(
    store: Store, partner: FakePartner
) -> None:
    old = register(store)
    store.commit(partners.credential("payter", tokens.digest("second-a"), partners.STATE_A))
    partner.offer(*VERSIONS)
    new = call("POST", "second-a", credentials_body("b-2")).data["token"]
    assert may_read_locations(new)
    assert not may_read_locations(old)


def test_token_a_registers_once_also_where_two_requests_come_at_the_same_time(
    store: Store, partner: FakePartner
) -> None:
    token_a = invite(store)
    partner.offer(*VERSIONS)
    answers: list[Answer] = []

    def second_request(request: Sent) -> outgoing.Response:
        partner.answers["GET", request.url] = respond
        answers.append(call("POST", token_a, credentials_body()))
        return respond(request)

    respond = partner.answers["GET", f"{THEIR_URL}/2.3.0"]
    partner.answers["GET", f"{THEIR_URL}/2.3.0"] = second_request
    answers.append(call("POST", token_a, credentials_body()))
    assert [answer.http_status for answer in answers] == [200, 405]
    assert may_read_locations(answers[0].data["token"])


# --- we register with a partner


def offering(partner: FakePartner, answer: Any = None) -> None:
    partner.offer(*VERSIONS, needs_token="their-token-a")
    partner.serve("POST", f"{THEIR_URL}/2.3.0/credentials", answer or credentials_body("their-token-c"))


def test_we_register_with_a_partner(store: Store, partner: FakePartner) -> None:
    invite(store)
    offering(partner)
    row = credentials_client.register_with(store, "payter", f"{THEIR_URL}/versions", "their-token-a", NOW)
    assert (row["state"], row["version"]) == ("REGISTERED", "2.3.0")
    assert secrets.get_partner_token("payter") == "their-token-c"
    assert may_read_locations(partner.sent[-1].document["token"])


def test_our_token_opens_versions_while_the_partner_answers(store: Store, partner: FakePartner) -> None:
    invite(store)
    offering(partner)
    seen: list[int] = []

    def respond(request: Sent) -> outgoing.Response:
        token = request.document["token"]
        seen.append(read_answer(versions(ocpi_event("GET", "/ocpi/2.3.0", token), None)).http_status)
        return response(credentials_body("their-token-c"))

    partner.answers["POST", f"{THEIR_URL}/2.3.0/credentials"] = respond
    credentials_client.register_with(store, "payter", f"{THEIR_URL}/versions", "their-token-a", NOW)
    assert seen == [200]


@pytest.mark.parametrize("answer", [{"nothing": "usable"}, {"token": "x"}])
def test_a_refused_registration_leaves_no_token_of_ours(store: Store, partner: FakePartner, answer: Any) -> None:
    invite(store)
    offering(partner, answer)
    with pytest.raises(ClientApiUnusable):
        credentials_client.register_with(store, "payter", f"{THEIR_URL}/versions", "their-token-a", NOW)
    ours = partner.sent[-1].document["token"]
    assert partners.get_credential(store, tokens.digest(ours)) is None
    assert partner_row(store)["state"] == "INVITED"


def test_no_common_version_and_no_credentials_endpoint(store: Store, partner: FakePartner) -> None:
    invite(store)
    partner.offer("2.1.1")
    with pytest.raises(UnsupportedVersion):
        credentials_client.register_with(store, "payter", f"{THEIR_URL}/versions", "a", NOW)
    partner.offer("2.3.0")
    only = [{"identifier": "cdrs", "role": "RECEIVER", "url": f"{THEIR_URL}/c"}]
    partner.serve("GET", f"{THEIR_URL}/2.3.0", {"version": "2.3.0", "endpoints": only})
    with pytest.raises(NoMatchingEndpoints):
        credentials_client.register_with(store, "payter", f"{THEIR_URL}/versions", "a", NOW)


def test_we_renew_and_the_partners_old_token_works_until_the_new_one_is_used(
    store: Store, partner: FakePartner
) -> None:
    old = register(store)
    partner.offer(*VERSIONS)
    partner.serve("PUT", f"{THEIR_URL}/2.3.0/credentials", credentials_body("their-token-d"))
    credentials_client.renew_with(store, "payter", datetime.now(UTC))
    new = partner.sent[-1].document["token"]
    assert may_read_locations(old)
    assert may_read_locations(new)
    assert not may_read_locations(old)
    assert secrets.get_partner_token("payter") == "their-token-d"


@pytest.mark.parametrize("agrees", [True, False])
def test_we_leave_whether_the_partner_agrees_or_not(store: Store, partner: FakePartner, agrees: bool) -> None:
    token = register(store)
    if agrees:
        partner.serve("DELETE", f"{THEIR_URL}/2.3.0/credentials")
    assert credentials_client.leave(store, "payter", NOW) is agrees
    assert partner_row(store)["state"] == "UNREGISTERED"
    assert not may_read_locations(token)
