"""The OCPI status of an EVSE, from its connectors' newest statuses and whether a transaction runs on it.

Partners that keep locations are told by a PATCH of the EVSE, written in the same transaction as the change.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.edge import log, log_catalogue
from csms.edge.partners import our_party, sees_location
from csms.ocpi.endpoints import RECEIVER, pick_endpoint
from csms.ocpi.status import EvseStatus, combined, evse_status
from csms.store import chargers, master, outbox, partners
from csms.store.dynamo import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

_MODULE: Final = "locations"


class Audience:
    """The partners that keep our locations, read once a batch and only when something is to be told."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _partners(self) -> list[Item]:
        return [
            partner
            for partner in partners.list_partners(self._store)
            if partner["state"] == partners.REGISTERED
            and pick_endpoint(partner.get("endpoints") or (), _MODULE, RECEIVER)
        ]

    def rows(self, location_id: str, uid: str, change: Mapping[str, Any], now: datetime) -> tuple[Write, ...]:
        """One PATCH of the EVSE for each partner that sees the location."""
        told = [partner for partner in self._partners if sees_location(partner, {"id": location_id})]
        return tuple(
            outbox.to_partner(
                partner["partner_id"],
                _MODULE,
                location_id,
                "PATCH",
                change,
                now,
                path=(our_party(partner).country_code, our_party(partner).party_id, location_id, uid),
            )
            for partner in told
        )


def project_status(store: Store, audience: Audience, charger_id: str, evse_id: int, now: datetime) -> None:
    """Work out the status of an EVSE and, where it is another one, write it and tell partners."""
    station = chargers.get_station(store, charger_id) or {}
    place = station.get("evses", {}).get(str(evse_id))
    location_id = station.get("location_id")
    if not place or not location_id:
        log.write(log_catalogue.PROJECTION_SKIPPED, charger_id=charger_id, evse_id=evse_id, why="no place")
        return
    status = _status(store, charger_id, evse_id, place, station.get("plugged_in_idle", "AVAILABLE"))
    if status is None:
        return
    time = format_time(now)
    change = {"status": status, "last_updated": time}
    try:
        store.commit(
            master.evse_status_changed(location_id, place["uid"], status, time, now),
            *audience.rows(location_id, place["uid"], change, now),
        )
    except ConditionFailed:
        return  # it has this status already, or a newer one, or the location does not know the EVSE
    log.write(log_catalogue.PROJECTION_DONE, charger_id=charger_id, evse_uid=place["uid"], status=status)


def _status(
    store: Store, charger_id: str, evse_id: int, place: Mapping[str, Any], plugged_in_idle: EvseStatus
) -> EvseStatus | None:
    """None where nothing is known: neither a connector's status nor a transaction."""
    active = chargers.get_active(store, charger_id, evse_id)
    in_transaction = active is not None and active["state"] == "open"
    found = [
        chargers.latest_status(store, charger_id, evse_id, int(key)) for key in place.get("connectors") or {"1": ""}
    ]
    known = [
        evse_status(row["status"], in_transaction=in_transaction, plugged_in_idle=plugged_in_idle)
        for row in found
        if row is not None
    ]
    if known:
        return combined(known)
    return "CHARGING" if in_transaction else None
