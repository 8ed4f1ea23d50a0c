"""Internal documents rendered for each version."""

from decimal import Decimal
from typing import Any

import pytest

from csms.ocpi import render
from csms.ocpi.conformance import problems
from csms.ocpi.fields import Version
from tests.unit.ocpi import samples
from tests.unit.ocpi.samples import TIME

VERSIONS: tuple[Version, ...] = ("2.2.1", "2.3.0")


@pytest.mark.parametrize("version", VERSIONS)
def test_whole_documents_conform(version: Version) -> None:
    assert problems("Location", render.location(samples.location(), version), version) == []
    assert problems("EVSE", render.evse(samples.evse(), version), version) == []
    assert problems("Connector", render.connector(samples.connector(), version), version) == []
    assert problems("Tariff", render.tariff(samples.tariff(), version), version) == []
    assert problems("Token", render.token(samples.token(), version), version) == []


def test_a_price_has_its_versions_shape() -> None:
    price = {
        "before_taxes": Decimal("10.00"),
        "taxes": [
            {"name": "VAT", "percentage": Decimal(19), "amount": Decimal("1.90")},
            {"name": "VAT", "percentage": Decimal(7), "amount": Decimal("0.07")},
        ],
    }
    assert render.price(price, "2.3.0") == price
    assert render.price(price, "2.2.1") == {"excl_vat": Decimal("10.00"), "incl_vat": Decimal("11.97")}


def test_no_taxes_and_taxes_not_told_differ() -> None:
    assert render.price({"before_taxes": Decimal(4), "taxes": []}, "2.2.1") == {"excl_vat": 4, "incl_vat": 4}
    assert render.price({"before_taxes": Decimal(4)}, "2.2.1") == {"excl_vat": 4}


def test_a_terminal_of_2_2_1_reads_the_hold_as_max_price() -> None:
    rendered = render.tariff(samples.tariff(), "2.2.1")
    assert rendered["max_price"] == {"excl_vat": Decimal("42.0168"), "incl_vat": Decimal(50)}
    assert "preauthorize_amount" not in rendered
    assert "tax_included" not in rendered
    assert render.tariff(samples.tariff(), "2.3.0")["preauthorize_amount"] == 50


def test_prices_with_tax_become_net_for_2_2_1() -> None:
    components = render.tariff(samples.tariff(), "2.2.1")["elements"][0]["price_components"]
    assert [component["price"] for component in components] == [Decimal("0.4958"), Decimal("1.0000")]
    assert [component["vat"] for component in components] == [19, 19]


def test_prices_without_tax_stay() -> None:
    rendered = render.tariff(samples.tariff(tax_included="NO"), "2.2.1")
    assert rendered["elements"][0]["price_components"][0]["price"] == Decimal("0.59")


@pytest.mark.parametrize(
    ("source", "for_terminal", "expected"),
    [
        (samples.tariff(type="REGULAR"), None, None),
        (samples.tariff(type="REGULAR"), True, Decimal(50)),
        (samples.tariff(), False, None),
        (samples.tariff(max_price={"before_taxes": Decimal(25), "after_taxes": Decimal(30)}), None, Decimal(30)),
        (samples.tariff(max_price={"before_taxes": Decimal(70), "after_taxes": Decimal(80)}), None, Decimal(50)),
        (samples.tariff(preauthorize_amount=None), None, None),
    ],
)
def test_who_is_told_which_max_price(
    source: dict[str, Any], for_terminal: bool | None, expected: Decimal | None
) -> None:
    rendered = render.tariff(source, "2.2.1", for_terminal=for_terminal)
    assert rendered.get("max_price", {}).get("incl_vat") == expected
    assert problems("Tariff", rendered, "2.2.1") == []


def test_a_tariff_from_before_tax_included_says_no() -> None:
    source = samples.tariff()
    del source["tax_included"]
    assert render.tariff(source, "2.3.0")["tax_included"] == "NO"


