"""Metered values of both protocol families as readings in Wh, W and A (ocpp-1.6 §7.43; OCPP 2.0.1 MeterValueType).

Absent fields have the standard's defaults (Energy.Active.Import.Register, Wh, Sample.Periodic, Outlet). Of several
candidates for one quantity, Outlet is preferred over Inlet, a value without phase over the sum of L1 to L3. Values that
cannot be read (empty, NaN) are skipped here; the frame that carried them is still kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from csms.domain.times import parse_time
from csms.domain.transaction import Entry, entry, sample_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

ENERGY: Final = "Energy.Active.Import.Register"
POWER: Final = "Power.Active.Import"
CURRENT: Final = "Current.Import"
STATE_OF_CHARGE: Final = "SoC"

_KILO: Final = frozenset({"kWh", "kW", "kvar", "kVA", "kvarh", "kVAh"})
_EARLIEST_PLAUSIBLE_YEAR: Final = 2010
_FUTURE_SECONDS_MAX: Final = 24 * 3600
_MULTIPLIER_MAX: Final = 12  # a power of ten
_LARGEST: Final = Decimal("1e15")
_DECIMALS: Final = 6
_SMALLEST: Final = Decimal("0.000001")
_USED: Final = frozenset({ENERGY, POWER, CURRENT, STATE_OF_CHARGE})


@dataclass(frozen=True, slots=True)
class SignedValue:
    """A signed reading, passed through unchanged."""

    data: str
    method: str | None = None
    encoding: str | None = None
    public_key: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter said at one moment. Energy is the register in Wh, not the session's energy."""

    at: datetime
    context: str
    energy_wh: Decimal | None = None
    power_w: Decimal | None = None
    current_a: Decimal | None = None
    soc_percent: Decimal | None = None
    signed: tuple[SignedValue, ...] = ()


class _Sample(NamedTuple):
    measurand: str
    value: Decimal
    phase: str | None
    location: str


def plausible_time(text: Any, received_at: datetime) -> datetime:
    """The charger's time stamp, or the time of receipt where its clock is plainly not set (1970, far future, garbage)."""
    try:
        at = parse_time(text)
    except (ValueError, TypeError, AttributeError):
        return received_at
    if at.year < _EARLIEST_PLAUSIBLE_YEAR or (at - received_at).total_seconds() > _FUTURE_SECONDS_MAX:
        return received_at
    return at


def readings_16(meter_values: Iterable[Any], received_at: datetime) -> tuple[Reading, ...]:
    """Readings of a 1.6 `meterValue` / `transactionData` list. Entries of an unknown shape are skipped."""
    found = []
    for given in meter_values:
        if not isinstance(given, dict):
            continue
        samples, signed, context = [], [], None
        for raw in given.get("sampledValue") or ():
            if not isinstance(raw, dict):
                continue
            context = context or raw.get("context")
            if raw.get("format") == "SignedData":
                signed.append(SignedValue(str(raw.get("value", ""))))
                continue
            sample = _sample(raw, raw.get("unit"), 0)
            if sample:
                samples.append(sample)
        at = plausible_time(given.get("timestamp"), received_at)
        found.append(_reading(at, context or "Sample.Periodic", samples, signed))
    return tuple(found)


def readings_2x(meter_values: Iterable[Any], received_at: datetime) -> tuple[Reading, ...]:
    """Readings of a 2.x `meterValue` list: numbers with `unitOfMeasure` {unit, multiplier: power of ten}."""
    found = []
    for given in meter_values:
        if not isinstance(given, dict):
            continue
        samples, signed, context = [], [], None
        for raw in given.get("sampledValue") or ():
            if not isinstance(raw, dict):
                continue
            context = context or raw.get("context")
            unit = raw.get("unitOfMeasure") or {}
            sample = _sample(raw, unit.get("unit"), int(unit.get("multiplier") or 0))
            if sample:
                samples.append(sample)
            if isinstance(raw.get("signedMeterValue"), dict):
                signed.append(_signed_2x(raw["signedMeterValue"]))
        at = plausible_time(given.get("timestamp"), received_at)
        found.append(_reading(at, context or "Sample.Periodic", samples, signed))
    return tuple(found)


