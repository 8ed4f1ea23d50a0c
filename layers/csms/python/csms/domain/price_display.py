"""Prices and costs on the display of a 1.6 charger: the DataTransfer messages of OCA's "OCPP & California Pricing Requirements".

Only for chargers whose configuration key `CustomDisplayCostAndPrice` is true. Money is gross, in the currency that the
charger is configured for; the charger shows what it is told and calculates nothing from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

VENDOR_ID: Final = "org.openchargealliance.costmsg"
CHARGING: Final = "Charging"
IDLE: Final = "Idle"


@dataclass(frozen=True, slots=True)
class ChargingPrice:
    """Prices while energy flows; what does not apply is None."""

    kwh_price: Decimal | None = None
    hour_price: Decimal | None = None
    flat_fee: Decimal | None = None

    def document(self) -> dict[str, Any]:
        """The wire's `chargingPrice`."""
        return _without_none({"kWhPrice": self.kwh_price, "hourPrice": self.hour_price, "flatFee": self.flat_fee})


@dataclass(frozen=True, slots=True)
class IdlePrice:
    """The price of standing without charging, after `grace_minutes`."""

    hour_price: Decimal
    grace_minutes: int | None = None

    def document(self) -> dict[str, Any]:
        """The wire's `idlePrice`."""
        return _without_none({"graceMinutes": self.grace_minutes, "hourPrice": self.hour_price})


@dataclass(frozen=True, slots=True)
class NextPeriod:
    """The prices from `at_time` on."""

    at_time: datetime
    charging_price: ChargingPrice
    idle_price: IdlePrice | None = None

    def document(self) -> dict[str, Any]:
        """The wire's `nextPeriod`."""
        idle = self.idle_price.document() if self.idle_price else None
        found = {
            "atTime": format_time(self.at_time),
            "chargingPrice": self.charging_price.document(),
            "idlePrice": idle,
        }
        return _without_none(found)


@dataclass(frozen=True, slots=True)
class Trigger:
    """When the charger should send a meter value, so that the cost can be told anew."""

    at_time: datetime | None = None
    at_energy_kwh: Decimal | None = None
    at_power_kw: Decimal | None = None

    def document(self) -> dict[str, Any]:
        """The wire's `triggerMeterValue`."""
        time = format_time(self.at_time) if self.at_time else None
        return _without_none({"atTime": time, "atEnergykWh": self.at_energy_kwh, "atPowerkW": self.at_power_kw})


def set_user_price(id_token: str, price_text: str, other_languages: Mapping[str, str] | None = None) -> dict[str, Any]:
    """SetUserPrice: the price of this driver, shown once the card was read. `other_languages`: text by language code."""
    return _message(
        "SetUserPrice",
        {"idToken": id_token, "priceText": price_text, "priceTextExtra": _extra(other_languages)},
    )


def running_cost(
    transaction_id: int,
    at: datetime,
    meter_wh: int,
    cost: Decimal,
    charging_price: ChargingPrice,
    *,
    state: str = CHARGING,
    idle_price: IdlePrice | None = None,
    next_period: NextPeriod | None = None,
    trigger: Trigger | None = None,
) -> dict[str, Any]:
    """RunningCost: the cost so far. `meter_wh` is the register at `at`; `state` is CHARGING or IDLE.

    Raises ValueError for another state.
    """
    if state not in {CHARGING, IDLE}:
        raise ValueError(f"not a state of a running cost: {state}")
    return _message(
        "RunningCost",
        {
            "transactionId": transaction_id,
            "timestamp": format_time(at),
            "meterValue": meter_wh,
            "cost": cost,
            "state": state,
            "chargingPrice": charging_price.document(),
            "idlePrice": idle_price.document() if idle_price else None,
            "nextPeriod": next_period.document() if next_period else None,
            "triggerMeterValue": trigger.document() if trigger else None,
        },
    )


def final_cost(
    transaction_id: int,
    cost: Decimal,
    price_text: str,
    *,
    other_languages: Mapping[str, str] | None = None,
    qr_code_text: str | None = None,
) -> dict[str, Any]:
    """FinalCost: what the ended transaction cost; `qr_code_text` leads to the receipt."""
    return _message(
        "FinalCost",
        {
            "transactionId": transaction_id,
            "cost": cost,
            "priceText": price_text,
            "priceTextExtra": _extra(other_languages),
            "qrCodeText": qr_code_text,
        },
    )


def _extra(texts: Mapping[str, str] | None) -> list[dict[str, str]] | None:
    found = [{"format": "UTF8", "language": code, "content": text} for code, text in (texts or {}).items()]
    return found or None


def _message(message_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """The DataTransfer request; its data is JSON text, as 1.6 wants."""
    text = json.dumps(_without_none(data), default=_number, ensure_ascii=False, separators=(",", ":"))
    return {"vendorId": VENDOR_ID, "messageId": message_id, "data": text}


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"not a part of a price message: {type(value).__name__}")
    return int(value) if value == value.to_integral_value() else float(value)


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
