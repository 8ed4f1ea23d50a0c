from decimal import Decimal
from typing import Any

import pytest

from csms.domain.payment import TRANSITIONS
from csms.domain.receipt import Line, receipt


def price(net: str, tax: str = "0") -> dict[str, Any]:
    taxes = [{"name": "VAT", "percentage": Decimal(20), "amount": Decimal(tax)}] if Decimal(tax) else []
    return {"before_taxes": Decimal(net), "taxes": taxes}


def cdr(**changes: Any) -> dict[str, Any]:
    return {
        "id": "CDR-1",
        "currency": "EUR",
        "total_cost": price("4.50", "0.90"),
        "total_fixed_cost": price("0.50", "0.10"),
        "total_energy_cost": price("4.00", "0.80"),
        "total_energy": Decimal(10),
        "total_time": Decimal(1),
        **changes,
    }


def payment(state: str = "CAPTURED", **more: Any) -> dict[str, Any]:
    return {"state": state, "currency": "EUR", "captured_amount": Decimal("5.40"), "capture_id": "F1", **more}


def fac(fac_id: str = "F1", minute: int = 0, status: str = "SUCCESS", eft_data: str = "VISA 1234") -> dict[str, Any]:
    return {
        "id": fac_id,
        "last_updated": f"2026-03-02T10:{minute:02d}:00.000Z",
        "capture_status_code": status,
        "eft_data": [eft_data],
    }


def test_the_lines_of_a_bill_and_its_totals() -> None:
    found = receipt(payment(), cdr(), [fac()])
    assert found.outcome == "PAID"
    assert found.lines == (
        Line("FIXED", None, Decimal("0.50"), Decimal("0.60")),
        Line("ENERGY", Decimal(10), Decimal("4.00"), Decimal("4.80")),
    )
    assert found.taxes == ((Decimal(20), Decimal("0.90")),)
    assert (found.net, found.gross) == (Decimal("4.50"), Decimal("5.40"))
    assert found.captured == Decimal("5.40")
    assert found.eft_data == ("VISA 1234",)


def test_parking_time_is_not_charging_time() -> None:
    found = receipt(
        payment(),
        cdr(
            total_time_cost=price("1.00"),
            total_parking_cost=price("2.00"),
            total_parking_time=Decimal("0.25"),
            total_cost=price("7.50", "0.90"),
        ),
    )
    assert {line.kind: line.quantity for line in found.lines} == {
        "FIXED": None,
        "ENERGY": Decimal(10),
        "TIME": Decimal("0.75"),
        "PARKING": Decimal("0.25"),
    }


def test_a_price_limit_shows_as_a_line_so_that_the_bill_adds_up() -> None:
    found = receipt(payment(), cdr(total_cost=price("4.00", "0.80")))
    assert found.lines[-1] == Line("ADJUSTMENT", None, Decimal("-0.50"), Decimal("-0.60"))
    assert sum(line.gross for line in found.lines) == found.gross
    assert sum(line.net for line in found.lines) == found.net


@pytest.mark.parametrize("state", sorted(TRANSITIONS))
def test_every_state_of_a_payment_has_an_outcome(state: str) -> None:
    assert receipt(payment(state), None).outcome
    assert receipt(payment(state), cdr()).gross == Decimal("5.40")


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("CHARGING", "RUNNING"),
        ("REVIEW", "IN_REVIEW"),
        ("SETTLED", "AWAITING_CAPTURE"),
        ("CAPTURE_MISSING", "AWAITING_CAPTURE"),
        ("CAPTURE_FAILED", "CAPTURE_FAILED"),
        ("CAPTURE_MISMATCH", "PAID_OTHERWISE"),
        ("HANDED_OVER", "INVOICED_BY_TERMINAL"),
        ("EXPIRED", "NOT_STARTED"),
        ("REJECTED", "REFUSED"),
    ],
)
def test_what_is_said_of_a_payment(state: str, outcome: str) -> None:
    assert receipt(payment(state), None).outcome == outcome


@pytest.mark.parametrize("state", ["RELEASED", "SETTLED"])
@pytest.mark.parametrize(("energy", "outcome"), [("3", "FREE"), ("0", "NOTHING_DELIVERED")])
def test_a_zero_bill_says_why(state: str, energy: str, outcome: str) -> None:
    free = cdr(
        total_cost=price("0.00"), total_fixed_cost=None, total_energy_cost=price("0.00"), total_energy=Decimal(energy)
    )
    assert receipt(payment(state), free).outcome == outcome


def test_the_card_is_the_one_that_was_charged() -> None:
    facs = [fac("F2", 9, eft_data="newer"), fac("F1", 1, eft_data="deciding")]
    assert receipt(payment(), cdr(), facs).eft_data == ("deciding",)
    undecided = payment("SETTLED", capture_id=None, captured_amount=None)
    assert receipt(undecided, cdr(), [*facs, fac("F3", 30, "FAILED", "refused")]).eft_data == ("newer",)
    assert receipt(undecided, cdr(), [fac("F3", 30, "FAILED", "refused")]).eft_data == ()
