"""Internal documents (2.3.0 shape) that several tests use; each call makes a fresh one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from csms.domain.pricing import ChargingPhase, Cost, LedgerPoint, Usage, price_session
from csms.domain.tariff import parse_tariff
from csms.ocpi.routing import Party
from csms.ocpi.session import session_document

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
TIME = "2026-05-06T07:08:09.000Z"
HOUR = timedelta(hours=1)


def connector(**more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 16,
        "tariff_ids": ["T1"],
        "last_updated": TIME,
        **more,
    }


def evse(**more: Any) -> dict[str, Any]:
    return {
        "uid": "E1",
        "evse_id": "DE*CPO*E1",
        "status": "AVAILABLE",
        "capabilities": ["REMOTE_START_STOP_CAPABLE", "CONTACTLESS_CARD_SUPPORT"],
        "connectors": [connector()],
        "physical_reference": "7",
        "last_updated": TIME,
        **more,
    }


def location(**more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "LOC1",
        "publish": True,
        "name": "Market",
        "address": "Street 1",
        "city": "Town",
        "country": "DEU",
        "coordinates": {"latitude": "51.047599", "longitude": "3.729944"},
        "time_zone": "Europe/Berlin",
        "evses": [evse()],
        "last_updated": TIME,
        **more,
    }


def tariff(**more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "type": "AD_HOC_PAYMENT",
        "tax_included": "YES",
        "preauthorize_amount": Decimal(50),
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": Decimal("0.59"), "vat": Decimal(19), "step_size": 1},
                    {"type": "FLAT", "price": Decimal("1.19"), "vat": Decimal(19), "step_size": 1},
                ]
            }
        ],
        "last_updated": TIME,
        **more,
    }


def cdr_token(**more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "PTP",
        "uid": "card-1",
        "type": "AD_HOC_USER",
        "contract_id": "card-1",
        **more,
    }


def token(**more: Any) -> dict[str, Any]:
    return {
        **cdr_token(),
        "issuer": "Terminals",
        "valid": True,
        "whitelist": "NEVER",
        "last_updated": TIME,
        **more,
    }


def cost_of(energy_wh: int = 10_000) -> Cost:
    """An hour of charging, then half an hour of parking."""
    usage = Usage(
        start=NOW,
        end=NOW + 1.5 * HOUR,
        phases=(
            ChargingPhase(NOW, NOW + HOUR, "CHARGING"),
            ChargingPhase(NOW + HOUR, NOW + 1.5 * HOUR, "PARKING"),
        ),
        points=(
            LedgerPoint(NOW, Decimal(0), None, None),
            LedgerPoint(NOW + HOUR, Decimal(energy_wh), None, None),
        ),
    )
    parking = {
        "price_components": [{"type": "PARKING_TIME", "price": Decimal("2.00"), "vat": Decimal(19), "step_size": 1}]
    }
    source = tariff()
    source["elements"].append(parking)
    return price_session(parse_tariff(source), usage, "Europe/Berlin")


def session(**more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "owner": Party("DE", "CPO"),
        "session_id": "S1",
        "status": "ACTIVE",
        "start": NOW,
        "now": NOW,
        "cdr_token": cdr_token(),
        "auth_method": "COMMAND",
        "authorization_reference": "A-1",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
    }
    return session_document(**{**facts, **more})
