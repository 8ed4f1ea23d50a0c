"""Short ways to write tariffs and sessions in the pricing tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from csms.domain.charging_periods import ChargingPhase, LedgerPoint, ReservationOutcome, Usage
from csms.domain.pricing import Cost, price_session
from csms.domain.tariff import Tariff, parse_tariff

AMSTERDAM = "Europe/Amsterdam"
MONDAY = datetime(2025, 3, 3, 9, 30, tzinfo=UTC)

Component = dict[str, Any]


def component(kind: str, price: str, vat: str | None = None, step_size: int = 1) -> Component:
    built: Component = {"type": kind, "price": Decimal(price), "step_size": step_size}
    if vat is not None:
        built["vat"] = Decimal(vat)
    return built


def element(*components: Component, **restrictions: Any) -> dict[str, Any]:
    built: dict[str, Any] = {"price_components": list(components)}
    if restrictions:
        built["restrictions"] = restrictions
    return built


def document(*elements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "ALL",
        "id": "T1",
        "currency": "EUR",
        "tax_included": "NO",
        "elements": list(elements),
        "last_updated": "2025-01-01T00:00:00Z",
        **fields,
    }


def tariff(*elements: dict[str, Any], **fields: Any) -> Tariff:
    return parse_tariff(document(*elements, **fields))


def limit(before: str, after: str | None = None) -> dict[str, Decimal]:
    return {"before_taxes": Decimal(before)} | ({} if after is None else {"after_taxes": Decimal(after)})


def local(text: str, zone: str = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def session(
    *,
    start: datetime = MONDAY,
    charging_minutes: float = 0,
    parking_minutes: float = 0,
    kwh: str = "0",
    amperes: str | None = None,
    reserved_minutes: float = 0,
    reservation: ReservationOutcome | None = None,
) -> Usage:
    """A reservation, then charging with constant power, then parking."""
    full = start + timedelta(minutes=charging_minutes)
    end = full + timedelta(minutes=parking_minutes)
    current = None if amperes is None else Decimal(amperes)
    phases = [ChargingPhase(start, full, "CHARGING")]
    if parking_minutes:
        phases.append(ChargingPhase(full, end, "PARKING"))
    if reserved_minutes:
        phases.insert(0, ChargingPhase(start - timedelta(minutes=reserved_minutes), start, "RESERVATION"))
    return Usage(
        start=start,
        end=end,
        points=(
            LedgerPoint(start, Decimal(0), current_a=current),
            LedgerPoint(full, Decimal(kwh) * 1000, current_a=current),
        ),
        phases=tuple(phases),
        reservation=reservation,
    )


def figures(cost: Cost) -> tuple[Decimal, Decimal]:
    """Net and gross, rounded to the currency."""
    rounded = cost.rounded().total
    return rounded.before_taxes, rounded.gross


def cost_of(priced: Tariff, usage: Usage, zone: str = AMSTERDAM) -> Cost:
    return price_session(priced, usage, zone)
