"""Tariff documents between OCPI 2.2.1 and our own shape, which is OCPI 2.3.0.

2.2.1 has no `tax_included` (its prices are always without VAT), no `preauthorize_amount` (payment terminals hold
`max_price` instead) and writes limits as `{excl_vat, incl_vat}`.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from csms.domain.tariff_fields import number, required_number

_NUMBER = Decimal("0.0001")
_HUNDRED = Decimal(100)
_LIMITS = ("min_price", "max_price")

Document = dict[str, Any]


def from_221(document: Mapping[str, Any]) -> Document:
    """Turn an OCPI 2.2.1 tariff into our shape. The given document is not changed.

    Raises TariffError for a limit without `excl_vat`; everything else is left for `parse_tariff` to judge.
    """
    ours = deepcopy(dict(document))
    ours["tax_included"] = "NO"
    for field in _LIMITS:
        limit = ours.get(field)
        if isinstance(limit, Mapping):
            ours[field] = _renamed(limit, {"excl_vat": "before_taxes", "incl_vat": "after_taxes"}, field)
    return ours


def to_221(document: Mapping[str, Any]) -> Document:
    """Turn one of our tariffs into OCPI 2.2.1. The given document is not changed.

    Prices with taxes included become net prices of four decimals (the precision of an OCPI number); where the rate
    is unknown the price stays. `max_price` carries `preauthorize_amount` where there is one.
    """
    theirs = deepcopy(dict(document))
    tax_included = theirs.pop("tax_included", "NO")
    for field in _LIMITS:
        limit = theirs.get(field)
        if isinstance(limit, Mapping):
            theirs[field] = _renamed(limit, {"before_taxes": "excl_vat", "after_taxes": "incl_vat"}, field)
    hold = number(theirs, "preauthorize_amount")
    theirs.pop("preauthorize_amount", None)
    if hold is not None:
        # The smallest rate gives the largest net amount that can belong to this gross one, so that the net
        # limit never bites before the gross limit does.
        rate = Decimal(0) if tax_included == "N/A" else min(_rates(theirs), default=Decimal(0))
        theirs["max_price"] = {"excl_vat": _net(hold, rate), "incl_vat": hold}
    for component in _components(theirs):
        if tax_included == "N/A":
            component.pop("vat", None)
        elif tax_included == "YES" and component.get("vat") is not None:
            component["price"] = _net(required_number(component, "price"), required_number(component, "vat"))
    return theirs


def _renamed(limit: Mapping[str, Any], names: Mapping[str, str], field: str) -> Document:
    (net_from, net_to), (gross_from, gross_to) = names.items()
    renamed = {net_to: required_number(limit, net_from, field)}
    gross = number(limit, gross_from, field)
    if gross is not None:
        renamed[gross_to] = gross
    return renamed


def _components(document: Document) -> Iterable[Document]:
    for element in document.get("elements", []):
        yield from element.get("price_components", [])


def _rates(document: Document) -> list[Decimal]:
    return [number(component, "vat") or Decimal(0) for component in _components(document)]


def _net(gross: Decimal, rate: Decimal) -> Decimal:
    return (gross * _HUNDRED / (_HUNDRED + rate)).quantize(_NUMBER, ROUND_HALF_UP)
