"""What is followed beyond the answer to a command: opened with the command, in its commit.

Who queues such a command calls `prepared` for its payload, then commits `opened` together with the command and puts
`about` into the command's origin, so that the answer (or its absence) finds what it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.domain import jobs as job_rules
from csms.domain.times import parse_time
from csms.ocppj.commands import OCPP16
from csms.store import jobs, reservations
from csms.store.chargers import partition, station_changed
from csms.store.dynamo import Update

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

_JOBS: Final = {
    "GetDiagnostics": job_rules.DIAGNOSTICS,
    "GetLog": job_rules.LOG,
    "SignedUpdateFirmware": job_rules.FIRMWARE,
    "UpdateFirmware": job_rules.FIRMWARE,
}
# The field of a request's own number; 2.x names some of them otherwise.
_NUMBER_16: Final = {"GetLog": "requestId", "ReserveNow": "reservationId", "SignedUpdateFirmware": "requestId"}
_NUMBER_2X: Final = {
    "CustomerInformation": "requestId",
    "GetBaseReport": "requestId",
    "GetChargingProfiles": "requestId",
    "GetDisplayMessages": "requestId",
    "GetLog": "requestId",
    "GetMonitoringReport": "requestId",
    "GetReport": "requestId",
    "PublishFirmware": "requestId",
    "ReserveNow": "id",
    "UpdateFirmware": "requestId",
}
FIRMWARE_ACTIONS: Final = frozenset({"SignedUpdateFirmware", "UpdateFirmware"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A command's payload with its number filled in. `number` is 0 where the command needs none."""

    action: str
    payload: Mapping[str, Any]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """Writes to commit with the command, and what its origin must name."""

    writes: tuple[Write, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


def number_field(protocol: str, action: str) -> str | None:
    """The field with the number that we may draw for a request of this action, or None."""
    return (_NUMBER_16 if protocol == OCPP16 else _NUMBER_2X).get(action)


def prepared(store: Store, charger_id: str, protocol: str, action: str, payload: Mapping[str, Any]) -> Prepared:
    """The payload as it is sent: a request or reservation id that the caller left out is drawn for this charger."""
    name = number_field(protocol, action)
    if name is None and action not in _JOBS:
        return Prepared(action, payload)
    if name is not None and name in payload:
        given = payload[name]
        return Prepared(action, payload, given if isinstance(given, int) else 0)
    number = _next_number(store, charger_id)
    return Prepared(action, {**payload, name: number} if name is not None else payload, number)


def opened(
    station: Item, command_id: str, command: Prepared, now: datetime, *, target_version: str | None = None
) -> Opened:
    """What the command opens; nothing for most."""
    if command.action in _JOBS:
        return _job(station, command_id, command, now, target_version)
    if command.action == "ReserveNow":
        return _reservation(station["charger_id"], command_id, command, now)
    if command.action == "CancelReservation":
        return Opened(about={"reservation": reservations.key(command.payload["reservationId"])})
    return Opened()


def _job(station: Item, command_id: str, command: Prepared, now: datetime, target_version: str | None) -> Opened:
    charger_id, kind = station["charger_id"], _JOBS[command.action]
    firmware = kind == job_rules.FIRMWARE
    row = jobs.opened(
        charger_id,
        kind,
        command.number,
        now,
        action=command.action,
        command_id=command_id,
        request_id=command.payload.get("requestId"),
        target_version=target_version,
        version_before=station.get("firmware_version") if firmware else None,
    )
    key = jobs.key(kind, command.number)
    pointer = (station_changed(charger_id, {jobs.POINTER: key}),) if firmware else ()
    return Opened((row, *pointer), {"job": key})


def _reservation(charger_id: str, command_id: str, command: Prepared, now: datetime) -> Opened:
    """1.6 names a connector, an idTag and its parent; 2.x an EVSE (none: any), an idToken and its group."""
    said = command.payload
    row = reservations.opened(
        charger_id,
        command.number,
        parse_time(said["expiryDate"] if "expiryDate" in said else said["expiryDateTime"]),
        now,
        evse_id=said.get("connectorId", said.get("evseId", 0)),
        id_token=said["idTag"] if "idTag" in said else said["idToken"]["idToken"],
        group_id=said.get("parentIdTag") or said.get("groupIdToken", {}).get("idToken"),
        connector_type=said.get("connectorType"),
        command_id=command_id,
    )
    return Opened((row,), {"reservation": reservations.key(command.number)})


def _next_number(store: Store, charger_id: str) -> int:
    """Numbers of one charger: 1, 2, 3 … for request ids, reservations and jobs alike."""
    drawn = store.commit(Update(CHARGERS, partition(charger_id), "NUMBERS", add={"value": 1}))
    if drawn is None:
        raise LookupError("a counter returns its value")
    return int(drawn["value"])
