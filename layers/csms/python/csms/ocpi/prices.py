"""Money on the wire: `{before_taxes, taxes[]}` inside and in 2.3.0, `{excl_vat, incl_vat}` in 2.2.1."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from csms.domain.money import Price

VAT = "VAT"


def price_document(price: Price) -> dict[str, Any]:
    """Turn a Price of the domain into the internal document; exempt from tax means an empty list of taxes."""
    taxes = [
        {"name": line.name, "percentage": line.percentage, "amount": line.amount}
        if line.percentage is not None
        else {"name": line.name, "amount": line.amount}
        for line in price.taxes
    ]
    return {"before_taxes": price.before_taxes, "taxes": taxes}


def gross(price: Mapping[str, Any]) -> Decimal:
    """Return what is to be paid: before_taxes plus all taxes."""
    taxes: Decimal = sum((Decimal(tax["amount"]) for tax in price.get("taxes") or ()), Decimal(0))
    return Decimal(price["before_taxes"]) + taxes


def price_221(price: Mapping[str, Any]) -> dict[str, Any]:
    """Turn an internal Price or PriceLimit into a 2.2.1 Price.

    One that already is a 2.2.1 Price passes. `incl_vat` is told where it is known: the taxes are listed (also as none at all), or a limit names `after_taxes`.
    """
    if "excl_vat" in price:
        return dict(price)
    result = {"excl_vat": price["before_taxes"]}
    if price.get("after_taxes") is not None:
        result["incl_vat"] = price["after_taxes"]
    elif price.get("taxes") is not None:
        result["incl_vat"] = gross(price)
    return result


def internal_price(net: Decimal | None, total: Decimal | None, taxes: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Build the internal Price from what a partner said in either shape.

    `total` (incl_vat) wins over `taxes`: it is the amount that was paid. With a total only, the tax in it is unknown,
    so all of it stands before taxes and the gross amount is still right. Raises ValueError when nothing is said.
    """
    if net is None:
        if total is None:
            raise ValueError("a price needs an amount")
        return {"before_taxes": total, "taxes": []}
    if total is None:
        return {"before_taxes": net} if taxes is None else {"before_taxes": net, "taxes": taxes}
    if taxes and net + sum((tax["amount"] for tax in taxes), Decimal(0)) == total:
        return {"before_taxes": net, "taxes": taxes}
    return {"before_taxes": net, "taxes": [{"name": VAT, "amount": total - net}] if total != net else []}
