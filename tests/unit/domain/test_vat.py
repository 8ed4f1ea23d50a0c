"""VAT numbers: numbers that companies publish are accepted, one wrong digit is found where the country has check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.vat import is_vat_number, normal_form

CHECKED = [
    "ATU13585627", "BE0411905847", "BE0428759497", "DE136695976", "DE811569869", "DK13585628", "EE100931558",
    "EL094259216", "EL040127797", "FI20774740", "FR83404833048", "FR40303265045", "HU12892312", "IT00743110157",
    "LU15027442", "MT11679112", "NL004495445B01", "PL8567346215", "PL5260001246", "PT501964843",
    "SE556012579001", "SI50223054", "SK2022749619",
]  # fmt: skip
BY_FORM = ["NL123456789B13", "CY10259033P", "CZ25123891", "ESX5910266W", "HR33392005961", "IE6433435F", "LT119511515", "LV40003521600",
           "RO18547290", "BG175074752", "XI123456789", "XIGD001", "FRK7399859412"]  # fmt: skip


@pytest.mark.parametrize("number", CHECKED + BY_FORM)
def test_numbers_that_can_be_one(number: str) -> None:
    assert is_vat_number(number)


@pytest.mark.parametrize("number", CHECKED)
def test_a_wrong_digit_is_found(number: str) -> None:
    """The last digit of the number proper is replaced by each other one: no other is right as well."""
    body, tail = (number[:-3], number[-3:]) if number.startswith("NL") else (number, "")
    body, tail = (body[:-2], body[-2:]) if number.startswith("SE") else (body, tail)
    others = [f"{body[:-1]}{digit}{tail}" for digit in "0123456789" if digit != body[-1]]
    assert not [other for other in others if is_vat_number(other)]


@pytest.mark.parametrize(
    "number", ["", "DE", "DE123", "US136695976", "136695976", "GR094259216", "DE13669597٦", "ATU1358562X"]
)
def test_numbers_that_are_none(number: str) -> None:
    assert not is_vat_number(number)


def test_separators_and_small_letters_are_people() -> None:
    assert normal_form("de 136.695-976") == "DE136695976"
    assert is_vat_number("nl 004.495.445.b01")


@given(st.text(max_size=20) | st.from_regex(r"[A-Z]{2}[0-9A-Z]{2,12}", fullmatch=True))
def test_any_text_is_judged(number: str) -> None:
    assert is_vat_number(number) in (True, False)
