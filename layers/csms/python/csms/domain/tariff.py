"""A Tariff ready for pricing, read from our tariff document: an OCPI 2.3.0 Tariff object (mod_tariffs).

Whatever would make a price wrong or a guess is an error here, when the tariff is written, and not at the charger:
an unknown restriction, for instance, would turn a conditional price into one that always applies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from csms.domain import tariff_fields as read
from csms.domain.tariff_fields import TariffError
from csms.domain.tariff_versions import from_221, to_221

__all__ = [
    "PriceComponent",
    "PriceLimit",
    "Tariff",
    "TariffElement",
    "TariffError",
    "TariffRestrictions",
    "from_221",
    "hold_amount",
    "parse_tariff",
    "to_221",
]

Dimension = Literal["FLAT", "ENERGY", "TIME", "PARKING_TIME"]
TaxIncluded = Literal["YES", "NO", "N/A"]
ReservationRestriction = Literal["RESERVATION", "RESERVATION_EXPIRES"]

_DIMENSIONS: tuple[Dimension, ...] = ("FLAT", "ENERGY", "TIME", "PARKING_TIME")
_TAX_INCLUDED: tuple[TaxIncluded, ...] = ("YES", "NO", "N/A")
_RESERVATION: tuple[ReservationRestriction, ...] = ("RESERVATION", "RESERVATION_EXPIRES")
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_CURRENCY_LENGTH = 3


@dataclass(frozen=True, slots=True)
class PriceComponent:
    """The price of one dimension: per session, kWh or hour; `vat` in percent; `step_size` in Wh or seconds."""

    type: Dimension
    price: Decimal
    vat: Decimal | None = None
    step_size: int = 1


@dataclass(frozen=True, slots=True)
class TariffRestrictions:
    """When an element applies: all that is set must hold. Minimums and starts are inclusive, the others exclusive.

    Times and dates are local to the Location, energy counts from the session's start in kWh, power is in kW,
    current in A over all phases, durations in seconds, `day_of_week` holds 0 for Monday to 6 for Sunday.
    """

    start_time: time | None = None
    end_time: time | None = None
    start_date: date | None = None
    end_date: date | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration: int | None = None
    max_duration: int | None = None
    day_of_week: frozenset[int] = frozenset()
    reservation: ReservationRestriction | None = None


@dataclass(frozen=True, slots=True)
class TariffElement:
    """Price components that apply under the same restrictions."""

    price_components: tuple[PriceComponent, ...]
    restrictions: TariffRestrictions | None = None


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """The least or the most a session may cost, before and after taxes."""

    before_taxes: Decimal
    after_taxes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tariff:
    """The fields of an OCPI 2.3.0 Tariff that decide a price, a limit or a validity."""

    id: str
    currency: str
    elements: tuple[TariffElement, ...]
    tax_included: TaxIncluded
    type: str | None = None
    min_price: PriceLimit | None = None
    max_price: PriceLimit | None = None
    preauthorize_amount: Decimal | None = None
    start_date_time: datetime | None = None
    end_date_time: datetime | None = None


def parse_tariff(document: Mapping[str, object]) -> Tariff:
    """Read a tariff document (OCPI 2.3.0 shape). Raises `TariffError` naming the field that is wrong."""
    currency = read.required_text(document, "currency")
    if len(currency) != _CURRENCY_LENGTH or not currency.isalpha():
        raise TariffError("currency", "must be an ISO 4217 code")
    return Tariff(
        id=read.required_text(document, "id"),
        currency=currency.upper(),
        elements=tuple(_element(element, name) for element, name in read.required_list(document, "elements")),
        tax_included=read.one_of(read.required_text(document, "tax_included"), "tax_included", _TAX_INCLUDED),
        type=read.text(document, "type"),
        min_price=_limit(document, "min_price"),
        max_price=_limit(document, "max_price"),
        preauthorize_amount=read.number(document, "preauthorize_amount"),
        start_date_time=read.moment(document, "start_date_time"),
        end_date_time=read.moment(document, "end_date_time"),
    )


def hold_amount(tariff: Tariff) -> Decimal | None:
    """The amount a payment terminal holds before the session: where the session has to stop. None: no limit.

    `preauthorize_amount`, else `max_price` after taxes. A `max_price` given only before taxes counts as it stands:
    its gross is unknown, and the lower figure is the one a hold certainly covers.
    """
    if tariff.preauthorize_amount is not None:
        return tariff.preauthorize_amount
    if tariff.max_price is None:
        return None
    limit = tariff.max_price
    return limit.before_taxes if limit.after_taxes is None else limit.after_taxes


def _limit(document: Mapping[str, object], field: str) -> PriceLimit | None:
    value = read.mapping(document, field)
    if value is None:
        return None
    limit = PriceLimit(
        before_taxes=read.required_number(value, "before_taxes", field),
        after_taxes=read.number(value, "after_taxes", field),
    )
    if limit.after_taxes is not None and limit.after_taxes < limit.before_taxes:
        raise TariffError(f"{field}.after_taxes", "must not be less than before_taxes")
    return limit


def _element(element: Mapping[str, object], path: str) -> TariffElement:
    components = read.required_list(element, "price_components", path)
    parsed = TariffElement(
        price_components=tuple(_component(component, name) for component, name in components),
        restrictions=_restrictions(read.mapping(element, "restrictions", path), f"{path}.restrictions"),
    )
    if parsed.restrictions is not None and parsed.restrictions.reservation is not None:
        for component, (_, name) in zip(parsed.price_components, components, strict=True):
            if component.type not in ("FLAT", "TIME"):
                raise TariffError(f"{name}.type", "a reservation is priced by FLAT and TIME only")
    return parsed


def _component(component: Mapping[str, object], path: str) -> PriceComponent:
    return PriceComponent(
        type=read.one_of(read.required_text(component, "type", path), f"{path}.type", _DIMENSIONS),
        price=read.required_number(component, "price", path),
        vat=read.number(component, "vat", path),
        step_size=read.required_whole(component, "step_size", path),
    )


def _restrictions(value: Mapping[str, object] | None, path: str) -> TariffRestrictions | None:
    if not value:
        return None
    read.known_fields(value, path, TariffRestrictions.__slots__)
    reservation = read.text(value, "reservation", path)
    parsed = TariffRestrictions(
        start_time=read.time_of_day(value, "start_time", path),
        end_time=read.time_of_day(value, "end_time", path),
        start_date=read.calendar_date(value, "start_date", path),
        end_date=read.calendar_date(value, "end_date", path),
        min_kwh=read.number(value, "min_kwh", path),
        max_kwh=read.number(value, "max_kwh", path),
        min_current=read.number(value, "min_current", path),
        max_current=read.number(value, "max_current", path),
        min_power=read.number(value, "min_power", path),
        max_power=read.number(value, "max_power", path),
        min_duration=read.whole(value, "min_duration", path),
        max_duration=read.whole(value, "max_duration", path),
        day_of_week=frozenset(
            _DAYS.index(read.one_of(day, name, _DAYS)) for day, name in read.texts(value, "day_of_week", path)
        ),
        reservation=None if reservation is None else read.one_of(reservation, f"{path}.reservation", _RESERVATION),
    )
    return None if parsed == TariffRestrictions() else parsed
