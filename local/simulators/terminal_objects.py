"""The OCPI objects a payment terminal platform writes and reads, per version."""

from __future__ import annotations

import secrets
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from datetime import datetime

    from local.simulators.terminal_modes import TerminalModes

CENT = Decimal("0.01")
DEFAULT_PREAUTHORISATION = Decimal(50)
V221, V230 = "2.2.1", "2.3.0"
OPTIONAL_TERMINAL_FIELDS = ("address", "city", "postal_code", "state", "country", "coordinates", "invoice_base_url")
OPTIONAL_TOKEN_FIELDS = ("visual_number", "group_id", "language", "default_profile_type", "energy_contract")


def new_reference() -> str:
    """Return a fresh authorization_reference: at most 36 characters and not to be guessed."""
    return "pp-" + secrets.token_hex(16)


def amount(value: Any) -> Decimal:
    """Return an OCPI number as Decimal."""
    return Decimal(str(value))


def gross(price: dict[str, Any] | None) -> Decimal:
    """Return what a consumer pays for an OCPI Price of either version."""
    if not price:
        return Decimal(0)
    if price.get("incl_vat") is not None:
        return amount(price["incl_vat"])
    net = price.get("before_taxes", price.get("excl_vat"))
    return amount(net or 0) + sum((amount(tax["amount"]) for tax in price.get("taxes") or []), Decimal(0))


def net(price: dict[str, Any] | None) -> Decimal:
    """Return an OCPI Price of either version without taxes."""
    price = price or {}
    found = price.get("before_taxes", price.get("excl_vat"))
    return gross(price) if found is None else amount(found)


def fac_price(
    captured: Decimal, cdr_price: dict[str, Any] | None, version: str, modes: TerminalModes
) -> dict[str, Any]:
    """Return the captured amount as the Price of a confirmation, with the taxes in proportion to the CDR's."""
    if modes.fac_only_incl_vat:
        return {"incl_vat": captured}
    cdr_gross = gross(cdr_price)
    before = (captured * net(cdr_price) / cdr_gross).quantize(CENT, ROUND_HALF_UP) if cdr_gross else captured
    if version == V221 or modes.price_2_2_1_shape_in_2_3_0:
        return {"excl_vat": before, "incl_vat": captured}
    taxes = [{"name": "VAT", "amount": captured - before}] if captured != before else []
    return {"before_taxes": before, "taxes": taxes}


def terminal(terminal_id: str, now: datetime, **known: Any) -> dict[str, Any]:
    """Return a Terminal; `known` are further fields such as `customer_reference`."""
    return {"terminal_id": terminal_id, "location_ids": [], "evse_uids": [], **known, "last_updated": wire_time(now)}


def ad_hoc_token(country_code: str, party_id: str, now: datetime, modes: TerminalModes) -> dict[str, Any]:
    """Return a Token for one use in START_SESSION."""
    uid = secrets.token_hex(16)
    return {
        "country_code": country_code,
        "party_id": party_id,
        "uid": uid,
        "type": modes.token_type,
        "contract_id": f"{country_code}-{party_id}-{uid[:8].upper()}",
        "issuer": "Simulated Payments",
        "valid": True,
        "whitelist": "NEVER",
        "last_updated": wire_time(now),
        **(dict.fromkeys(OPTIONAL_TOKEN_FIELDS) if modes.sends_nulls else {}),
    }


def confirmation(
    reference: str, price: dict[str, Any], status: str, *, currency: str, card: str, now: datetime, modes: TerminalModes
) -> dict[str, Any]:
    """Return a FinancialAdviceConfirmation."""
    messages = {"SUCCESS": "captured", "PARTIAL_SUCCESS": "less was held than was due", "FAILED": "the issuer said no"}
    written: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "authorization_reference": reference,
        "total_costs": price,
        "currency": currency,
        "eft_data": ["Simulated Card", "AID: A0000000041010", f"Nr: {card}", f"Amount: {currency} {gross(price)}"],
        "capture_status_code": status,
        "capture_status_message": messages[status],
        "last_updated": wire_time(now),
    }
    if modes.fac_without_eft_data:
        written["eft_data"] = None if modes.sends_nulls else []
        if not modes.sends_nulls:
            del written["eft_data"]
    return written


def decorate(document: dict[str, Any], modes: TerminalModes) -> dict[str, Any]:
    """Return an outgoing object with the nulls and the unknown fields that the modes ask for."""
    extra: dict[str, Any] = {}
    if modes.sends_nulls and "terminal_id" in document:
        extra |= {name: None for name in OPTIONAL_TERMINAL_FIELDS if name not in document}
    if modes.unknown_fields:
        extra |= {"x_simulated": {"note": "no version defines this"}, "schema_hint": 7}
    return {**document, **extra}


def preauthorisation(tariff: dict[str, Any] | None) -> Decimal:
    """Return how much to hold for a tariff: preauthorize_amount, else max_price, else a default."""
    if not tariff:
        return DEFAULT_PREAUTHORISATION
    if tariff.get("preauthorize_amount") is not None:
        return amount(tariff["preauthorize_amount"])
    limit = tariff.get("max_price") or {}
    for name in ("incl_vat", "after_taxes", "excl_vat", "before_taxes"):
        if limit.get(name) is not None:
            return amount(limit[name])
    return DEFAULT_PREAUTHORISATION


def price_text(tariff: dict[str, Any] | None) -> str:
    """Return the price as the terminal's screen shows it."""
    if not tariff:
        return "no price known"
    units = {"ENERGY": "kWh", "TIME": "h", "PARKING_TIME": "h parked", "FLAT": "start"}
    parts = []
    for element in tariff["elements"]:
        for component in element["price_components"]:
            vat = f" (VAT {component['vat']} %)" if component.get("vat") is not None else ""
            unit = units.get(component["type"], component["type"])
            condition = " if " + ", ".join(element["restrictions"]) if element.get("restrictions") else ""
            parts.append(f"{component['price']} {tariff['currency']}/{unit}{vat}{condition}")
    return " + ".join(parts)
