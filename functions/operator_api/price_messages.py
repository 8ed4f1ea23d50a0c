"""Prices and costs for the driver's eyes, sent to a station's display.

A 1.6 charger gets them as DataTransfer of the California pricing requirements, where it knows them (configuration key
`CustomDisplayCostAndPrice`). From 2.0.1 on the running cost is CostUpdated; the price of a driver and the final cost stand
in the answers to Authorize and TransactionEvent there.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from csms.domain import price_display
from csms.ocppj.commands import OCPP16
from functions.operator_api.api import ApiRequest, Body, Reply
from functions.operator_api.commands import CommandBody, protocol_of, queue_command
from functions.operator_api.problems import Conflict, Invalid
from functions.operator_api.stations import found

Money = Annotated[Decimal, Field(strict=False, ge=0, le=1_000_000, decimal_places=4)]
Text = Annotated[str, Field(min_length=1, max_length=512)]


class ChargingPriceBody(Body):
    """Prices while energy flows, gross."""

    kwh_price: Money | None = None
    hour_price: Money | None = None
    flat_fee: Money | None = None


class IdlePriceBody(Body):
    """The price of standing without charging, after `grace_minutes`."""

    hour_price: Money
    grace_minutes: Annotated[int, Field(ge=0)] | None = None


class PriceMessageBody(Body):
    """What is shown. Which fields are needed depends on `message`; money is gross, in the station's currency."""

    message: Literal["SetUserPrice", "RunningCost", "FinalCost"]
    id_token: Annotated[str, Field(min_length=1, max_length=36)] | None = None
    transaction_id: Annotated[str, Field(min_length=1, max_length=36)] | None = None
    cost: Money | None = None
    price_text: Text | None = None
    price_texts: dict[Annotated[str, Field(min_length=2, max_length=8)], Text] = Field(default_factory=dict)
    qr_code_text: Text | None = None
    meter_wh: Annotated[int, Field(ge=0)] | None = None
    state: Literal["Charging", "Idle"] = "Charging"
    charging_price: ChargingPriceBody = Field(default_factory=ChargingPriceBody)
    idle_price: IdlePriceBody | None = None


_NEEDED = {
    "SetUserPrice": ("id_token", "price_text"),
    "RunningCost": ("transaction_id", "cost"),
    "FinalCost": ("transaction_id", "cost", "price_text"),
}


def send_price_message(request: ApiRequest, charger_id: str) -> Reply:
    """Queue a message about a price or cost. 202: it is on its way as a command."""
    station = found(request, charger_id)
    body = request.read(PriceMessageBody)
    protocol = protocol_of(request, station)
    needed = (*_NEEDED[body.message], *(("meter_wh",) if _needs_register(protocol, body) else ()))
    missing = [name for name in needed if getattr(body, name) is None]
    if missing:
        raise Invalid(faults=[(name, f"needed by {body.message}") for name in missing])
    if protocol == OCPP16:
        command = CommandBody(action="DataTransfer", payload=_data_transfer(request, body))
    elif body.message == "RunningCost":
        command = CommandBody(
            action="CostUpdated", payload={"totalCost": body.cost, "transactionId": body.transaction_id}
        )
    else:
        raise Conflict(f"Over {protocol} a station gets this in the answers to its own messages")
    return queue_command(request, station, protocol, command)


def _needs_register(protocol: str, body: PriceMessageBody) -> bool:
    return protocol == OCPP16 and body.message == "RunningCost"


def _data_transfer(request: ApiRequest, body: PriceMessageBody) -> dict[str, Any]:
    texts = dict(body.price_texts)
    if body.message == "SetUserPrice":
        return price_display.set_user_price(body.id_token or "", body.price_text or "", texts)
    if not (body.transaction_id or "").isdigit():
        raise Invalid(faults=[("transaction_id", "not a number, as it is in OCPP 1.6")])
    transaction_id, cost = int(body.transaction_id or 0), body.cost or Decimal(0)
    if body.message == "FinalCost":
        return price_display.final_cost(
            transaction_id, cost, body.price_text or "", other_languages=texts, qr_code_text=body.qr_code_text
        )
    idle = body.idle_price
    return price_display.running_cost(
        transaction_id,
        request.now,
        body.meter_wh or 0,
        cost,
        price_display.ChargingPrice(**body.charging_price.model_dump()),
        state=body.state,
        idle_price=price_display.IdlePrice(idle.hour_price, idle.grace_minutes) if idle else None,
    )
