"""The examples of the specifications, read from where they lie: rendered as they stand, and across versions."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from csms.domain.tariff_versions import from_221
from csms.ocpi import render
from csms.ocpi.conformance import problems
from csms.ocpi.fields import Version
from csms.ocpi.jsontext import decode
from csms.ocpi.models.base import WireModel, parse
from csms.ocpi.models.credentials import Credentials, read_details, read_versions
from csms.ocpi.models.payments import FinancialAdviceConfirmation, Terminal, TerminalPatch
from csms.ocpi.models.tokens import Token, TokenPatch
from csms.ocpi.times import normalise_time

SPECS = Path(__file__).parents[4] / "shared" / "specs"
FOLDERS: dict[Version, str] = {"2.2.1": "ocpi-2.2.1", "2.3.0": "ocpi-2.3.0-payments"}
TARIFFS = [
    "tariff_10_025kwh_parking_start", "tariff_11_not_possible_alt_text", "tariff_12_025kwh_min_price",
    "tariff_13_simple_3hour_5parking", "tariff_14_step_size", "tariff_15_reservation_5_euro_per_hour",
    "tariff_16_reservation_2_euro_fee_5_euro_per_hour", "tariff_17_reservation_with_expire_fee",
    "tariff_18_reservation_with_expire_time", "tariff_1_simple_2hour", "tariff_2_alt_text", "tariff_3_alt_url",
    "tariff_4_complex", "tariff_5_free_of_charge", "tariff_6_025kwh_start_max_price", "tariff_8_simple_025kwh",
    "tariff_9_025kwh_start",
]  # fmt: skip
LOCATIONS = [
    "location_example", "location_example_parking_garage_opening_hours", "location_example_uc2_destination_charger",
    "location_example_uc3_destination_charger_not_published", "location_example_uc4_limited_visibility",
    "location_example_uc5_home_charge_point",
]  # fmt: skip
SESSIONS = ["session_example_1_simple_start", "session_example_2_short_finished"]


def example(version: Version, name: str) -> Any:
    path = SPECS / FOLDERS[version] / "examples" / f"{name}.json"
    if not path.exists():
        pytest.skip("the specifications are not beside this checkout")
    return decode(path.read_bytes())


def plain(value: Any, name: str = "") -> Any:
    """Make documents comparable: one form of time, numbers by value."""
    if isinstance(value, dict):
        return {key: plain(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and (name == "last_updated" or name.endswith("date_time") or name.startswith("period_")):
        return value if len(value) == 5 else normalise_time(value)
    return value


@pytest.mark.parametrize("name", TARIFFS)
def test_tariffs_of_2_3_0_are_rendered_as_their_twins_of_2_2_1(name: str) -> None:
    newer, older = example("2.3.0", name), example("2.2.1", name)
    assert plain(render.tariff(newer, "2.3.0")) == plain(newer)
    rendered = render.tariff(newer, "2.2.1", for_terminal=False)
    # The twins were written years apart; what prices is the same, and that is compared.
    for field in ("id", "currency", "elements", "min_price", "max_price", "tariff_alt_text", "type"):
        assert plain(rendered.get(field)) == plain(older.get(field)), field
    assert problems("Tariff", rendered, "2.2.1") == []


@pytest.mark.parametrize("name", TARIFFS)
def test_tariffs_survive_the_way_there_and_back(name: str) -> None:
    older = example("2.2.1", name)
    assert plain(render.tariff(from_221(older), "2.2.1", for_terminal=False)) == plain(older)


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize("name", LOCATIONS)
def test_locations_are_rendered_as_they_stand(name: str, version: Version) -> None:
    given = example(version, name)
    assert plain(render.location(given, version)) == plain(given)
    assert problems("Location", render.location(given, version), version) == []


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_are_rendered_as_they_stand_in_both_versions(name: str) -> None:
    newer, older = example("2.3.0", name), example("2.2.1", name)
    assert plain(render.session(newer, "2.3.0")) == plain(newer)
    rendered = render.session(newer, "2.2.1")
    assert plain(rendered["total_cost"]["excl_vat"]) == plain(older["total_cost"]["excl_vat"])
    assert problems("Session", rendered, "2.2.1") == []


def test_the_cdr_is_rendered_as_it_stands_in_both_versions() -> None:
    newer, older = example("2.3.0", "cdr_example"), example("2.2.1", "cdr_example")
    rendered = render.cdr(newer, "2.3.0")
    assert rendered["tariffs"][0].pop("tax_included") == "NO"  # which the example forgets
    assert plain(rendered) == plain(newer)
    for field in ("total_cost", "total_time_cost"):
        assert plain(render.cdr(newer, "2.2.1")[field]) == plain(older[field])
    assert problems("CDR", render.cdr(newer, "2.2.1"), "2.2.1") == []


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize("name", ["token_example_1_app_user", "token_example_2_full_rfid", "token_put_example"])
def test_tokens_are_read_and_rendered_as_they_stand(name: str, version: Version) -> None:
    given = example(version, name)
    token = parse(Token, given)
    assert token.warnings == ()
    assert plain(render.token(token.document(), version)) == plain(given)


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_patches_credentials_and_versions_are_read(version: Version) -> None:
    assert parse(TokenPatch, example(version, "token_patch_example")).document()["valid"] is False
    for name in ("credentials_example", "credentials_example2", "credentials_example3", "credentials_example4"):
        given = example(version, name)
        assert len(parse(Credentials, given).roles) == len(given["roles"])
    assert read_versions(example(version, "versions_info_example"))
    assert len(read_details(example(version, "version_details_example"))) == 2


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Terminal, "payment_terminal_activate"),
        (Terminal, "payment_terminal_create"),
        (Terminal, "payment_terminal_create_minimal"),
        (Terminal, "payment_terminal_example_assigned_locations"),
        (Terminal, "payment_terminal_example_assigned_locations_assigned_evses"),
        (Terminal, "payment_terminal_example_newly_created"),
        (TerminalPatch, "payment_terminal_location_assignment"),
        (TerminalPatch, "payment_terminal_put_update"),
    ],
)
def test_terminals_are_read(model: type[WireModel], name: str) -> None:
    given = example("2.3.0", name)
    read = parse(model, given)
    expected = plain(given)
    if name == "payment_terminal_put_update":  # whose URL is none
        del expected["invoice_base_url"]
        assert read.warnings == ("invoice_base_url: unusable, left out",)
    assert plain(read.document()) == expected


@pytest.mark.parametrize(
    ("name", "captured"), [("create", "4.40"), ("example_success", "4.40"), ("example_failure", "0")]
)
def test_confirmations_are_read_in_the_old_shape_of_price(name: str, captured: str) -> None:
    given = example("2.3.0", f"payment_financial_advice_confirmation_{name}")
    read = parse(FinancialAdviceConfirmation, given)
    assert read.captured == Decimal(captured)
    assert read.warnings == ()
    assert plain(render.financial_advice_confirmation(read.document(), "2.2.1")["total_costs"]) == plain(
        given["total_costs"]
    )