def test_the_source_is_left_alone() -> None:
    source = samples.tariff()
    render.tariff(source, "2.2.1")
    assert source == samples.tariff()


def test_fields_of_2_3_0_do_not_reach_2_2_1() -> None:
    source = samples.location(
        help_phone="+49 1",
        parking_places=[
            {"id": "P1", "vehicle_types": ["VAN"], "restricted_to_type": False, "reservation_required": False}
        ],
        evses=[
            samples.evse(
                parking=[{"parking_id": "P1"}],
                accepted_service_providers=["X"],
                connectors=[samples.connector(capabilities=["ISO_15118_20_PLUG_AND_CHARGE"])],
            )
        ],
    )
    newer, older = render.location(source, "2.3.0"), render.location(source, "2.2.1")
    assert newer["help_phone"] == "+49 1"
    assert newer["evses"][0]["connectors"][0]["capabilities"]
    assert problems("Location", newer, "2.3.0") == []
    assert problems("Location", older, "2.2.1") == []


def test_members_of_ours_do_not_leave_the_house() -> None:
    assert render.location(samples.location(pk="PARTNER#1", charger_id="secret"), "2.3.0") == render.location(
        samples.location(), "2.3.0"
    )


@pytest.mark.parametrize(
    ("kind", "field", "value", "version", "expected"),
    [
        ("CdrToken", "type", "EMAID", "2.2.1", "OTHER"),
        ("CdrToken", "type", "EMAID", "2.3.0", "EMAID"),
        ("CdrToken", "type", "SOMETHING_NEW", "2.2.1", "OTHER"),
        ("CdrToken", "type", "SOMETHING_NEW", "2.3.0", "SOMETHING_NEW"),
        ("CredentialsRole", "role", "HUB", "2.2.1", "HUB"),
        ("CredentialsRole", "role", "HUB", "2.3.0", "OTHER"),
        ("CredentialsRole", "role", "PTP", "2.3.0", "OTHER"),
        ("Connector", "standard", "SAE_J3400", "2.2.1", "TESLA_S"),
        ("Connector", "standard", "SAE_J3400", "2.3.0", "SAE_J3400"),
        ("Image", "category", "SOMETHING_NEW", "2.2.1", "OTHER"),
    ],
)
def test_values_a_version_does_not_know_have_stand_ins(
    kind: str, field: str, value: str, version: Version, expected: str
) -> None:
    assert render.document(kind, {field: value}, version) == {field: expected}


def test_what_2_2_1_cannot_say_is_left_out_where_it_hurts_least() -> None:
    megawatt = samples.connector(id="2", standard="MCS")
    source = samples.location(
        evses=[
            samples.evse(connectors=[samples.connector(), megawatt], parking_restrictions=["EV_ONLY", "TAXIS"]),
            samples.evse(uid="E2", connectors=[megawatt]),
        ],
        parking_type="ON_ROOF",
        facilities=["WIFI", "SPA"],
    )
    notes: list[str] = []
    rendered = render.location(source, "2.2.1", notes)
    assert problems("Location", rendered, "2.2.1") == []
    assert [evse["uid"] for evse in rendered["evses"]] == ["E1"]
    assert [connector["id"] for connector in rendered["evses"][0]["connectors"]] == ["1"]
    assert rendered["evses"][0]["parking_restrictions"] == ["EV_ONLY"]
    assert rendered["facilities"] == ["WIFI"]
    assert "parking_type" not in rendered
    assert notes == [
        "parking_type: left out, OCPI 2.2.1 cannot say it",
        "evses[0].connectors[1]: left out, OCPI 2.2.1 cannot say it",
        "evses[0].parking_restrictions[1]: left out, OCPI 2.2.1 cannot say it",
        "evses[1].connectors[0]: left out, OCPI 2.2.1 cannot say it",
        "evses[1]: left out, OCPI 2.2.1 cannot say it",
        "facilities[1]: left out, OCPI 2.2.1 cannot say it",
    ]
    assert len(render.location(source, "2.3.0")["evses"]) == 2


