"""What partners send, read tolerantly."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.models.base import WireModel, parse
from csms.ocpi.models.commands import (
    COMMANDS,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
    parse_command,
)
from csms.ocpi.models.credentials import Credentials, read_details, read_versions
from csms.ocpi.models.payments import FinancialAdviceConfirmation, Terminal, TerminalPatch, parse_terminal
from csms.ocpi.models.sessions import ChargingPreferences
from csms.ocpi.models.tokens import AuthorizationInfo, Token, parse_patch, parse_put
from tests.unit.ocpi import samples
from tests.unit.ocpi.samples import TIME

RESPONSE_URL = "https://terminals.example/commands/1"
START = {
    "response_url": RESPONSE_URL,
    "token": samples.token(),
    "location_id": "LOC1",
    "evse_uid": "E1",
    "connector_id": "1",
    "authorization_reference": "A-1",
}
CREDENTIALS = {
    "token": "secret-token",
    "url": "https://terminals.example/ocpi/versions",
    "roles": [
        {"role": "PTP", "party_id": "PTP", "country_code": "NL", "business_details": {"name": "Terminals"}},
    ],
}
CONFIRMATION: dict[str, Any] = {
    "id": "F1",
    "authorization_reference": "A-1",
    "total_costs": {"before_taxes": Decimal("4.00"), "taxes": [{"name": "VAT", "amount": Decimal("0.40")}]},
    "currency": "EUR",
    "eft_data": ["Card", "Nr: **** 1234"],
    "capture_status_code": "SUCCESS",
    "last_updated": TIME,
}


def message_of(model: type[WireModel], body: Any) -> str:
    with pytest.raises(InvalidParameter) as caught:
        parse(model, body)
    assert caught.value.status_code == 2001
    return caught.value.message


def test_the_fields_at_fault_are_named_and_their_values_are_not() -> None:
    body = {"response_url": "javascript:alert(1)", "token": {"uid": " "}, "evse_uid": "E1"}
    message = message_of(StartSession, body)
    assert message == "Missing field: location_id; Invalid field: response_url, token.uid"


@pytest.mark.parametrize("body", [None, [], "text", 5, [START]])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    assert message_of(StartSession, body) == "The body is not an object"


def test_unknown_members_are_no_reason_to_refuse_and_stay_readable() -> None:
    parsed = parse(StopSession, {"response_url": RESPONSE_URL, "session_id": "S1", "brand": {"new": 1}, "_warnings": 3})
    assert parsed.unknown == {"brand": {"new": 1}, "_warnings": 3}
    assert parsed.document() == {"response_url": RESPONSE_URL, "session_id": "S1"}
    assert parsed.warnings == ()


def test_null_and_empty_are_absent_in_optional_fields() -> None:
    body = {**START, "evse_uid": None, "connector_id": "", "token": {**samples.token(), "group_id": None, "issuer": ""}}
    parsed = parse(StartSession, body)
    assert parsed.evse_uid is None
    assert parsed.connector_id is None
    assert "group_id" not in parsed.document()["token"]


def test_identifiers_keep_their_case_and_may_be_too_long_or_numbers() -> None:
    parsed = parse(StartSession, {**START, "location_id": "Loc" + "x" * 40, "connector_id": 1})
    assert parsed.location_id == "Loc" + "x" * 40
    assert parsed.connector_id == "1"
    assert parsed.warnings == ("location_id: longer than 36 characters",)
    assert message_of(StartSession, {**START, "location_id": "x" * 300}) == "Invalid field: location_id"
    assert message_of(StartSession, {**START, "location_id": "a\nb"}) == "Invalid field: location_id"


def test_a_start_needs_no_more_of_a_token_than_its_uid() -> None:
    parsed = parse(StartSession, {**START, "token": {"uid": "card-1"}})
    assert parsed.token.cdr_token("NL", "PTP") == {
        "country_code": "NL",
        "party_id": "PTP",
        "uid": "card-1",
        "type": "OTHER",
        "contract_id": "card-1",
    }
    whole = parse(StartSession, START)
    assert whole.token.cdr_token("XX", "YYY") == samples.cdr_token()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_read_by_its_name(command: str) -> None:
    body = {
        **START,
        "session_id": "S1",
        "reservation_id": "R1",
        "expiry_date": "2026-01-01T00:00:00Z",
    }
    parsed = parse_command(command.lower(), body)
    assert isinstance(parsed, COMMANDS[command])
    assert parsed.document()["response_url"] == RESPONSE_URL


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="Unknown command"):
        parse_command("EXPLODE", {})


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (StartSession, "response_url"),
        (StartSession, "token"),
        (StartSession, "location_id"),
        (StopSession, "session_id"),
        (ReserveNow, "expiry_date"),
        (ReserveNow, "reservation_id"),
        (UnlockConnector, "connector_id"),
        (Credentials, "token"),
        (Credentials, "url"),
        (Credentials, "roles"),
        (Token, "valid"),
        (Token, "whitelist"),
        (Terminal, "terminal_id"),
        (FinancialAdviceConfirmation, "id"),
        (FinancialAdviceConfirmation, "authorization_reference"),
        (FinancialAdviceConfirmation, "total_costs"),
        (FinancialAdviceConfirmation, "capture_status_code"),
        (CommandResult, "result"),
        (ChargingPreferences, "profile_type"),
        (AuthorizationInfo, "allowed"),
    ],
)
def test_required_fields_are_required(model: type[WireModel], field: str) -> None:
    assert field in message_of(model, {})
    assert field in message_of(model, {field: None})


def test_the_expiry_of_a_reservation_is_a_moment() -> None:
    body = {**START, "reservation_id": 7, "expiry_date": "2026-01-01T01:00:00+01:00"}
    parsed = parse(ReserveNow, body)
    assert (parsed.reservation_id, parsed.expiry_date) == ("7", "2026-01-01T00:00:00.000Z")
    assert message_of(ReserveNow, {**body, "expiry_date": 1767225600}) == "Invalid field: expiry_date"


def test_command_results_are_read() -> None:
    parsed = parse(CommandResult, {"result": "accepted", "message": None})
    assert parsed.result == "ACCEPTED"
    assert parsed.warnings == ("result: not in capital letters",)
    assert message_of(CommandResult, {"result": "MAYBE"}) == "Invalid field: result"


def test_credentials_of_a_terminal_provider_are_read() -> None:
    parsed = parse(Credentials, {**CREDENTIALS, "hub_party_id": None})
    assert parsed.roles[0].role == "PTP"
    assert parsed.document()["roles"][0]["business_details"] == {"name": "Terminals"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"token": "white space"}, "token"),
        ({"token": "new\nline"}, "token"),
        ({"token": "x" * 600}, "token"),
        ({"url": "versions"}, "url"),
        ({"roles": []}, "roles"),
        ({"roles": [{"role": "PTP", "country_code": "NL"}]}, "roles.0.party_id"),
    ],
)
def test_credentials_that_cannot_be_used_are_refused(change: dict[str, Any], field: str) -> None:
    assert message_of(Credentials, {**CREDENTIALS, **change}).endswith(f" field: {field}")


def test_versions_are_read_past_bad_entries() -> None:
    good = {"version": "2.2.1", "url": "https://p.example/2.2.1"}
    assert read_versions([{"version": "2.3.0"}, None, good]) == [good]
    assert read_versions({"versions": [good]}) == read_versions(good) == [good]


@pytest.mark.parametrize("nothing", [None, [], [{}], "x", {}])
def test_no_versions_are_refused(nothing: object) -> None:
    with pytest.raises(InvalidParameter):
        read_versions(nothing)


def test_details_are_read_past_bad_entries() -> None:
    good = {"identifier": "cdrs", "role": "RECEIVER", "url": "https://p.example/cdrs"}
    details = {
        "version": "2.2.1",
        "endpoints": [good, {"identifier": "x"}, {**good, "identifier": "new", "role": None}],
    }
    assert read_details(details) == read_details([details])
    assert read_details(details)[0] == good
    assert read_details(details)[1]["identifier"] == "new"


@pytest.mark.parametrize("nothing", [None, [], {}, {"endpoints": []}, "x"])
def test_no_details_are_refused(nothing: object) -> None:
    with pytest.raises(InvalidParameter):
        read_details(nothing)


def test_a_token_is_put_under_the_ids_of_its_url() -> None:
    body = samples.token()
    for name in ("country_code", "party_id", "uid", "type"):
        del body[name]
    token = parse_put(body, "NL", "PTP", "card-1")
    assert token.document() == samples.token(type="RFID")
    assert parse_put(samples.token(), "nl", "ptp", "CARD-1").type == "AD_HOC_USER"


@pytest.mark.parametrize("name", ["country_code", "party_id", "uid"])
def test_a_token_whose_ids_differ_from_the_url_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameter, match=f"differs from the URL: {name}"):
        parse_put(samples.token(**{name: "zz"}), "NL", "PTP", "card-1")


def test_a_token_is_not_lost_over_its_language() -> None:
    token = parse(Token, samples.token(default_profile_type="CRAZY", energy_contract=[], language="english"))
    assert token.warnings == (
        "default_profile_type: unusable, left out",
        "energy_contract: unusable, left out",
        "language: longer than 2 characters",
    )
    assert message_of(Token, samples.token(default_profile_type="CRAZY", whitelist="MAYBE")) == (
        "Invalid field: whitelist, default_profile_type"
    )


def test_any_type_of_token_is_accepted() -> None:
    assert parse(Token, samples.token(type="EMAID")).type == "EMAID"
    assert parse(Token, samples.token(type="SOMETHING_NEW")).type == "SOMETHING_NEW"


def test_a_patch_carries_its_time() -> None:
    assert parse_patch({"valid": False, "last_updated": "2026-01-01T00:00:00Z"}).document() == {
        "valid": False,
        "last_updated": "2026-01-01T00:00:00.000Z",
    }
    with pytest.raises(InvalidParameter, match="Missing field: last_updated"):
        parse_patch({"valid": False})


def test_the_answer_of_a_real_time_authorisation_is_read() -> None:
    body = {"allowed": "ALLOWED", "location": {"location_id": "L", "evse_uids": None}, "authorization_reference": "A"}
    assert parse(AuthorizationInfo, body).document() == {
        "allowed": "ALLOWED",
        "location": {"location_id": "L", "evse_uids": []},
        "authorization_reference": "A",
    }


def test_charging_preferences_are_read() -> None:
    parsed = parse(ChargingPreferences, {"profile_type": "GREEN", "energy_need": Decimal("12.5")})
    assert parsed.document() == {"profile_type": "GREEN", "energy_need": Decimal("12.5")}


def test_a_terminal_may_be_only_an_id() -> None:
    assert parse_terminal({"terminal_id": "T1"}).document() == {"terminal_id": "T1"}


def test_a_terminal_is_not_lost_over_its_address() -> None:
    body = {"terminal_id": "T1", "coordinates": "here", "invoice_base_url": "someNewURL", "customer_reference": "C1"}
    parsed = parse_terminal(body)
    assert parsed.document() == {"terminal_id": "T1", "customer_reference": "C1"}
    assert parsed.warnings == ("coordinates: unusable, left out", "invoice_base_url: unusable, left out")


def test_a_put_of_a_terminal_may_leave_the_id_to_the_url() -> None:
    assert parse_terminal({"reference": "SN1"}, "T1").terminal_id == "T1"
    assert parse_terminal({"terminal_id": "t1"}, "T1").terminal_id == "t1"
    with pytest.raises(InvalidParameter, match="terminal_id"):
        parse_terminal({"terminal_id": "T2"}, "T1")
    with pytest.raises(InvalidParameter):
        parse_terminal([], "T1")


def test_a_patch_of_a_terminal_needs_no_time_and_tells_empty_from_absent() -> None:
    assert parse(TerminalPatch, {"location_ids": []}).document() == {"location_ids": []}
    assert parse(TerminalPatch, {"location_ids": None, "customer_reference": "C"}).document() == {
        "customer_reference": "C"
    }


@pytest.mark.parametrize(
    ("price", "internal", "captured"),
    [
        (
            {"before_taxes": Decimal(4), "taxes": [{"name": "VAT", "amount": Decimal("0.4")}]},
            {"before_taxes": Decimal(4), "taxes": [{"name": "VAT", "amount": Decimal("0.4")}]},
            "4.4",
        ),
        ({"before_taxes": Decimal(4)}, {"before_taxes": Decimal(4)}, "4"),
        (
            {"excl_vat": Decimal(4), "incl_vat": Decimal("4.40")},
            {"before_taxes": Decimal(4), "taxes": [{"name": "VAT", "amount": Decimal("0.40")}]},
            "4.40",
        ),
        ({"excl_vat": 4, "incl_vat": 4}, {"before_taxes": Decimal(4), "taxes": []}, "4"),
        ({"excl_vat": "4.00"}, {"before_taxes": Decimal("4.00")}, "4"),
        ({"incl_vat": Decimal("4.40")}, {"before_taxes": Decimal("4.40"), "taxes": []}, "4.40"),
        (
            {"excl_vat": 0, "incl_vat": Decimal("4.40")},
            {"before_taxes": Decimal(0), "taxes": [{"name": "VAT", "amount": Decimal("4.40")}]},
            "4.40",
        ),
        (
            {"before_taxes": Decimal(4), "taxes": [{"amount": Decimal("0.3")}], "incl_vat": Decimal("4.4")},
            {"before_taxes": Decimal(4), "taxes": [{"name": "VAT", "amount": Decimal("0.4")}]},
            "4.4",
        ),
        (Decimal("4.40"), {"before_taxes": Decimal("4.40"), "taxes": []}, "4.40"),
    ],
)
def test_every_shape_of_price_is_read(price: Any, internal: dict[str, Any], captured: str) -> None:
    parsed = parse(FinancialAdviceConfirmation, {**CONFIRMATION, "total_costs": price})
    assert parsed.document()["total_costs"] == internal
    assert parsed.captured == Decimal(captured)


@pytest.mark.parametrize("price", [{}, {"taxes": []}, {"excl_vat": "much"}, [], True, {"before_taxes": "NaN"}])
def test_a_price_without_an_amount_is_refused(price: Any) -> None:
    message = message_of(FinancialAdviceConfirmation, {**CONFIRMATION, "total_costs": price})
    assert message.startswith("Invalid field: total_costs")


def test_a_failed_capture_needs_no_card_data() -> None:
    body = {**CONFIRMATION, "capture_status_code": "FAILED"}
    del body["eft_data"]
    parsed = parse(FinancialAdviceConfirmation, body)
    assert parsed.warnings == ()
    assert parsed.eft_data == []


@pytest.mark.parametrize("status", ["SUCCESS", "PARTIAL_SUCCESS"])
def test_a_capture_without_card_data_is_taken_with_a_warning(status: str) -> None:
    parsed = parse(FinancialAdviceConfirmation, {**CONFIRMATION, "capture_status_code": status, "eft_data": None})
    assert parsed.warnings == ("eft_data: missing on a captured payment",)


def test_card_data_may_be_one_string() -> None:
    parsed = parse(FinancialAdviceConfirmation, {**CONFIRMATION, "eft_data": "Card\nNr: 1"})
    assert parsed.eft_data == ["Card", "Nr: 1"]
    assert parsed.warnings == ("eft_data: a string instead of a list",)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_nothing_a_partner_sends_breaks_the_reading(data: st.DataObject) -> None:
    models: list[type[WireModel]] = [StartSession, Credentials, Token, Terminal, FinancialAdviceConfirmation]
    model = data.draw(st.sampled_from(models))
    body = data.draw(st.dictionaries(st.sampled_from(sorted(model.model_fields)), _anything))
    try:
        parsed = parse(model, body)
    except InvalidParameter as error:
        assert len(error.message) < 600  # noqa: PT017 - both outcomes are fine, each has its own promise
    else:
        assert set(parsed.document()) <= set(model.model_fields)
