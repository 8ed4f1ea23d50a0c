"""The terminal's own little acquirer: holds on cards, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

OPEN, CAPTURED, RELEASED = "open", "captured", "released"


class AcquirerError(Exception):
    """The acquirer cannot do that with this hold."""


@dataclass
class Hold:
    """A pre-authorised amount on a card; it is open until captured or released."""

    reference: str
    amount: Decimal
    currency: str
    state: str = OPEN
    captured: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    card: str = "**** **** **** 1234"
    history: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount} {self.currency} {self.state}, captured {self.captured}"


class Acquirer:
    """Keeps every hold by its reference."""

    def __init__(self) -> None:
        self.holds: dict[str, Hold] = {}

    def authorise(self, reference: str, amount: Decimal, currency: str) -> Hold:
        """Put a hold of `amount` on the card."""
        hold = Hold(reference, amount, currency)
        hold.history.append(f"authorised {amount}")
        self.holds[reference] = hold
        return hold

    def capture(self, reference: str, amount: Decimal) -> Decimal:
        """Take at most what is held; return what was taken. Taking nothing releases the hold.

        Raises AcquirerError when the hold was released.
        """
        hold = self.holds[reference]
        if hold.state == RELEASED:
            raise AcquirerError(f"the hold {reference} was released")
        taken = min(amount, hold.amount - hold.captured + hold.refunded)
        hold.captured += taken
        hold.state = CAPTURED if hold.captured else RELEASED
        hold.history.append(f"captured {taken}")
        return taken

    def release(self, reference: str, reason: str) -> None:
        """Give the amount back; a hold that is captured stays captured."""
        hold = self.holds[reference]
        if hold.state == OPEN:
            hold.state = RELEASED
            hold.history.append(f"released: {reason}")

    def refund(self, reference: str, amount: Decimal) -> None:
        """Return captured money to the card, as after a credit CDR."""
        hold = self.holds[reference]
        hold.refunded += amount
        hold.history.append(f"refunded {amount}")

    def open_holds(self) -> list[Hold]:
        """Return the holds that are neither captured nor released: money of drivers that is still blocked."""
        return [hold for hold in self.holds.values() if hold.state == OPEN]