def test_text_for_people_is_cut_and_identifiers_never_are() -> None:
    notes: list[str] = []
    place = {"address": "A" * 44 + " Long street", "id": "L" * 40, "state": "S" * 25}
    rendered = render.document("CdrLocation", place, "2.3.0", notes)
    assert rendered == {"id": "L" * 40, "address": "A" * 44, "state": "S" * 20}
    assert notes == [
        "id: longer than 36 characters",
        "address: longer than 45 characters",
        "state: longer than 20 characters",
    ]


def test_signed_data_pass_unchanged_whatever_their_length() -> None:
    value = {"nature": "Start", "plain_data": " x " * 3000, "signed_data": "y" * 6000}
    assert render.document("SignedValue", value, "2.2.1") == value


def test_a_patch_stays_a_patch() -> None:
    assert render.evse({"status": "CHARGING", "last_updated": TIME}, "2.2.1") == {
        "status": "CHARGING",
        "last_updated": TIME,
    }
    assert render.terminal({"location_ids": [], "evse_uids": ["E1"]}, "2.3.0") == {
        "location_ids": [],
        "evse_uids": ["E1"],
    }


def test_quantities_have_four_decimals_and_money_all_of_its_own() -> None:
    assert render.session({"kwh": Decimal("1.23456")}, "2.3.0") == {"kwh": Decimal("1.2346")}
    assert render.session({"kwh": Decimal("5.0000")}, "2.3.0") == {"kwh": 5}
    assert render.price({"before_taxes": Decimal("1.234567")}, "2.3.0") == {"before_taxes": Decimal("1.234567")}


def test_times_of_any_form_go_out_in_one() -> None:
    assert render.session({"last_updated": "2026-01-01T02:00:00+01:00"}, "2.2.1") == {
        "last_updated": "2026-01-01T01:00:00.000Z"
    }


@pytest.mark.parametrize(
    "source", [{"kwh": 1.5}, {"kwh": "1"}, {"total_cost": {"before_taxes": 0.1}}, {"total_cost": 5}, {"id": 1.5}]
)
def test_a_float_or_a_wrong_form_is_a_fault_of_ours(source: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        render.session(source, "2.3.0")


@pytest.mark.parametrize("version", VERSIONS)
def test_commands_are_answered(version: Version) -> None:
    response = render.command_response("REJECTED", 30, "Station offline")
    assert response == {
        "result": "REJECTED",
        "timeout": 30,
        "message": [{"language": "en", "text": "Station offline"}],
    }
    assert problems("CommandResponse", response, version) == []
    assert render.command_response("ACCEPTED", 30) == {"result": "ACCEPTED", "timeout": 30}
    assert problems("CommandResult", render.command_result("TIMEOUT"), version) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_our_credentials_conform(version: Version) -> None:
    roles = [
        {"role": "CPO", "country_code": "DE", "party_id": "CPO", "business_details": {"name": "Us", "website": None}}
    ]
    rendered = render.own_credentials("t" * 43, "https://csms.example/ocpi/versions", roles, version)
    assert problems("Credentials", rendered, version) == []
    assert rendered["roles"][0]["business_details"] == {"name": "Us"}


@pytest.mark.parametrize("version", VERSIONS)
def test_terminals_and_confirmations_are_rendered_for_both(version: Version) -> None:
    terminal = {"terminal_id": "T1", "location_ids": ["LOC1"], "invoice_creator": "CPO", "last_updated": TIME}
    assert problems("Terminal", render.terminal(terminal, version), version) == []
    confirmation = {
        "id": "F1",
        "authorization_reference": "A1",
        "total_costs": {"before_taxes": Decimal(4), "taxes": [{"name": "VAT", "amount": Decimal("0.4")}]},
        "currency": "EUR",
        "eft_data": ["Card"],
        "capture_status_code": "SUCCESS",
        "last_updated": TIME,
    }
    rendered = render.financial_advice_confirmation(confirmation, version)
    assert problems("FinancialAdviceConfirmation", rendered, version) == []
