"""The internal Session document, and the PATCH between two of its states (OCPI mod_sessions)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.ocpi.periods import kwh, period_documents
from csms.ocpi.prices import price_document
from csms.ocpi.routing import Party

if TYPE_CHECKING:
    from csms.domain.pricing import Cost

NOT_AVAILABLE = "#NA"
# A PATCH always says how far the session is (and must say when that was).
_ALWAYS = ("kwh", "total_cost", "last_updated")


def session_document(
    *,
    owner: Party,
    session_id: str,
    status: str,
    start: datetime,
    now: datetime,
    cdr_token: Mapping[str, Any],
    auth_method: str,
    location_id: str,
    currency: str,
    evse_uid: str | None = None,
    connector_id: str | None = None,
    authorization_reference: str | None = None,
    meter_id: str | None = None,
    end: datetime | None = None,
    energy_wh: Decimal | None = None,
    cost: "Cost | None" = None,
) -> dict[str, Any]:
    """Build a Session. `start` is when it became ACTIVE, or, while PENDING, when it was created.

    `cost` (rounded here) gives total_cost and the charging periods, and the energy unless `energy_wh` does. Without
    EVSE or connector, as in a reservation of any, both are `#NA`.
    """
    energy = energy_wh if energy_wh is not None or cost is None else cost.energy_wh
    document = {
        "country_code": owner.country_code,
        "party_id": owner.party_id,
        "id": session_id,
        "start_date_time": format_time(start),
        "end_date_time": None if end is None else format_time(end),
        "kwh": kwh(energy or Decimal(0)),
        "cdr_token": dict(cdr_token),
        "auth_method": auth_method,
        "authorization_reference": authorization_reference,
        "location_id": location_id,
        "evse_uid": evse_uid or NOT_AVAILABLE,
        "connector_id": connector_id or NOT_AVAILABLE,
        "meter_id": meter_id,
        "currency": currency,
        "charging_periods": None if cost is None else period_documents(cost.periods, in_cdr=False) or None,
        "total_cost": None if cost is None else price_document(cost.rounded().total),
        "status": status,
        "last_updated": format_time(now),
    }
    return {name: value for name, value in document.items() if value is not None}


def session_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the body of the PATCH from one state of a Session to a later one; None when only a PUT can tell it.

    A receiver appends the charging periods of a PATCH to those it has, and has no way to forget a field. So only
    finished periods are patched in, and a PUT is needed when an earlier one changed or a field disappeared.
    """
    if any(name not in after for name in before if name != "charging_periods"):
        return None
    patch = {
        name: value
        for name, value in after.items()
        if name != "charging_periods" and (name in _ALWAYS or before.get(name) != value)
    }
    new = _appended(before.get("charging_periods") or [], after.get("charging_periods") or [])
    if new is None:
        return None
    return {**patch, "charging_periods": new} if new else patch


def _appended(before: list[Any], after: list[Any]) -> list[Any] | None:
    return after[len(before) :] if after[: len(before)] == before else None


def finished_periods(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Session without its last charging period, which still grows: the state to tell while it runs."""
    periods = (document.get("charging_periods") or [])[:-1]
    result = {name: value for name, value in document.items() if name != "charging_periods"}
    return {**result, "charging_periods": periods} if periods else result
