"""From everything that is known of an ended session to its bill: energy, cost, Session, CDR, or why it must wait.

Pure: the same ledger, in whatever order it came, with the tariff the session started with, gives the same bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.domain import plausibility
from csms.domain.pricing import LedgerPoint, Usage, price_session
from csms.domain.tariff import Tariff, TariffError, parse_tariff
from csms.domain.times import format_time, parse_time
from csms.domain.transaction import entry, fold, state_key
from csms.ocpi.cdr import cdr_document, remark_of
from csms.ocpi.prices import gross
from csms.ocpi.session_progress import progressed
from functions.payment_session.signed_values import signed_data_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from csms.domain.pricing import Cost
    from csms.domain.transaction import Folded

_REMARKS: Final = {
    plausibility.NEVER_ENDED: "end not reported by the charging station",
    plausibility.MISSING_MESSAGES: "messages of the charging station are missing",
    "register-went-back": "meter register went back",
    "sample-above-stop": "meter samples above the stop register",
}
TARIFF_UNUSABLE: Final = "tariff-unusable"


@dataclass(frozen=True, slots=True)
class Case:
    """What was read: SESSION and TX items, the whole ledger, LOCATION item, and who makes the invoice."""

    session: Mapping[str, Any]
    transaction: Mapping[str, Any]
    ledger: Mapping[str, Mapping[str, Any]]
    location: Mapping[str, Any] | None
    invoice_reference_id: str | None = None

    @property
    def started_at(self) -> datetime:
        """When the transaction began, by the charger's clock."""
        return parse_time(self.transaction["started_at"])

    @property
    def ended_at(self) -> datetime:
        """When it ended; where nobody reported that, when it was last heard of."""
        if self.transaction.get("ended_at"):
            return parse_time(self.transaction["ended_at"])
        return max([self.started_at, *(parse_time(e["t"]) for e in self.ledger.values())])


@dataclass(frozen=True, slots=True)
class Bill:
    """The completed Session and the CDR with its gross amount, or the reasons why a person has to look first."""

    session: dict[str, Any]
    cdr: dict[str, Any]
    amount: Decimal
    reasons: tuple[str, ...] = ()


def with_states(
    ledger: Mapping[str, Mapping[str, Any]], statuses: Iterable[Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """A 1.6 ledger with the connector's statuses: they say when the car was parked."""
    states = {
        state_key(at, row["status"]): entry(at, st=row["status"])
        for row in statuses
        for at in (parse_time(row["reported_at"]),)
    }
    return {**ledger, **states}


def bill(case: Case, cdr_id: str, now: datetime) -> Bill:
    """Price the session. The reasons are empty for one that can be billed as it is, or that a person approved."""
    transaction = case.transaction
    folded = fold(
        case.ledger, case.started_at, case.ended_at, transaction.get("meter_start_wh"), transaction.get("meter_stop_wh")
    )
    reasons = _reasons(case, folded)
    try:
        tariff = _tariff(case)
        cost = _cost(case, folded, tariff)
    except (TariffError, ValueError):
        return Bill({}, {}, Decimal(0), (*reasons, TARIFF_UNUSABLE))
    begun = {**case.session["session"], "start_date_time": format_time(folded.start)}
    session = progressed(begun, "COMPLETED", now, cost=cost, end=folded.end)
    cdr = _cdr(case, folded, session, cost, cdr_id, now)
    return Bill(session, cdr, gross(cdr["total_cost"]), () if case.session.get("review_approved") else reasons)


def energy_of(case: Case) -> Decimal:
    """The energy of a session in Wh, whoever pays for it."""
    facts = case.transaction
    return fold(
        case.ledger, case.started_at, case.ended_at, facts.get("meter_start_wh"), facts.get("meter_stop_wh")
    ).energy_wh


def _reasons(case: Case, folded: Folded) -> tuple[str, ...]:
    _, connector = place_of(case)
    return plausibility.implausible(
        folded,
        plausibility.power_max_w(connector),
        case.transaction.get("meter_start_wh"),
        case.transaction.get("meter_stop_wh"),
        charged=plausibility.has_charged(case.ledger),
    )


def _tariff(case: Case) -> Tariff:
    """The tariff in force when the session started; a charger without one charges for free."""
    document = case.transaction.get("tariff")
    if document:
        return parse_tariff(document)
    return Tariff(id="", currency=case.session["session"]["currency"], elements=(), tax_included="N/A")


def _cost(case: Case, folded: Folded, tariff: Tariff) -> Cost:
    points = folded.points
    approved = case.session.get("approved_energy_wh")
    if approved is not None:
        points = (LedgerPoint(folded.start, Decimal(0)), LedgerPoint(folded.end, approved))
    usage = Usage(folded.start, folded.end, points, folded.phases)
    fee = (case.transaction.get("tariff") or {}).get("fee_without_energy", True)
    time_zone = case.transaction.get("time_zone") or "UTC"
    return price_session(tariff, usage, time_zone, fee_without_energy=bool(fee))


def place_of(case: Case) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The EVSE and the connector of the session in its location, None for what is not known."""
    document = case.session["session"]
    evse = (case.location or {}).get("evses", {}).get(document.get("evse_uid"))
    connectors = (evse or {}).get("connectors", [])
    return evse, next((c for c in connectors if c["id"] == document.get("connector_id")), None)


def _cdr(
    case: Case, folded: Folded, session: Mapping[str, Any], cost: Cost, cdr_id: str, now: datetime
) -> dict[str, Any]:
    evse, connector = place_of(case)
    known = plausibility.remarks(folded, ended=case.transaction["state"] == "ended")
    remark = remark_of(case.transaction.get("stopped_reason"), *(_REMARKS.get(name, name) for name in known))
    location = (case.location or {}).get("location") or {"id": session["location_id"]}
    return cdr_document(
        cdr_id=cdr_id,
        session=session,
        cost=cost,
        location=location,
        evse=evse,
        connector=connector,
        now=now,
        tariff=case.transaction.get("tariff"),
        signed_data=signed_data_of(case.ledger),
        remark=remark,
        invoice_reference_id=case.invoice_reference_id,
    )
