"""Documents as an operator writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def tariff(**more: Any) -> dict[str, Any]:
    return {
        "currency": "EUR",
        "type": "AD_HOC_PAYMENT",
        "tax_included": "YES",
        "preauthorize_amount": Decimal("50.00"),
        "elements": [
            {"price_components": [{"type": "ENERGY", "price": Decimal("0.59"), "vat": Decimal(19), "step_size": 1}]}
        ],
        **more,
    }


def connector(identity: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 32,
        "tariff_ids": ["T1"],
        **more,
    }


def evse(uid: str = "E1", **more: Any) -> dict[str, Any]:
    return {"uid": uid, "evse_id": f"DE*CSM*{uid}", "connectors": [connector()], **more}


def location(*evses: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "publish": True,
        "name": "Market",
        "address": "Street 1",
        "city": "Town",
        "country": "DEU",
        "coordinates": {"latitude": "51.047599", "longitude": "3.729944"},
        "time_zone": "Europe/Berlin",
        "evses": list(evses) or [evse(charger_id="CP1", ocpp_evse_id=1)],
        **more,
    }
