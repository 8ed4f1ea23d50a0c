"""Does what the CPO pushes obey the standard? Complaints about sessions and CDRs, in words."""

from __future__ import annotations

import re
from typing import Any

from local.simulators.terminal_objects import V221, amount

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,5})?Z?")
DATE_TIME_LENGTH_MAX = 25

SESSION_REQUIRED = {
    "country_code",
    "party_id",
    "id",
    "start_date_time",
    "kwh",
    "cdr_token",
    "auth_method",
    "location_id",
    "evse_uid",
    "connector_id",
    "currency",
    "status",
    "last_updated",
}
CDR_REQUIRED = {
    "country_code",
    "party_id",
    "id",
    "start_date_time",
    "end_date_time",
    "cdr_token",
    "auth_method",
    "cdr_location",
    "currency",
    "charging_periods",
    "total_cost",
    "total_energy",
    "total_time",
    "last_updated",
}
CDR_LOCATION_REQUIRED = {
    "id",
    "address",
    "city",
    "country",
    "coordinates",
    "evse_uid",
    "evse_id",
    "connector_id",
    "connector_standard",
    "connector_format",
    "connector_power_type",
}
CDR_TOKEN_REQUIRED = {"country_code", "party_id", "uid", "type", "contract_id"}
SESSION_STATUSES = {"ACTIVE", "COMPLETED", "INVALID", "PENDING", "RESERVATION"}


def check_session(
    session: dict[str, Any], body: dict[str, Any], method: str, session_id: str, version: str
) -> list[str]:
    """Return complaints about a session as it stands after `body` came by `method`."""
    name = f"session {session_id} ({method})"
    found = _missing(name, session, SESSION_REQUIRED)
    found += _missing(f"{name} cdr_token", session.get("cdr_token") or {}, CDR_TOKEN_REQUIRED)
    if session.get("id") != session_id:
        found.append(f"{name}: its id is {session.get('id')}")
    if "last_updated" not in body:
        found.append(f"{name}: last_updated is missing")
    if session.get("status") not in SESSION_STATUSES:
        found.append(f"{name}: no such status {session.get('status')}")
    found += _price(f"{name} total_cost", session.get("total_cost"), version)
    return found + _dates_and_nulls(name, body)


def check_cdr(cdr: dict[str, Any], version: str) -> list[str]:
    """Return complaints about a CDR."""
    name = f"CDR {cdr.get('id')}"
    found = _missing(name, cdr, CDR_REQUIRED)
    found += _missing(f"{name} cdr_location", cdr.get("cdr_location") or {}, CDR_LOCATION_REQUIRED)
    found += _missing(f"{name} cdr_token", cdr.get("cdr_token") or {}, CDR_TOKEN_REQUIRED)
    for field in [key for key in cdr if key.startswith("total_") and key.endswith("cost")]:
        found += _price(f"{name} {field}", cdr[field], version)
    if not cdr.get("charging_periods"):
        found.append(f"{name}: no charging period")
    found += _energy(name, cdr)
    return found + _dates_and_nulls(name, cdr)


def _energy(name: str, cdr: dict[str, Any]) -> list[str]:
    """Complain when the periods' energy is not the total energy."""
    volumes = [
        amount(dimension["volume"])
        for period in cdr.get("charging_periods") or []
        for dimension in period.get("dimensions") or []
        if dimension["type"] == "ENERGY"
    ]
    total = amount(cdr.get("total_energy") or 0)
    if volumes and abs(sum(volumes) - total) > amount("0.001"):
        return [f"{name}: the periods hold {sum(volumes)} kWh, total_energy says {total}"]
    return []


def _missing(name: str, document: dict[str, Any], required: set[str]) -> list[str]:
    return [f"{name}: {field} is missing" for field in sorted(required) if document.get(field) is None]


def _price(name: str, price: Any, version: str) -> list[str]:
    if price is None:
        return []
    wanted = "excl_vat" if version == V221 else "before_taxes"
    return [] if isinstance(price, dict) and wanted in price else [f"{name}: not a Price of {version}: {price}"]


def _dates_and_nulls(name: str, document: Any, path: str = "") -> list[str]:
    """Complain about badly written DateTimes, and about nulls, which some receivers trip over."""
    found: list[str] = []
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        where = f"{path}.{key}".lstrip(".")
        if value is None:
            found.append(f"{name}: {where} is null")
        elif isinstance(value, dict | list):
            found += _dates_and_nulls(name, value, where)
        elif str(key).endswith(("date_time", "last_updated")):
            text = str(value)
            if len(text) > DATE_TIME_LENGTH_MAX or not DATE_TIME.fullmatch(text):
                found.append(f"{name}: {where} is no DateTime: {text}")
    return found
