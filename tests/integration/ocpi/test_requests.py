"""What every module does alike: tokens, versions, headers, methods, bodies, faults."""

import base64
from typing import Any

import pytest

from csms.edge import ocpi_http
from csms.store.dynamo import StorageUnavailable, Store
from functions.ocpi.cdrs.handler import handler as cdrs
from functions.ocpi.commands.handler import handler as commands
from functions.ocpi.locations.handler import handler as locations
from functions.ocpi.payments.handler import handler as payments
from functions.ocpi.sessions.handler import handler as sessions
from functions.ocpi.tariffs.handler import handler as tariffs
from functions.ocpi.tokens.handler import handler as tokens
from functions.ocpi.versions.handler import handler as versions
from tests.kit.http_events import Answer, http_event, ocpi_event, read_answer
from tests.kit.partners import invite, register

MODULES: dict[str, Any] = {
    "locations": locations,
    "tariffs": tariffs,
    "sessions": sessions,
    "cdrs": cdrs,
    "payments/terminals": payments,
    "payments/financial-advice-confirmations": payments,
}
FUNCTIONAL: dict[str, Any] = {**MODULES, "tokens/NL/PAY/uid": tokens, "commands/START_SESSION": commands}


def get(path: str, token: str | None, handler: Any = locations, **more: Any) -> Answer:
    return read_answer(handler(ocpi_event("GET", path, token, **more), None))


@pytest.mark.parametrize("token", [None, "known-a", "wrong"])
def test_versions_are_open_but_a_wrong_token_is_refused(store: Store, token: str | None) -> None:
    invite(store, token="known-a")
    for path in ("/ocpi/versions", "/ocpi/versions/", "/ocpi/2.2.1", "/ocpi/2.3.0/"):
        answer = get(path, token, versions)
        assert answer.http_status == (401 if token == "wrong" else 200)


def test_versions_and_details(store: Store) -> None:
    listed = get("/ocpi/versions", None, versions).data
    assert {entry["version"] for entry in listed} == {"2.2.1", "2.3.0"}
    for entry in listed:
        details = get(entry["url"].removeprefix("https://csms.example"), None, versions).data
        assert details["version"] == entry["version"]
        offered = {(endpoint["identifier"], endpoint["role"]) for endpoint in details["endpoints"]}
        assert {("commands", "RECEIVER"), ("payments", "RECEIVER"), ("cdrs", "SENDER")} <= offered


@pytest.mark.parametrize("version", ["2.1.1", "2.4", "banana"])
def test_an_unknown_version_is_404_and_3002(store: Store, version: str) -> None:
    token = register(store)
    for path, handler in ((f"/ocpi/{version}", versions), (f"/ocpi/cpo/{version}/locations", locations)):
        answer = get(path, token, handler)
        assert (answer.http_status, answer.status_code) == (404, 3002)


@pytest.mark.parametrize("module", FUNCTIONAL)
@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_every_module_wants_the_token_of_a_finished_handshake(store: Store, module: str, version: str) -> None:
    token_a = invite(store)
    for token in (None, "wrong", token_a):
        answer = get(f"/ocpi/cpo/{version}/{module}", token, FUNCTIONAL[module])
        assert (answer.http_status, answer.status_code) == (401, 2000)
        assert answer.headers["X-Request-ID"] == "req-1"


@pytest.mark.parametrize(
    "sent",
    ["token-c", base64.b64encode(b"token-c").decode(), base64.b64encode(b"token-c\n").decode()],
    ids=["raw", "base64", "base64 with a line feed"],
)
def test_tokens_are_recognised_however_they_are_sent(store: Store, sent: str) -> None:
    register(store)
    event = http_event("GET", "/ocpi/cpo/2.3.0/locations", headers={"authorization": f"Token {sent}"})
    assert read_answer(locations(event, None)).http_status == 200


@pytest.mark.parametrize("header", ["Bearer token-c", "Token", "token-c", "Token " + "A" * 5000])
def test_authorization_headers_that_are_none(store: Store, header: str) -> None:
    register(store)
    event = http_event("GET", "/ocpi/cpo/2.3.0/locations", headers={"authorization": header})
    assert read_answer(locations(event, None)).http_status == 401


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_lists_with_and_without_trailing_slash(store: Store, module: str, slash: str) -> None:
    token = register(store)
    answer = get(f"/ocpi/cpo/2.3.0/{module}{slash}", token, MODULES[module])
    assert (answer.http_status, answer.status_code, answer.data) == (200, 1000, [])
    assert answer.headers["X-Total-Count"] == "0"


@pytest.mark.parametrize("module", FUNCTIONAL)
def test_another_method_is_405_and_says_which_there_are(store: Store, module: str) -> None:
    token = register(store)
    answer = read_answer(FUNCTIONAL[module](ocpi_event("TRACE", f"/ocpi/cpo/2.3.0/{module}", token), None))
    assert (answer.http_status, answer.status_code) == (405, 2000)
    assert answer.headers["Allow"]