def ledger_entry(reading: Reading, **more: Any) -> Entry:
    """The ledger entry of a reading; `more` is what the message itself said. Signed values ride along unchanged."""
    return entry(
        reading.at,
        context=reading.context,
        energy_wh=reading.energy_wh,
        power_w=reading.power_w,
        current_a=reading.current_a,
        soc_percent=reading.soc_percent,
        sig=signed_entries(reading.signed),
        **more,
    )


def ledger_entries(readings: Iterable[Reading]) -> dict[str, Entry]:
    """Ledger entries of readings by their content key: time and context."""
    return {sample_key(reading.at, reading.context): ledger_entry(reading) for reading in readings}


def number(value: Any) -> Decimal | None:
    """A metered value as Decimal: strings, numbers, a decimal comma; None where it is no finite number."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        parsed = value
    elif isinstance(value, int):
        parsed = Decimal(value)
    else:
        text = str(value).strip()
        try:
            parsed = Decimal(text.replace(",", ".") if "," in text else text)
        except InvalidOperation:
            return None
    if not parsed.is_finite() or not -_LARGEST < parsed < _LARGEST:
        return None
    rounded = parsed.as_tuple().exponent < -_DECIMALS  # type: ignore[operator]  # finite, so the exponent is an int
    return +parsed.quantize(_SMALLEST) if rounded else parsed


def signed_entries(signed: Iterable[SignedValue]) -> list[dict[str, str]] | None:
    """Signed values as they stand in a ledger entry; None where there are none."""
    rows = [{"data": s.data, "method": s.method, "encoding": s.encoding, "public_key": s.public_key} for s in signed]
    return [{name: value for name, value in row.items() if value is not None} for row in rows] or None


def _sample(raw: dict[str, Any], unit: Any, multiplier: int) -> _Sample | None:
    measurand = raw.get("measurand") or ENERGY
    value = number(raw.get("value")) if measurand in _USED else None
    if value is None:
        return None
    if unit in _KILO:
        value *= 1000
    if abs(multiplier) > _MULTIPLIER_MAX:
        return None
    if multiplier:
        scaled = number(value.scaleb(multiplier))
        if scaled is None:
            return None
        value = scaled
    return _Sample(measurand, value, raw.get("phase"), raw.get("location") or "Outlet")


def _signed_2x(raw: dict[str, Any]) -> SignedValue:
    return SignedValue(
        str(raw.get("signedMeterData", "")), raw.get("signingMethod"), raw.get("encodingMethod"), raw.get("publicKey")
    )


def _reading(at: datetime, context: str, samples: list[_Sample], signed: list[SignedValue]) -> Reading:
    by_measurand: dict[str, list[_Sample]] = {}
    for sample in samples:
        by_measurand.setdefault(sample.measurand, []).append(sample)
    picked = {measurand: _pick(found) for measurand, found in by_measurand.items()}
    return Reading(
        at,
        context,
        picked.get(ENERGY),
        picked.get(POWER),
        picked.get(CURRENT),
        picked.get(STATE_OF_CHARGE),
        tuple(signed),
    )


def _pick(samples: list[_Sample]) -> Decimal | None:
    """One value of several for a quantity: Outlet before other locations, without phase before the sum of phases."""
    if len(samples) == 1 and not samples[0].phase:
        return samples[0].value
    wanted = [s for s in samples if s.location == "Outlet"] or samples
    whole = [s.value for s in wanted if not s.phase]
    if whole:
        return whole[0]
    per_phase = {s.phase[:2]: s.value for s in wanted if s.phase and s.phase[:2] in {"L1", "L2", "L3"}}
    return sum(per_phase.values(), Decimal(0)) if per_phase else None
