"""Price messages of 1.6: every field under its name, money exact, nothing that does not apply."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.price_display import (
    IDLE,
    VENDOR_ID,
    ChargingPrice,
    IdlePrice,
    NextPeriod,
    Trigger,
    final_cost,
    running_cost,
    set_user_price,
)
from csms.ocppj.validation import violations

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PRICE = ChargingPrice(Decimal("0.123"), Decimal(2), Decimal("42.42"))


def read(message: dict[str, Any], message_id: str) -> dict[str, Any]:
    assert violations("ocpp1.6", "DataTransfer", message) == ()
    assert (message["vendorId"], message["messageId"]) == (VENDOR_ID, message_id)
    data: dict[str, Any] = json.loads(message["data"], parse_float=Decimal)
    return data


def test_the_price_of_a_driver() -> None:
    data = read(set_user_price("CARD1", "0.30 €/kWh", {"nl": "0,30 €/kWh"}), "SetUserPrice")
    extra = [{"format": "UTF8", "language": "nl", "content": "0,30 €/kWh"}]
    assert data == {"idToken": "CARD1", "priceText": "0.30 €/kWh", "priceTextExtra": extra}
    assert "priceTextExtra" not in read(set_user_price("CARD1", "free"), "SetUserPrice")


def test_the_cost_so_far_with_everything() -> None:
    message = running_cost(
        5, AT, 1_234_000, Decimal("4.40"), PRICE, state=IDLE, idle_price=IdlePrice(Decimal(1), 30),
        next_period=NextPeriod(AT, ChargingPrice(Decimal("0.1")), IdlePrice(Decimal("0.5"))),
        trigger=Trigger(AT, Decimal("5.5"), Decimal(8)),
    )  # fmt: skip
    time = "2026-11-20T12:00:00.000Z"
    assert read(message, "RunningCost") == {
        "transactionId": 5, "timestamp": time, "meterValue": 1_234_000, "cost": Decimal("4.4"), "state": "Idle",
        "chargingPrice": {"kWhPrice": Decimal("0.123"), "hourPrice": 2, "flatFee": Decimal("42.42")},
        "idlePrice": {"graceMinutes": 30, "hourPrice": 1},
        "nextPeriod": {"atTime": time, "chargingPrice": {"kWhPrice": Decimal("0.1")}, "idlePrice": {"hourPrice": Decimal("0.5")}},
        "triggerMeterValue": {"atTime": time, "atEnergykWh": Decimal("5.5"), "atPowerkW": 8},
    }  # fmt: skip


def test_the_cost_so_far_with_what_must_be_there() -> None:
    data = read(running_cost(5, AT, 0, Decimal(0), ChargingPrice()), "RunningCost")
    assert set(data) == {"transactionId", "timestamp", "meterValue", "cost", "state", "chargingPrice"}
    assert (data["cost"], data["state"], data["chargingPrice"]) == (0, "Charging", {})


def test_an_unknown_state_is_not_sent() -> None:
    with pytest.raises(ValueError, match="Sleeping"):
        running_cost(5, AT, 0, Decimal(0), PRICE, state="Sleeping")


def test_the_final_cost() -> None:
    message = final_cost(
        5, Decimal("3.31"), "Total 3.31", qr_code_text="https://r.example/1", other_languages={"de": "Summe"}
    )
    data = read(message, "FinalCost")
    assert (data["transactionId"], data["cost"], data["qrCodeText"]) == (5, Decimal("3.31"), "https://r.example/1")
    assert data["priceTextExtra"][0]["content"] == "Summe"


@given(st.decimals(min_value=0, max_value=99_999, places=3))
def test_money_is_not_changed_by_being_sent(cost: Decimal) -> None:
    assert read(final_cost(1, cost, ""), "FinalCost")["cost"] == cost
