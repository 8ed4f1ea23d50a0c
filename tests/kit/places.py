"""A location with one charger, its tariff and, on request, the terminal in front of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from csms.store import chargers, master
from tests.kit.partners import NOW

if TYPE_CHECKING:
    from csms.store.dynamo import Store

LOCATION_ID, EVSE_UID, CONNECTOR_ID, TARIFF_ID, CHARGER_ID = "loc-1", "evse-1", "c-1", "tariff-1", "CP1"


def tariff(tariff_id: str = TARIFF_ID, **changes: Any) -> dict[str, Any]:
    """An ad-hoc tariff of 0.50 a kWh plus 19 % VAT, 60.00 held."""
    return {
        "country_code": "DE",
        "party_id": "CSM",
        "id": tariff_id,
        "currency": "EUR",
        "type": "AD_HOC_PAYMENT",
        "tax_included": "NO",
        "preauthorize_amount": Decimal(60),
        "elements": [
            {"price_components": [{"type": "ENERGY", "price": Decimal("0.5"), "vat": Decimal(19), "step_size": 1}]}
        ],
        "last_updated": "2026-07-01T12:00:00.000Z",
        **changes,
    }


def connector(connector_id: str = CONNECTOR_ID, **changes: Any) -> dict[str, Any]:
    """A type 2 socket of 22 kW."""
    return {
        "id": connector_id,
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 400,
        "max_amperage": 32,
        "tariff_ids": [TARIFF_ID],
        "last_updated": "2026-07-01T12:00:00.000Z",
        **changes,
    }


def evse(uid: str = EVSE_UID, **changes: Any) -> dict[str, Any]:
    """An EVSE at the charger's connector 1."""
    return {
        "uid": uid,
        "evse_id": "DE*CSM*E1",
        "status": "AVAILABLE",
        "capabilities": ["REMOTE_START_STOP_CAPABLE"],
        "connectors": [connector()],
        "last_updated": "2026-07-01T12:00:00.000Z",
        "charger_id": CHARGER_ID,
        "ocpp_evse_id": 1,
        **changes,
    }


def location(location_id: str = LOCATION_ID, **changes: Any) -> dict[str, Any]:
    """A location in Berlin."""
    return {
        "country_code": "DE",
        "party_id": "CSM",
        "id": location_id,
        "publish": True,
        "name": "Test",
        "address": "Street 1",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DEU",
        "coordinates": {"latitude": "52.530000", "longitude": "13.380000"},
        "time_zone": "Europe/Berlin",
        **changes,
    }


def build_place(store: Store, *, protocol: str = "ocpp1.6", connected: bool = True, **evse_changes: Any) -> None:
    """Location, tariff and charger; connected with the given protocol unless told otherwise."""
    store.commit(
        master.location_put(location(), {EVSE_UID: evse(**evse_changes)}, NOW), master.tariff_put(tariff(), NOW)
    )
    evses = {"1": {"uid": EVSE_UID, "connectors": {"1": CONNECTOR_ID}}}
    store.commit(chargers.registered(CHARGER_ID, NOW, location_id=LOCATION_ID, evses=evses))
    if connected:
        store.commit(chargers.connected(CHARGER_ID, {"connection_id": "conn-1", "protocol": protocol}, NOW))


def assign_terminal(store: Store, partner_id: str = "payter", **changes: Any) -> None:
    """A terminal of the partner that serves the whole location."""
    document = {
        "terminal_id": "T1",
        "location_ids": [LOCATION_ID],
        "last_updated": "2026-07-01T12:00:00.000Z",
        **changes,
    }
    store.commit(master.terminal_put(partner_id, document, NOW, new=True))
