"""Tariffs between OCPI 2.2.1 and our shape."""

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from csms.domain.tariff import TariffError, from_221, hold_amount, parse_tariff, to_221
from tests.unit.domain.pricing_kit import component, document, element, limit

ENERGY = element(component("ENERGY", "0.25", "10"))
SPECS = Path(__file__).parents[4] / "shared" / "specs"


def without_tax_fields(*elements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    built = document(*elements, **fields)
    del built["tax_included"]
    return built


def test_limits_change_their_names_both_ways() -> None:
    theirs = without_tax_fields(
        ENERGY,
        min_price={"excl_vat": Decimal("0.50"), "incl_vat": Decimal("0.55")},
        max_price={"excl_vat": Decimal(10)},
    )
    ours = document(ENERGY, min_price=limit("0.50", "0.55"), max_price=limit("10"))

    assert from_221(theirs) == ours
    assert to_221(ours) == theirs


def test_the_documents_given_are_not_changed() -> None:
    ours = document(ENERGY, tax_included="YES", preauthorize_amount=50, max_price=limit("10", "11"))
    theirs = without_tax_fields(ENERGY, max_price={"excl_vat": 10.0})
    copies = deepcopy((ours, theirs))

    to_221(ours)
    from_221(theirs)

    assert (ours, theirs) == copies


def test_prices_with_taxes_become_net_prices() -> None:
    ours = document(
        element(component("ENERGY", "0.49", "19"), component("FLAT", "1")), tax_included="YES", tariff_alt_url="u"
    )

    theirs = to_221(ours)

    prices = [part["price"] for part in theirs["elements"][0]["price_components"]]
    assert prices == [Decimal("0.4118"), Decimal(1)]
    assert theirs["elements"][0]["price_components"][0]["vat"] == Decimal(19)
    assert theirs["tariff_alt_url"] == "u"
    assert "tax_included" not in theirs


def test_a_tariff_without_taxes_names_no_rate_in_221() -> None:
    theirs = to_221(document(ENERGY, tax_included="N/A"))

    assert "vat" not in theirs["elements"][0]["price_components"][0]


@pytest.mark.parametrize(
    ("rates", "tax_included", "net"),
    [
        (("19", "19"), "NO", "42.0168"),
        (("20", "10"), "YES", "45.4545"),
        (("20", None), "NO", "50"),
        (("19", "19"), "N/A", "50"),
    ],
)
def test_the_maximum_price_of_221_carries_the_hold(rates: tuple[str, str | None], tax_included: str, net: str) -> None:
    elements = [element(component("ENERGY", "0.5", rate)) for rate in rates]
    ours = document(*elements, tax_included=tax_included, preauthorize_amount=50, max_price=limit("10", "11"))

    theirs = to_221(ours)

    assert theirs["max_price"] == {"excl_vat": Decimal(net), "incl_vat": Decimal(50)}
    assert "preauthorize_amount" not in theirs
    assert hold_amount(parse_tariff(from_221(theirs))) == 50


def test_a_limit_of_221_without_net_amount_is_named() -> None:
    with pytest.raises(TariffError, match=r"^max_price\.excl_vat: "):
        from_221(without_tax_fields(ENERGY, max_price={"incl_vat": 11}))


@pytest.mark.skipif(not SPECS.exists(), reason="the texts of the specification are not on this machine")
def test_the_examples_of_both_versions_read_as_the_same_tariff() -> None:
    old, new = (
        {path.name: json.loads(path.read_text()) for path in (SPECS / version / "examples").glob("tariff*_*.json")}
        for version in ("ocpi-2.2.1", "ocpi-2.3.0-payments")
    )

    assert len(old) >= 20
    for name, theirs in old.items():
        assert parse_tariff(from_221(theirs)) == parse_tariff(new[name]), name
