"""Whether a session can be started at a place now: what is known at once is answered at once (OCPI mod_commands)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.store import chargers, claims, master

if TYPE_CHECKING:
    from csms.edge.ocpi_http import OcpiRequest
    from csms.store.dynamo import Item, Store
    from functions.ocpi.commands.place import Place

_UNUSABLE: Final = {
    "INOPERATIVE": "The EVSE is out of service",
    "OUTOFORDER": "The EVSE is out of order",
    "BLOCKED": "The EVSE is blocked",
    "RESERVED": "The EVSE is reserved",
}
NOT_CONNECTED: Final = "The charging station is not connected"
OCCUPIED: Final = "The EVSE is in use"


def refusal(request: OcpiRequest, place: Place, claim: Item | None, token: dict[str, Any]) -> str | None:
    """Why no session can be started here now, in words for the terminal; None where one can."""
    store = request.store
    if not _token_valid(store, request.partner_id, token):
        return "The token is not valid"
    if place.charger_id is None or not is_connected(store, place.charger_id):
        return NOT_CONNECTED
    unusable = _UNUSABLE.get(place.evse.get("status", ""))
    if unusable:
        return unusable
    if claims.is_held(store, claim, request.now) or _is_charging(store, place.charger_id, place):
        return OCCUPIED
    return None


def is_connected(store: Store, charger_id: str) -> bool:
    """Whether the charger has a connection now."""
    return bool(chargers.get_connection(store, charger_id).get("connection_id"))


def serving_terminals(store: Store, partner_id: str, place: Place) -> list[dict[str, Any]]:
    """The partner's terminals that are assigned to the EVSE: by its location or by itself (mod_payments)."""
    location_id, evse_uid = str(place.location["id"]).lower(), str(place.evse["uid"]).lower()
    return [
        row["terminal"]
        for row in master.list_terminals(store, partner_id)
        if location_id in _lower(row["terminal"].get("location_ids"))
        or evse_uid in _lower(row["terminal"].get("evse_uids"))
    ]


def _lower(names: list[str] | None) -> set[str]:
    return {name.lower() for name in names or ()}


def _token_valid(store: Store, partner_id: str, token: dict[str, Any]) -> bool:
    """A one-time token is not checked; a card that its partner declared invalid starts nothing."""
    if token.get("type") != "RFID":
        return True
    known = [row["token"] for row in master.find_tokens(store, token["uid"]) if row["partner_id"] == partner_id]
    return all(row.get("valid", True) for row in known)


def _is_charging(store: Store, charger_id: str, place: Place) -> bool:
    """Whether a transaction runs. One whose end was never reported does not count once the connector is free again."""
    active = chargers.get_active(store, charger_id, place.evse_id)
    if active is None or active["state"] != "open":
        return False
    latest = chargers.latest_status(store, charger_id, place.evse_id, place.connector_id)
    return not (latest and latest["status"] == "Available" and latest["received_at"] > active["since"])
