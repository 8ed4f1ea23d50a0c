"""A payment session: an amount is held on somebody's card from REQUESTED on, until it is captured or released.

A terminal asks for a session (REQUESTED). The start goes to the charger (STARTING), which may refuse it (REJECTED) or
do nothing, as when nobody plugs in (EXPIRED): both end the payment and the terminal releases the hold. Once the
transaction is seen the payment is CHARGING, and ENDED with it. Settling prices it: SETTLED, with a CDR, or held for a
person (REVIEW) where the energy is not believed; a person settles it after all, or writes it off (RELEASED).

What was settled is closed by the captures that the terminal's platform reports: CAPTURED where the amount of the CDR
was taken, RELEASED where it was zero, HANDED_OVER where the platform makes the invoice and owes us no report.
CAPTURE_FAILED, CAPTURE_MISMATCH and CAPTURE_MISSING stay open for a person, and a later capture can still mend them.

The states in `CLOSED` hold no money that anybody waits for. Nothing leads back before SETTLED: events that come late or
twice find no row in the table and change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

State = Literal[
    "REQUESTED", "STARTING", "CHARGING", "ENDED", "REVIEW", "SETTLED",
    "REJECTED", "EXPIRED", "RELEASED", "CAPTURED", "HANDED_OVER",
    "CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING",
]  # fmt: skip
Event = Literal[
    "START_SENT", "START_REFUSED", "START_EXPIRED", "TRANSACTION_STARTED", "TRANSACTION_ENDED",
    "PRICED", "NOT_BELIEVED", "WRITTEN_OFF",
    "NOTHING_DUE", "NO_REPORT_DUE", "CAPTURE_MATCHES", "CAPTURE_DIFFERS", "CAPTURE_FAILS", "CAPTURE_OVERDUE",
]  # fmt: skip

_REPORTED: Final[Mapping[Event, State]] = {
    "CAPTURE_MATCHES": "CAPTURED",
    "CAPTURE_DIFFERS": "CAPTURE_MISMATCH",
    "CAPTURE_FAILS": "CAPTURE_FAILED",
}

TRANSITIONS: Final[Mapping[str, Mapping[Event, State]]] = {
    "REQUESTED": {"START_SENT": "STARTING", "START_REFUSED": "REJECTED", "START_EXPIRED": "EXPIRED"},
    "STARTING": {"TRANSACTION_STARTED": "CHARGING", "START_REFUSED": "REJECTED", "START_EXPIRED": "EXPIRED"},
    # A session that nobody ends is priced from what was last metered, when the wait for its end is over.
    "CHARGING": {"TRANSACTION_ENDED": "ENDED", "PRICED": "SETTLED", "NOT_BELIEVED": "REVIEW"},
    "ENDED": {"PRICED": "SETTLED", "NOT_BELIEVED": "REVIEW"},
    "REVIEW": {"PRICED": "SETTLED", "WRITTEN_OFF": "RELEASED"},
    "SETTLED": {
        "NOTHING_DUE": "RELEASED",
        "NO_REPORT_DUE": "HANDED_OVER",
        "CAPTURE_OVERDUE": "CAPTURE_MISSING",
        **_REPORTED,
    },
    "CAPTURE_FAILED": {"CAPTURE_MATCHES": "CAPTURED", "CAPTURE_DIFFERS": "CAPTURE_MISMATCH", "WRITTEN_OFF": "RELEASED"},
    "CAPTURE_MISMATCH": {"CAPTURE_MATCHES": "CAPTURED", "CAPTURE_FAILS": "CAPTURE_FAILED", "WRITTEN_OFF": "RELEASED"},
    "CAPTURE_MISSING": {**_REPORTED, "WRITTEN_OFF": "RELEASED"},
    "REJECTED": {},
    "EXPIRED": {},
    "RELEASED": {},
    "CAPTURED": {},
    "HANDED_OVER": {},
}

CLOSED: Final[frozenset[str]] = frozenset(state for state, events in TRANSITIONS.items() if not events)
SETTLED_STATES: Final[tuple[str, ...]] = (
    "SETTLED", "CAPTURED", "RELEASED", "HANDED_OVER", "CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING",
)  # fmt: skip


def allowed(state: str, event: Event) -> State | None:
    """The state that follows, or None where the event changes nothing in this state (or the state is unknown)."""
    return TRANSITIONS.get(state, {}).get(event)


def states_before(event: Event) -> tuple[str, ...]:
    """The states in which the event has a consequence: the condition of the write that carries it out."""
    return tuple(state for state, events in TRANSITIONS.items() if event in events)


# --- captures -------------------------------------------------------------------------------------------------------

SUCCESS: Final = "SUCCESS"
PARTIAL_SUCCESS: Final = "PARTIAL_SUCCESS"
FAILED: Final = "FAILED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the captures say: the event they amount to, what was taken, and the report that decided (if any)."""

    event: Event
    captured_amount: Decimal | None = None
    fac_id: str | None = None
    reason: str | None = None


def capture_outcome(
    facs: Iterable[Mapping[str, Any]], amount: Decimal, currency: str, *, report_due: bool = True
) -> Outcome:
    """Decide what the reported captures (FinancialAdviceConfirmation documents) mean for a settled amount (gross).

    Of several reports the newest counts (by `last_updated`, then id); one and the same id is one report. A failure
    older than a success changes nothing. Without any report: NOTHING_DUE for a zero amount, NO_REPORT_DUE where the
    platform makes the invoice, else CAPTURE_OVERDUE. See OCPI 2.3.0 Payments, FinancialAdviceConfirmation.
    """
    newest = max(facs, key=lambda fac: (str(fac["last_updated"]), str(fac["id"])), default=None)
    if newest is None:
        if amount == 0:
            return Outcome("NOTHING_DUE")
        return Outcome("CAPTURE_OVERDUE" if report_due else "NO_REPORT_DUE")
    taken = gross_of(newest["total_costs"])
    status, fac_id = newest["capture_status_code"], str(newest["id"])
    if status == FAILED:
        # A failed capture of nothing leaves nothing to collect.
        return Outcome("CAPTURE_FAILS" if amount else "NOTHING_DUE", None, fac_id, newest.get("capture_status_message"))
    if str(newest["currency"]).upper() != currency.upper():
        return Outcome("CAPTURE_DIFFERS", taken, fac_id, "currency")
    if taken != amount:
        return Outcome("CAPTURE_DIFFERS", taken, fac_id, "partial" if status == PARTIAL_SUCCESS else "amount")
    if amount == 0:
        return Outcome("NOTHING_DUE", taken, fac_id)
    return Outcome("CAPTURE_MATCHES", taken, fac_id)


def gross_of(price: Mapping[str, Any]) -> Decimal:
    """What was paid: `incl_vat` (2.2.1 shape) where given, else the amount before taxes with all taxes."""
    if price.get("incl_vat") is not None:
        return _number(price["incl_vat"])
    net = price["before_taxes"] if price.get("before_taxes") is not None else price["excl_vat"]
    taxes: Decimal = sum((_number(tax["amount"]) for tax in price.get("taxes") or ()), Decimal(0))
    return _number(net) + taxes


def _number(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