def test_a_path_that_is_none_is_404(store: Store) -> None:
    token = register(store)
    for path, handler in (("locations/a/b/c/d", locations), ("payments", payments), ("commands/DANCE", commands)):
        assert get(f"/ocpi/cpo/2.3.0/{path}", token, handler).http_status == 404


def test_ids_are_echoed_and_parties_swapped(store: Store) -> None:
    token = register(store)
    sent = {
        "OCPI-from-country-code": "NL",
        "OCPI-from-party-id": "PAY",
        "OCPI-to-country-code": "de",
        "OCPI-to-party-id": "csm",
    }
    answer = get("/ocpi/cpo/2.3.0/locations", token, headers=sent)
    assert answer.headers["X-Request-ID"] == "req-1"
    assert answer.headers["X-Correlation-ID"] == "corr-1"
    assert answer.headers["OCPI-to-party-id"] == "PAY"
    assert answer.headers["OCPI-from-party-id"] == "csm"


def test_without_routing_headers_both_parties_are_inferred(store: Store) -> None:
    answer = get("/ocpi/cpo/2.3.0/locations", register(store))
    assert answer.headers["OCPI-to-party-id"] == "PAY"
    assert answer.headers["OCPI-from-party-id"] == "CSM"


def test_a_request_for_somebody_else_is_refused(store: Store) -> None:
    token = register(store)
    sent = {"OCPI-to-country-code": "DE", "OCPI-to-party-id": "XXX"}
    answer = get("/ocpi/cpo/2.3.0/locations", token, headers=sent)
    assert (answer.http_status, answer.status_code) == (200, 2000)


def test_a_partner_with_a_party_of_ours_of_its_own(store: Store) -> None:
    token = register(store, our_party={"country_code": "NL", "party_id": "SUB", "name": "Sub"})
    sent = {"OCPI-to-country-code": "NL", "OCPI-to-party-id": "SUB"}
    assert get("/ocpi/cpo/2.3.0/locations", token, headers=sent).status_code == 1000


@pytest.mark.parametrize(
    "query", [{"limit": "x"}, {"offset": "1.5"}, {"date_from": "yesterday"}, {"date_to": "2026-13-01T00:00:00Z"}]
)
def test_filters_that_cannot_be_read_are_2001(store: Store, query: dict[str, str]) -> None:
    token = register(store)
    for module, handler in MODULES.items():
        answer = get(f"/ocpi/cpo/2.2.1/{module}", token, handler, query=query)
        assert (answer.http_status, answer.status_code) == (200, 2001)


@pytest.mark.parametrize("body", ["", "{", "not json", '{"a": NaN}', "\ud800", "[" * 5000])
def test_a_body_that_is_no_json_is_400(store: Store, body: str) -> None:
    token = register(store)
    for method, path, handler in (
        ("POST", "payments/terminals", payments),
        ("POST", "payments/financial-advice-confirmations", payments),
        ("POST", "commands/START_SESSION", commands),
        ("PUT", "tokens/NL/PAY/uid", tokens),
    ):
        answer = read_answer(handler(ocpi_event(method, f"/ocpi/cpo/2.3.0/{path}", token, body=body), None))
        assert (answer.http_status, answer.status_code) == (400, 2000)


def test_a_body_that_is_too_large_is_400(store: Store) -> None:
    token = register(store)
    body = {"terminal_id": "x" * ocpi_http.BODY_MAX}
    answer = read_answer(payments(ocpi_event("POST", "/ocpi/cpo/2.3.0/payments/terminals", token, body=body), None))
    assert answer.http_status == 400


def test_a_base64_body_is_read_and_a_broken_one_refused(store: Store) -> None:
    token = register(store)
    event = ocpi_event("POST", "/ocpi/cpo/2.3.0/payments/terminals", token)
    encoded = base64.b64encode(b'{"terminal_id": "T9"}').decode()
    assert read_answer(payments({**event, "body": encoded, "isBase64Encoded": True}, None)).http_status == 201
    assert read_answer(payments({**event, "body": "%", "isBase64Encoded": True}, None)).http_status == 400


def test_storage_that_is_down_is_a_server_error_to_try_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = register(store)

    def down(*_arguments: Any, **_options: Any) -> Any:
        raise StorageUnavailable("ThrottlingException")

    monkeypatch.setattr(Store, "get", down)
    answer = get("/ocpi/cpo/2.3.0/locations", token)
    assert (answer.http_status, answer.status_code) == (503, 3000)
    assert "Throttling" not in str(answer.body)


def test_a_fault_of_ours_leaves_no_trace(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = register(store)

    def broken(*_arguments: Any, **_options: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Store, "query", broken)
    answer = get("/ocpi/cpo/2.3.0/locations", token)
    assert (answer.http_status, answer.status_code) == (500, 3000)
    assert "secret detail" not in str(answer.body)
    written = capsys.readouterr().out
    assert "ZeroDivisionError" in written
    assert "secret detail" not in written
    assert token not in written
