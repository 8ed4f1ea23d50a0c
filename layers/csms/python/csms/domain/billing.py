"""Billed quantities and their amounts: what the segments used, per price component, with step sizes applied.

OCPI 2.3.0 mod_cdrs, step_size: once per session for energy, and once for all time, where only the time-based
dimension used last is rounded up, by the step of its last component and over its total in the session. Both count
only what a component prices. The time of a reservation is rounded by itself; a flat fee is due once per phase.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from csms.domain.charging_periods import Segment
from csms.domain.money import Price, TaxAmount
from csms.domain.tariff import PriceComponent, Tariff, TaxIncluded

TAX_NAME = "VAT"
LineKind = Literal["FIXED", "ENERGY", "TIME", "PARKING", "RESERVATION"]

_HUNDRED = Decimal(100)
_WH_PER_KWH = Decimal(1000)
_MICROSECONDS_PER_SECOND = Decimal(1_000_000)
_SECONDS_PER_HOUR = Decimal(3600)


class CostLine(NamedTuple):
    """One component with its billed quantity (kWh; seconds; 1 for a flat fee) and its unrounded price."""

    kind: LineKind
    component: PriceComponent
    quantity: Decimal
    price: Price


class _Used:
    """Quantities per component in order of first use, with the component used last. Seconds or Wh."""

    def __init__(self) -> None:
        self.quantities: dict[PriceComponent, Decimal] = {}
        self.last: PriceComponent | None = None

    def add(self, component: PriceComponent, quantity: Decimal) -> None:
        self.quantities[component] = self.quantities.get(component, Decimal(0)) + quantity
        self.last = component

    def round_up(self) -> None:
        """Round the total up to the last component's step and bill the rest at that component."""
        if self.last is None or self.last.step_size == 0:
            return
        step = Decimal(self.last.step_size)
        beyond = sum(self.quantities.values(), Decimal(0)) % step
        if beyond:
            self.quantities[self.last] += step - beyond


def cost_lines(tariff: Tariff, segments: Iterable[Segment], *, fee: bool) -> list[CostLine]:
    """The lines of a bill; `fee` False leaves out the session's own flat fee."""
    segments = list(segments)
    reserved = [segment for segment in segments if segment.kind == "RESERVATION"]
    session = [segment for segment in segments if segment.kind != "RESERVATION"]
    lines = [*_flat(tariff, reserved, "RESERVATION")]
    lines += _time(tariff, reserved)
    lines += _flat(tariff, session, "FIXED") if fee else []
    lines += _energy(tariff, session)
    lines += _time(tariff, session)
    return lines


def _flat(tariff: Tariff, segments: list[Segment], kind: LineKind) -> list[CostLine]:
    component = next((segment.flat for segment in segments if segment.flat is not None), None)
    if component is None:
        return []
    return [CostLine(kind, component, Decimal(1), _taxed(component.price, component.vat, tariff.tax_included))]


def _energy(tariff: Tariff, segments: list[Segment]) -> list[CostLine]:
    used = _Used()
    for segment in segments:
        if segment.energy is not None and segment.energy_wh:
            used.add(segment.energy, segment.energy_wh)
    used.round_up()
    return [
        _line(tariff, "ENERGY", component, energy_wh / _WH_PER_KWH, component.price * energy_wh / _WH_PER_KWH)
        for component, energy_wh in used.quantities.items()
    ]


def _time(tariff: Tariff, segments: list[Segment]) -> list[CostLine]:
    used: dict[LineKind, _Used] = {}
    last: LineKind | None = None
    for segment in segments:
        if segment.time is not None and segment.end > segment.start:
            last = "TIME" if segment.kind == "CHARGING" else segment.kind
            seconds = (segment.end - segment.start) / _MICROSECONDS_PER_SECOND
            used.setdefault(last, _Used()).add(segment.time, seconds)
    if last is not None:
        used[last].round_up()
    return [
        _line(tariff, kind, component, seconds, component.price * seconds / _SECONDS_PER_HOUR)
        for kind, quantities in used.items()
        for component, seconds in quantities.quantities.items()
    ]


def _line(tariff: Tariff, kind: LineKind, component: PriceComponent, quantity: Decimal, amount: Decimal) -> CostLine:
    return CostLine(kind, component, quantity, _taxed(amount, component.vat, tariff.tax_included))


def _taxed(amount: Decimal, vat: Decimal | None, tax_included: TaxIncluded) -> Price:
    """An amount of the tariff as net and tax. Without a rate no tax can be told apart, whether included or not."""
    if vat is None or tax_included == "N/A":
        return Price(amount)
    if tax_included == "NO":
        return Price(amount, (TaxAmount(TAX_NAME, vat, amount * vat / _HUNDRED),))
    net = amount * _HUNDRED / (_HUNDRED + vat)
    return Price(net, (TaxAmount(TAX_NAME, vat, amount - net),))
