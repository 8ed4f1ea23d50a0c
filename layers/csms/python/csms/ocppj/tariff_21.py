"""Our tariff document (OCPI 2.3.0) as an OCPP 2.1 Tariff, so that a station shows and counts the price that we bill.

Both price a dimension by the first entry whose conditions hold. OCPP prices are net, per kWh and per minute, with the tax
beside them; energy and power in its conditions are in Wh and W. What OCPP cannot say is an error, never left out: the
station would show another price than the one on the bill.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.domain.tariff import TariffError, parse_tariff
from csms.domain.times import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.domain.tariff import PriceComponent, PriceLimit, Tariff, TariffElement, TariffRestrictions

_TARIFF_ID_MAX: Final = 60
_DIGITS: Final = Decimal("1e-10")  # of a price a minute: far below a cent in any session
_MINUTES: Final = 60
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# OCPI dimension: the OCPP member, the same for reservations, the name of the price, and what an hour or a kWh is divided by.
_MEMBERS: Final = {
    "ENERGY": ("energy", None, "priceKwh", 1),
    "TIME": ("chargingTime", "reservationTime", "priceMinute", _MINUTES),
    "PARKING_TIME": ("idleTime", None, "priceMinute", _MINUTES),
    "FLAT": ("fixedFee", "reservationFixed", "priceFixed", 1),
}
_TIMELESS: Final = ("min_kwh", "max_kwh", "min_current", "max_current", "min_power", "max_power", "min_duration", "max_duration")  # fmt: skip


def to_ocpp21(document: Mapping[str, Any]) -> dict[str, Any]:
    """The Tariff of SetDefaultTariff, ChangeTransactionTariff and Authorize.conf. Amounts are Decimal, net of tax.

    Raises TariffError, naming the field, where the tariff is wrong or OCPP 2.1 has no words for it: step sizes above 1, an
    end of its validity, RESERVATION_EXPIRES, several taxes in one dimension, conditions of a fixed fee other than of time.
    """
    tariff = parse_tariff(document)
    if len(tariff.id) > _TARIFF_ID_MAX:
        raise TariffError("id", f"OCPP 2.1 takes {_TARIFF_ID_MAX} characters")
    if tariff.end_date_time is not None:
        raise TariffError("end_date_time", "an OCPP 2.1 tariff has no end; it is replaced or cleared")
    found: dict[str, Any] = {"tariffId": tariff.id, "currency": tariff.currency}
    for index, element in enumerate(tariff.elements):
        _add(found, tariff, element, f"elements[{index}]")
    if tariff.start_date_time is not None:
        found["validFrom"] = format_time(tariff.start_date_time)
    for member, limit in (("minCost", tariff.min_price), ("maxCost", tariff.max_price)):
        if limit is not None:
            found[member] = _cost(limit, tariff)
    if texts := document.get("tariff_alt_text"):
        found["description"] = [
            {"format": "UTF8", "language": text["language"], "content": text["text"][:1024]} for text in texts[:10]
        ]
    return found


def _add(found: dict[str, Any], tariff: Tariff, element: TariffElement, path: str) -> None:
    restrictions = element.restrictions
    for component in element.price_components:
        member, reserved, name, parts = _MEMBERS[component.type]
        if restrictions is not None and restrictions.reservation is not None:
            if restrictions.reservation != "RESERVATION" or reserved is None:
                raise TariffError(f"{path}.restrictions.reservation", "OCPP 2.1 prices no reservation that expires")
            member = reserved
        if component.step_size > 1:
            raise TariffError(f"{path}.price_components", "OCPP 2.1 has no step size")
        entry: dict[str, Any] = {name: _net(component, tariff, parts)}
        conditions = _conditions(restrictions, path, fixed=component.type == "FLAT")
        if conditions:
            entry["conditions"] = conditions
        dimension = found.setdefault(member, {"prices": []})
        _tax(dimension, component, path)
        dimension["prices"].append(entry)


def _net(component: PriceComponent, tariff: Tariff, parts: int) -> Decimal:
    """The price without tax, of one kWh, minute or session."""
    price = component.price / parts
    if tariff.tax_included == "YES" and component.vat:
        price = price / (1 + component.vat / 100)
    return price.quantize(_DIGITS).normalize() + 0


def _tax(dimension: dict[str, Any], component: PriceComponent, path: str) -> None:
    """OCPP has one tax for all prices of a dimension."""
    rates = [{"type": "VAT", "tax": component.vat}] if component.vat is not None else None
    if dimension["prices"] and dimension.get("taxRates") != rates:
        raise TariffError(f"{path}.price_components.vat", "OCPP 2.1 has one tax for a dimension")
    if rates:
        dimension["taxRates"] = rates


def _conditions(restrictions: TariffRestrictions | None, path: str, *, fixed: bool) -> dict[str, Any]:
    if restrictions is None:
        return {}
    if fixed and any(getattr(restrictions, name) is not None for name in _TIMELESS):
        raise TariffError(f"{path}.restrictions", "a fixed fee of OCPP 2.1 depends on the time of its start alone")
    r = restrictions
    found = {
        "startTimeOfDay": r.start_time.strftime("%H:%M") if r.start_time else None,
        "endTimeOfDay": r.end_time.strftime("%H:%M") if r.end_time else None,
        "validFromDate": r.start_date.isoformat() if r.start_date else None,
        "validToDate": r.end_date.isoformat() if r.end_date else None,
        "dayOfWeek": [_DAYS[day] for day in sorted(r.day_of_week)] or None,
        "minEnergy": _thousand(r.min_kwh),
        "maxEnergy": _thousand(r.max_kwh),
        "minCurrent": r.min_current,
        "maxCurrent": r.max_current,
        "minPower": _thousand(r.min_power),
        "maxPower": _thousand(r.max_power),
        "minTime": r.min_duration,
        "maxTime": r.max_duration,
    }
    return {name: value for name, value in found.items() if value is not None}


def _thousand(value: Decimal | None) -> Decimal | None:
    return None if value is None else value * 1000


def _cost(limit: PriceLimit, tariff: Tariff) -> dict[str, Decimal]:
    """A limit that is given only once holds as the amount that prices are given in."""
    if limit.after_taxes is not None:
        return {"exclTax": limit.before_taxes, "inclTax": limit.after_taxes}
    return {"inclTax" if tariff.tax_included == "YES" else "exclTax": limit.before_taxes}
