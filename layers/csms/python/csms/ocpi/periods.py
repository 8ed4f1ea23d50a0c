"""Quantities and charging periods of the domain as OCPI's: kWh, hours, 4 decimals (OCPI mod_cdrs, types number)."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from csms.domain.charging_periods import ChargingPeriod
from csms.domain.times import format_time

_FOUR = Decimal("0.0001")
_WH_PER_KWH = Decimal(1000)
_SECONDS_PER_HOUR = Decimal(3600)

# Dimensions that belong in a Session only, never in a CDR (OCPI mod_cdrs, CdrDimensionType).
SESSION_ONLY = frozenset({"CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE"})


def quantity(value: Decimal) -> Decimal:
    """Round to the 4 decimals of an OCPI number."""
    return value.quantize(_FOUR, ROUND_HALF_UP)


def kwh(energy_wh: Decimal) -> Decimal:
    """Turn watt-hours into kWh."""
    return quantity(energy_wh / _WH_PER_KWH)


def hours(seconds: Decimal) -> Decimal:
    """Turn seconds into hours."""
    return quantity(seconds / _SECONDS_PER_HOUR)


def period_documents(periods: Iterable[ChargingPeriod], *, in_cdr: bool) -> list[dict[str, Any]]:
    """Turn charging periods into documents; a CDR leaves out the dimensions that are for Sessions only."""
    result = []
    for period in periods:
        dimensions = [
            {"type": dimension.type, "volume": quantity(dimension.volume)}
            for dimension in period.dimensions
            if not (in_cdr and dimension.type in SESSION_ONLY)
        ]
        if dimensions:
            document = {"start_date_time": format_time(period.start), "dimensions": dimensions}
            result.append({**document, "tariff_id": period.tariff_id} if period.tariff_id else document)
    return result
