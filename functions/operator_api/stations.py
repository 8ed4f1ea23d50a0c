"""Stations: the registry of chargers, what they reported, and who was refused."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from csms.contract import OCPP_PROTOCOLS, WEBSOCKET_STAGE
from csms.domain import reservations
from csms.edge import connections, settings
from csms.ocppj import handshake
from csms.store import chargers, lists, master
from csms.store.dynamo import ConditionFailed
from functions.operator_api.api import ApiRequest, Reply
from functions.operator_api.problems import Conflict, Invalid, NotFound
from functions.operator_api.station_models import StationBody, StationPatch, shown, shown_row

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_PASSWORD_BYTES: Final = 16  # 32 hexadecimal digits: what both OCPP 1.6 and 2.0.1 stations take
_SALT_BYTES: Final = 16


def list_stations(request: ApiRequest) -> Reply:
    """The registry, with the live state of each station."""
    return request.page(lists.stations()).reply(lambda station: shown(request.store, station))


def get_station(request: ApiRequest, charger_id: str) -> Reply:
    """One station with its live state."""
    return Reply(shown(request.store, found(request, charger_id)))


def create_station(request: ApiRequest, charger_id: str) -> Reply:
    """Register a new station; the answer says what to type into the charger."""
    _check_identity(charger_id)
    twin = chargers.get_station(request.store, charger_id)
    if twin is not None:
        raise Conflict(f"{twin['charger_id']} is registered already")
    return _created(request, charger_id, request.read(StationBody))


def put_station(request: ApiRequest, charger_id: str) -> Reply:
    """Register a station, or replace what the operator set of it. A password that is not sent stays as it is."""
    _check_identity(charger_id)
    body = request.read(StationBody)
    station = chargers.get_station(request.store, charger_id)
    if station is None:
        return _created(request, charger_id, body)
    new = _new_password(body.security_profile, body.password, kept=bool(station.get("password_hashes")))
    given = body.model_dump(exclude={"password"}, exclude_none=True) | _hashes(new or body.password)
    gone = {name for name in ("protocols", "protocol_without_offer", "location_id") if name not in given}
    if body.security_profile == 0:
        gone.add("password_hashes")
    return _changed(request, station, given, gone, password=new)


def patch_station(request: ApiRequest, charger_id: str) -> Reply:
    """Change some of a station: adopt a pending one (`registration` accepted), block it, give it a new password."""
    station = found(request, charger_id)
    body = request.read(StationPatch)
    sent = body.model_dump(include=body.model_fields_set, exclude={"password"})
    given = {name: value for name, value in sent.items() if value is not None}
    gone = set(sent) - set(given)
    if body.password:
        given |= _hashes(body.password)
    profile = given.get("security_profile")
    if profile == 0:
        gone.add("password_hashes")
        given.pop("password_hashes", None)
    elif profile and not body.password and not station.get("password_hashes"):
        raise Invalid(faults=[("password", f"security profile {profile} needs one, and the station has none")])
    return _changed(request, station, given, gone, password=None)


def delete_station(request: ApiRequest, charger_id: str) -> Reply:
    """Take a station out of the registry: it cannot connect any more. What it reported is kept for its time."""
    station = found(request, charger_id)
    identity = station["charger_id"]
    if any(row["state"] == "open" for row in chargers.list_active(request.store, identity)):
        raise Conflict("A transaction is running on it")
    _check_no_location_names(request, station)
    connection = chargers.get_connection(request.store, identity)
    request.store.commit(
        *chargers.station_removed(identity), request.audited("station.deleted", f"stations/{identity}")
    )
    _hang_up(connection)
    return Reply(status=204)


def list_events(request: ApiRequest, charger_id: str) -> Reply:
    """What the station told of itself outside transactions, the latest first."""
    return _rows(request, charger_id, "EVENT")


def list_parked(request: ApiRequest, charger_id: str) -> Reply:
    """Payloads that could not be used, each with the reason, the latest first."""
    return _rows(request, charger_id, "PARKED")


def list_jobs(request: ApiRequest, charger_id: str) -> Reply:
    """Firmware, diagnostics and log jobs of the station, by kind, the latest of each first."""
    return _rows(request, charger_id, "JOB")


def list_reservations(request: ApiRequest, charger_id: str) -> Reply:
    """Reservations of the station, the latest first; what nobody ended is over with its time."""
    rows = lists.charger_rows(found(request, charger_id)["charger_id"], "RESERVATION")
    return request.page(rows).reply(lambda row: shown_row(row) | {"state": reservations.state_at(row, request.now)})


def list_refused(request: ApiRequest) -> Reply:
    """Identities whose handshake was refused: who, when, and why."""
    return request.page(lists.refused_handshakes()).reply(shown_row)


def found(request: ApiRequest, charger_id: str) -> Item:
    """The station's record. Raises NotFound."""
    station = chargers.get_station(request.store, charger_id)
    if station is None:
        raise NotFound(f"No station {charger_id} is registered")
    return station


