"""The internal CDR document, built from what was true when the session started (OCPI mod_cdrs)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.ocpi.periods import hours, kwh, period_documents
from csms.ocpi.prices import price_document
from csms.ocpi.session import NOT_AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csms.domain.pricing import Cost

_REMARK_MAX: Final = 255
_PUBLIC_KEY_MAX: Final = 512
_FROM_SESSION: Final = (
    "country_code", "party_id", "start_date_time", "cdr_token", "auth_method", "authorization_reference", "meter_id",
    "currency",
)  # fmt: skip
_FROM_LOCATION: Final = ("id", "name", "address", "city", "postal_code", "state", "country", "coordinates")

# Reasons of OCPP 1.6 StopTransaction and 2.0.1 TransactionEvent, in words for the driver's bill.
STOP_REASONS: Final[Mapping[str, str]] = {
    "DeAuthorized": "authorisation withdrawn",
    "EmergencyStop": "emergency stop",
    "EnergyLimitReached": "energy limit reached",
    "EVDisconnected": "vehicle unplugged",
    "GroundFault": "ground fault",
    "HardReset": "charging station reset",
    "ImmediateReset": "charging station reset",
    "Local": "stopped at the charging station",
    "LocalOutOfCredit": "credit used up",
    "MasterPass": "stopped by staff",
    "Other": "other reason",
    "OvercurrentFault": "overcurrent",
    "PowerLoss": "power failure",
    "PowerQuality": "poor power quality",
    "Reboot": "charging station restarted",
    "Remote": "stopped remotely",
    "SOCLimitReached": "charge limit of the vehicle reached",
    "SoftReset": "charging station reset",
    "StoppedByEV": "stopped by the vehicle",
    "TimeLimitReached": "time limit reached",
    "Timeout": "vehicle not connected in time",
    "UnlockCommand": "connector unlocked",
}


def remark_of(stop_reason: str | None, *more: str) -> str | None:
    """Put the stop reason (OCPP's word) and further remarks into one text; None when there is nothing to say."""
    said = [f"Stop: {STOP_REASONS.get(stop_reason, stop_reason)}"] if stop_reason else []
    text = "; ".join([*said, *(remark for remark in more if remark)])
    return text[:_REMARK_MAX] or None


def cdr_document(
    *,
    cdr_id: str,
    session: Mapping[str, Any],
    cost: "Cost",
    location: Mapping[str, Any],
    evse: Mapping[str, Any] | None,
    connector: Mapping[str, Any] | None,
    now: datetime,
    tariff: Mapping[str, Any] | None = None,
    signed_data: Mapping[str, Any] | None = None,
    remark: str | None = None,
    invoice_reference_id: str | None = None,
) -> dict[str, Any]:
    """Build the CDR of a session that has ended (`session` has its end_date_time; KeyError when not).

    Location, EVSE, connector and tariff are the snapshots taken at the start; EVSE and connector are None for a
    reservation that never was used. `cost` is rounded here. Give `invoice_reference_id` when we make the invoice:
    its presence tells the terminal provider so. A session that cost nothing gets a CDR like any other: its total of
    0 is what releases the money held.
    """
    rounded = cost.rounded()
    periods = period_documents(cost.periods, in_cdr=True) or [_empty_period(session)]
    if tariff is None:
        periods = [{name: value for name, value in period.items() if name != "tariff_id"} for period in periods]
    document = {
        **{name: session.get(name) for name in _FROM_SESSION},
        "id": cdr_id,
        "session_id": session["id"],
        "end_date_time": session["end_date_time"],
        "cdr_location": cdr_location(location, evse, connector),
        "tariffs": None if tariff is None else [dict(tariff)],
        "charging_periods": periods,
        "signed_data": None if signed_data is None else dict(signed_data),
        **_totals(rounded),
        "remark": remark,
        "invoice_reference_id": invoice_reference_id,
        "last_updated": format_time(now),
    }
    return {name: value for name, value in document.items() if value is not None}


def _totals(cost: "Cost") -> dict[str, Any]:
    parts = {
        "total_fixed_cost": cost.total_fixed,
        "total_energy_cost": cost.total_energy,
        "total_time_cost": cost.total_time,
        "total_parking_cost": cost.total_parking,
        "total_reservation_cost": cost.total_reservation,
    }
    return {
        "total_cost": price_document(cost.total),
        "total_energy": kwh(cost.energy_wh),
        "total_time": hours(cost.session_seconds),
        "total_parking_time": hours(cost.parking_seconds) if cost.parking_seconds else None,
        **{name: price_document(price) for name, price in parts.items() if price is not None},
    }


def _empty_period(session: Mapping[str, Any]) -> dict[str, Any]:
    return {"start_date_time": session["start_date_time"], "dimensions": [{"type": "TIME", "volume": Decimal(0)}]}


def cdr_location(
    location: Mapping[str, Any], evse: Mapping[str, Any] | None, connector: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Copy what a CDR tells of the place. What is not known of the EVSE is `#NA`, as OCPI has it for required strings.

    Without a connector (a reservation that never was used) its three properties may be anything; receivers ignore
    them.
    """
    evse, connector = evse or {}, connector or {}
    place = {name: location.get(name) for name in _FROM_LOCATION}
    return {
        **{name: value for name, value in place.items() if value is not None},
        "evse_uid": evse.get("uid") or NOT_AVAILABLE,
        "evse_id": evse.get("evse_id") or NOT_AVAILABLE,
        "connector_id": connector.get("id") or NOT_AVAILABLE,
        "connector_standard": connector.get("standard") or "IEC_62196_T2",
        "connector_format": connector.get("format") or "SOCKET",
        "connector_power_type": connector.get("power_type") or "AC_3_PHASE",
    }


def signed_data_document(
    encoding_method: str,
    values: "Iterable[tuple[str, str, str]]",
    *,
    encoding_method_version: int | None = None,
    public_key: str | None = None,
    url: str | None = None,
) -> dict[str, Any] | None:
    """Build SignedData from (nature Start | Intermediate | End, plain data, signed data); None without values.

    The data pass unchanged, or they would no longer verify. A public key longer than OCPI's 512 characters is left
    out: give the `url` where it can be read.
    """
    signed_values = [{"nature": nature, "plain_data": plain, "signed_data": signed} for nature, plain, signed in values]
    if not signed_values:
        return None
    document = {
        "encoding_method": encoding_method,
        "encoding_method_version": encoding_method_version,
        "public_key": public_key if public_key and len(public_key) <= _PUBLIC_KEY_MAX else None,
        "signed_values": signed_values,
        "url": url,
    }
    return {name: value for name, value in document.items() if value is not None}


def credit_cdr(original: Mapping[str, Any], credit_id: str, now: datetime) -> dict[str, Any]:
    """Build the Credit CDR that undoes one: everything as it was, only total_cost negated (mod_cdrs, Credit CDRs)."""
    total = original["total_cost"]
    taxes = [{**tax, "amount": -tax["amount"]} for tax in total.get("taxes") or ()]
    return {
        **original,
        "id": credit_id,
        "credit": True,
        "credit_reference_id": original["id"],
        "total_cost": {"before_taxes": -total["before_taxes"], "taxes": taxes},
        "last_updated": format_time(now),
    }
