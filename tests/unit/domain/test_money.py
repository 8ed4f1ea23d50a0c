"""Prices and their rounding."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csms.domain.money import Price, TaxAmount, minor_units, round_amount, round_price, zero


def vat(rate: str | None, amount: str) -> TaxAmount:
    return TaxAmount("VAT", None if rate is None else Decimal(rate), Decimal(amount))


def test_gross_is_net_and_all_taxes() -> None:
    assert Price(Decimal(10), (vat("20", "2"), vat("10", "1"))).gross == Decimal(13)
    assert zero().gross == 0


def test_adding_merges_taxes_of_one_rate() -> None:
    added = Price(Decimal(10), (vat("20", "2"),)) + Price(Decimal(5), (vat("20.0", "1"), vat("10", "0.5")))

    assert added == Price(Decimal(15), (vat("20", "3"), vat("10", "0.5")))


def test_adding_keeps_differently_named_taxes_apart() -> None:
    gst, qst = TaxAmount("GST", Decimal(5), Decimal(1)), TaxAmount("QST", Decimal(5), Decimal(2))

    assert (Price(Decimal(1), (gst,)) + Price(Decimal(1), (qst,))).taxes == (gst, qst)


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3), ("CLF", 4), ("eur", 2)]
)
def test_minor_units_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_units(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.375", "EUR", "2.38"),
        ("2.374999", "EUR", "2.37"),
        ("-2.375", "EUR", "-2.38"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
        ("0.004999999999999999999999999", "EUR", "0.01"),
    ],
)
def test_halves_round_away_from_zero(amount: str, currency: str, rounded: str) -> None:
    assert round_amount(Decimal(amount), currency) == Decimal(rounded)


def test_rounding_gives_every_amount_the_digits_of_its_currency() -> None:
    rounded = round_price(Price(Decimal("4.75"), (vat("5.2", "0.247"),)), "EUR")

    assert str(rounded.before_taxes) == "4.75"
    assert [str(line.amount) for line in rounded.taxes] == ["0.25"]


def test_tax_lines_follow_the_rounded_gross_amount() -> None:
    price = Price(Decimal("1.004"), (vat("10", "0.104"), vat("20", "0.103")))

    rounded = round_price(price, "EUR")

    assert rounded == Price(Decimal("1.00"), (vat("10", "0.11"), vat("20", "0.10")))


amounts = st.decimals(min_value=0, max_value=500, places=5)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(net=amounts, taxes=st.lists(amounts, max_size=4), sign=st.sampled_from([1, -1]))
def test_rounded_parts_always_add_up(net: Decimal, taxes: list[Decimal], sign: int) -> None:
    lines = tuple(TaxAmount("VAT", Decimal(rate), sign * amount) for rate, amount in enumerate(taxes))
    price = Price(sign * net, lines)

    rounded = round_price(price, "EUR")

    assert rounded.before_taxes == round_amount(price.before_taxes, "EUR")
    assert rounded.gross == round_amount(price.gross, "EUR")
    assert all(
        abs(line.amount - exact.amount) <= Decimal("0.01") for line, exact in zip(rounded.taxes, lines, strict=True)
    )
