"""What a driver's receipt says: outcome, lines with their taxes, totals, and what became of the card.

Worked out from the CDR as it stands (OCPI mod_cdrs, internal document): a receipt never prices anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from csms.domain.payment import gross_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Outcome = Literal[
    "PAID", "PAID_OTHERWISE", "AWAITING_CAPTURE", "CAPTURE_FAILED", "FREE", "NOTHING_DELIVERED",
    "INVOICED_BY_TERMINAL", "RUNNING", "IN_REVIEW", "NOT_STARTED", "REFUSED",
]  # fmt: skip
LineKind = Literal["FIXED", "ENERGY", "TIME", "PARKING", "RESERVATION", "ADJUSTMENT"]

_BY_STATE: Final[Mapping[str, Outcome]] = {
    "REQUESTED": "RUNNING",
    "STARTING": "RUNNING",
    "CHARGING": "RUNNING",
    "ENDED": "RUNNING",
    "REVIEW": "IN_REVIEW",
    "SETTLED": "AWAITING_CAPTURE",
    "CAPTURE_MISSING": "AWAITING_CAPTURE",
    "CAPTURED": "PAID",
    "CAPTURE_MISMATCH": "PAID_OTHERWISE",
    "CAPTURE_FAILED": "CAPTURE_FAILED",
    "HANDED_OVER": "INVOICED_BY_TERMINAL",
    "RELEASED": "FREE",
    "EXPIRED": "NOT_STARTED",
    "REJECTED": "REFUSED",
}
_PARTS: Final[Mapping[LineKind, str]] = {
    "FIXED": "total_fixed_cost",
    "ENERGY": "total_energy_cost",
    "TIME": "total_time_cost",
    "PARKING": "total_parking_cost",
    "RESERVATION": "total_reservation_cost",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the bill. `quantity` is kWh for ENERGY, hours for TIME and PARKING, None otherwise."""

    kind: LineKind
    quantity: Decimal | None
    net: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that is shown. Amounts are in `currency`; without a CDR there are no lines and no total.

    `eft_data` is what the acquirer wants on a card receipt, line by line.
    """

    outcome: Outcome
    currency: str
    lines: tuple[Line, ...] = ()
    taxes: tuple[tuple[Decimal | None, Decimal], ...] = ()
    net: Decimal | None = None
    gross: Decimal | None = None
    captured: Decimal | None = None
    eft_data: tuple[str, ...] = ()


def receipt(
    payment: Mapping[str, Any], cdr: Mapping[str, Any] | None, facs: Iterable[Mapping[str, Any]] = ()
) -> Receipt:
    """The receipt of a PAYMENT item, with the CDR document (once there is one) and the captures reported for it."""
    fac = _deciding(payment, facs)
    captured = payment.get("captured_amount")
    eft_data = tuple(str(text) for text in (fac or {}).get("eft_data") or ())
    if cdr is None:
        return Receipt(_BY_STATE[payment["state"]], payment["currency"], captured=captured, eft_data=eft_data)
    total = cdr["total_cost"]
    return Receipt(
        _outcome(payment, cdr),
        cdr["currency"],
        _lines(cdr),
        tuple((tax.get("percentage"), tax["amount"]) for tax in total.get("taxes") or ()),
        total["before_taxes"],
        gross_of(total),
        captured,
        eft_data,
    )


def _outcome(payment: Mapping[str, Any], cdr: Mapping[str, Any]) -> Outcome:
    """A zero bill is a good end whatever became of the hold; the rest is as the payment stands."""
    outcome = _BY_STATE[payment["state"]]
    if gross_of(cdr["total_cost"]) == 0 and outcome in {"FREE", "AWAITING_CAPTURE"}:
        return "FREE" if cdr["total_energy"] > 0 else "NOTHING_DELIVERED"
    return outcome


def _deciding(payment: Mapping[str, Any], facs: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The capture that decided the payment, or the newest that took something."""
    known = sorted(facs, key=lambda fac: str(fac["last_updated"]))
    named = [fac for fac in known if fac["id"] == payment.get("capture_id")]
    taken = [fac for fac in known if fac["capture_status_code"] != "FAILED"]
    chosen = named or taken
    return chosen[-1] if chosen else None


def _lines(cdr: Mapping[str, Any]) -> tuple[Line, ...]:
    """The parts of the bill in the order of the tariff's dimensions; what rounding and price limits change comes last."""
    parking = cdr.get("total_parking_time") or Decimal(0)
    quantities = {"ENERGY": cdr["total_energy"], "TIME": cdr["total_time"] - parking, "PARKING": parking}
    lines = [
        Line(kind, quantities.get(kind), cdr[field]["before_taxes"], gross_of(cdr[field]))
        for kind, field in _PARTS.items()
        if cdr.get(field) is not None
    ]
    net = cdr["total_cost"]["before_taxes"] - sum((line.net for line in lines), Decimal(0))
    gross = gross_of(cdr["total_cost"]) - sum((line.gross for line in lines), Decimal(0))
    if net or gross:
        lines.append(Line("ADJUSTMENT", None, net, gross))
    return tuple(lines)
