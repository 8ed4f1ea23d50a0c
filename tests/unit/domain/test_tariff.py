"""Reading tariff documents."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.tariff import (
    PriceComponent,
    PriceLimit,
    TariffElement,
    TariffError,
    TariffRestrictions,
    hold_amount,
    parse_tariff,
)
from tests.unit.domain.pricing_kit import component, document, element, limit, tariff


def test_every_field_is_read() -> None:
    read = parse_tariff(
        document(
            element(
                component("ENERGY", "0.45", "19", 100),
                start_time="22:00",
                end_time="06:00",
                start_date="2025-01-01",
                end_date="2025-12-31",
                min_kwh=1,
                max_kwh=20.5,
                min_current=6,
                max_current=32,
                min_power=3.7,
                max_power=22,
                min_duration=60,
                max_duration=Decimal(3600),
                day_of_week=["MONDAY", "SUNDAY"],
            ),
            element(component("FLAT", "2"), reservation="RESERVATION"),
            type="AD_HOC_PAYMENT",
            currency="eur",
            tax_included="YES",
            min_price=limit("1", "1.19"),
            max_price=limit("50"),
            preauthorize_amount=60,
            start_date_time="2025-01-01T00:00:00Z",
            end_date_time="2026-01-01T00:00:00Z",
        )
    )

    assert (read.id, read.currency, read.type, read.tax_included) == ("T1", "EUR", "AD_HOC_PAYMENT", "YES")
    assert read.min_price == PriceLimit(Decimal(1), Decimal("1.19"))
    assert read.max_price == PriceLimit(Decimal(50), None)
    assert read.preauthorize_amount == Decimal(60)
    assert read.start_date_time == datetime(2025, 1, 1, tzinfo=UTC)
    assert read.end_date_time == datetime(2026, 1, 1, tzinfo=UTC)
    assert read.elements[0] == TariffElement(
        (PriceComponent("ENERGY", Decimal("0.45"), Decimal(19), 100),),
        TariffRestrictions(
            start_time=time(22),
            end_time=time(6),
            start_date=date(2025, 1, 1),
            end_date=date(2025, 12, 31),
            min_kwh=Decimal(1),
            max_kwh=Decimal("20.5"),
            min_current=Decimal(6),
            max_current=Decimal(32),
            min_power=Decimal("3.7"),
            max_power=Decimal(22),
            min_duration=60,
            max_duration=3600,
            day_of_week=frozenset({0, 6}),
        ),
    )
    assert read.elements[1].restrictions == TariffRestrictions(reservation="RESERVATION")


def test_a_float_is_the_number_that_was_written() -> None:
    read = parse_tariff(document(element({"type": "ENERGY", "price": 0.1, "vat": 5.2, "step_size": 1})))

    assert read.elements[0].price_components[0].price == Decimal("0.1")


@pytest.mark.parametrize("restrictions", [None, {}, {"min_kwh": None, "day_of_week": []}])
def test_restrictions_that_restrict_nothing_are_none(restrictions: object) -> None:
    read = parse_tariff(document({**element(component("FLAT", "1")), "restrictions": restrictions}))

    assert read.elements[0].restrictions is None


def test_unknown_fields_of_the_tariff_are_ignored() -> None:
    assert parse_tariff(document(element(component("FLAT", "1")), colour="green")) == tariff(
        element(component("FLAT", "1"))
    )


FLAT = component("FLAT", "1")


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 12}, "id"),
        ({"currency": "EURO"}, "currency"),
        ({"tax_included": None}, "tax_included"),
        ({"tax_included": "MAYBE"}, "tax_included"),
        ({"type": 5}, "type"),
        ({"elements": None}, "elements"),
        ({"elements": []}, "elements"),
        ({"elements": "FLAT"}, "elements"),
        ({"elements": ["FLAT"]}, "elements[0]"),
        ({"elements": [{"price_components": []}]}, "elements[0].price_components"),
        ({"elements": [element({**FLAT, "type": "DISTANCE"})]}, "elements[0].price_components[0].type"),
        ({"elements": [element({**FLAT, "price": "1.00"})]}, "elements[0].price_components[0].price"),
        ({"elements": [element({**FLAT, "price": True})]}, "elements[0].price_components[0].price"),
        ({"elements": [element({**FLAT, "price": -1})]}, "elements[0].price_components[0].price"),
        ({"elements": [element({**FLAT, "price": float("nan")})]}, "elements[0].price_components[0].price"),
        ({"elements": [element({**FLAT, "price": Decimal("1E+12")})]}, "elements[0].price_components[0].price"),
        ({"elements": [element(FLAT, {**FLAT, "price": None})]}, "elements[0].price_components[1].price"),
        ({"elements": [element({**FLAT, "step_size": 1.5})]}, "elements[0].price_components[0].step_size"),
        ({"elements": [element({**FLAT, "step_size": None})]}, "elements[0].price_components[0].step_size"),
        ({"elements": [element({**FLAT, "vat": -1})]}, "elements[0].price_components[0].vat"),
        ({"elements": [{"price_components": [FLAT], "restrictions": []}]}, "elements[0].restrictions"),
        ({"elements": [element(FLAT, start_time="24:00")]}, "elements[0].restrictions.start_time"),
        ({"elements": [element(FLAT, end_time="7:00")]}, "elements[0].restrictions.end_time"),
        ({"elements": [element(FLAT, start_date="2025-02-30")]}, "elements[0].restrictions.start_date"),
        ({"elements": [element(FLAT, end_date="01.02.2025")]}, "elements[0].restrictions.end_date"),
        ({"elements": [element(FLAT, day_of_week=["MONDAY", "FUNDAY"])]}, "elements[0].restrictions.day_of_week[1]"),
        ({"elements": [element(FLAT, day_of_week=[1])]}, "elements[0].restrictions.day_of_week[0]"),
        ({"elements": [element(FLAT, day_of_week="MONDAY")]}, "elements[0].restrictions.day_of_week"),
        ({"elements": [element(FLAT, booking="YES")]}, "elements[0].restrictions.booking"),
        ({"elements": [element(FLAT, reservation="MAYBE")]}, "elements[0].restrictions.reservation"),
        (
            {"elements": [element(component("ENERGY", "1"), reservation="RESERVATION")]},
            "elements[0].price_components[0].type",
        ),
        ({"min_price": 5}, "min_price"),
        ({"max_price": {"after_taxes": 5}}, "max_price.before_taxes"),
        ({"max_price": {"before_taxes": 6, "after_taxes": 5}}, "max_price.after_taxes"),
        ({"preauthorize_amount": "50"}, "preauthorize_amount"),
        ({"start_date_time": "yesterday"}, "start_date_time"),
    ],
)
def test_what_is_wrong_is_named(broken: dict[str, Any], field: str) -> None:
    with pytest.raises(TariffError) as caught:
        parse_tariff(document(element(FLAT)) | broken)

    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({}, None),
        ({"preauthorize_amount": 50}, "50"),
        ({"preauthorize_amount": 50, "max_price": limit("10", "11")}, "50"),
        ({"max_price": limit("10", "11")}, "11"),
        ({"max_price": limit("10")}, "10"),
    ],
)
def test_the_hold_is_the_preauthorized_amount_or_the_maximum_price(fields: dict[str, Any], amount: str | None) -> None:
    assert hold_amount(tariff(element(FLAT), **fields)) == (None if amount is None else Decimal(amount))