def charger_setup(charger_id: str, password: str | None, protocols: list[str]) -> dict[str, Any]:
    """What to type into the charger. Most append their identity to the URL by themselves."""
    url = f"{_websocket_base()}/{WEBSOCKET_STAGE}"
    return {
        "url": url,
        "url_with_identity": f"{url}/{quote(charger_id, safe='*=:+@')}",
        "identity": charger_id,
        "user": charger_id,
        "password": password,
        "ocpp_versions": protocols,
        "hint": "Enter url and identity; where the charger has one field only, enter url_with_identity. "
        "The password is shown this once." if password else
        "Enter url and identity; where the charger has one field only, enter url_with_identity.",
    }  # fmt: skip


def _websocket_base() -> str:
    scheme, _, rest = settings.public_url().partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}"


def _created(request: ApiRequest, charger_id: str, body: StationBody) -> Reply:
    new = _new_password(body.security_profile, body.password, kept=False)
    given = body.model_dump(exclude={"password", "registration"}, exclude_none=True) | _hashes(new or body.password)
    if body.security_profile == 0:
        given.pop("password_hashes", None)
    put = chargers.registered(charger_id, request.now, body.registration, **given)
    audited = request.audited("station.created", f"stations/{charger_id}", **_shown_changes(given))
    try:
        request.store.commit(put, chargers.refusal_settled(charger_id), audited)
    except ConditionFailed as failed:
        raise Conflict(f"{charger_id} is registered already") from failed
    setup = charger_setup(charger_id, new, list(body.protocols or OCPP_PROTOCOLS))
    return Reply({"station": shown(request.store, put.item), "charger_setup": setup}, 201)


def _changed(
    request: ApiRequest, station: Item, given: dict[str, Any], gone: set[str], *, password: str | None
) -> Reply:
    charger_id = station["charger_id"]
    update = replace(chargers.station_changed(charger_id, given), remove=tuple(sorted(gone)))
    details = _shown_changes(given) | {"removed": sorted(gone) or None}
    request.store.commit(update, request.audited("station.changed", f"stations/{charger_id}", **details))
    if given.get("registration") == "blocked":
        _hang_up(chargers.get_connection(request.store, charger_id))
    after = found(request, charger_id)
    setup = charger_setup(charger_id, password, list(after.get("protocols") or OCPP_PROTOCOLS))
    return Reply({"station": shown(request.store, after), "charger_setup": setup})


def _rows(request: ApiRequest, charger_id: str, kind: str) -> Reply:
    station = found(request, charger_id)
    return request.page(lists.charger_rows(station["charger_id"], kind)).reply(shown_row)


def _check_identity(charger_id: str) -> None:
    if not handshake.IDENTITY.fullmatch(charger_id) or charger_id in {".", ".."}:
        raise Invalid(faults=[("charger_id", "not an identity: 1 to 48 letters, digits and * - _ = : + | @ .")])


def _check_no_location_names(request: ApiRequest, station: Item) -> None:
    location_id = station.get("location_id")
    location = master.get_location(request.store, location_id) if location_id else None
    evses = location["evses"].values() if location else ()
    if any(evse.get("charger_id") == station["charger_id"] for evse in evses):
        raise Conflict(f"Location {location_id} names it: take it out there first")


def _new_password(profile: int, given: str | None, *, kept: bool) -> str | None:
    """A password for a station that needs one and has none."""
    return None if profile == 0 or given or kept else secrets.token_hex(_PASSWORD_BYTES)


def _hashes(password: str | None) -> dict[str, Any]:
    return {"password_hashes": handshake.stored_forms(password, os.urandom(_SALT_BYTES))} if password else {}


def _shown_changes(given: dict[str, Any]) -> dict[str, Any]:
    """What an audit row tells of a change: that the password changed, not to what."""
    told = {name: value for name, value in given.items() if name != "password_hashes"}
    return told | ({"password": "changed"} if "password_hashes" in given else {})


def _hang_up(connection: Item) -> None:
    """Nothing more is taken from a station that was blocked or removed."""
    if connection.get("connection_id"):
        connections.close(connection["connection_id"])
