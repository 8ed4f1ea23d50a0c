"""Chargers: the registered station, its live connection, what it reported, and starts that wait for it.

Items of partition `CP#<charger_id>`:

| sort key | what |
|---|---|
| `STATION` | the registry: identity, credentials, profile, place, what BootNotification said |
| `CONNECTION` | live state: connection id, protocol, last frame, the outstanding command and the queue of those waiting |
| `STATUS#<evse>#<connector>#<time>#<digest>` | one row a status report; the last one by key is the status now |
| `COMMAND#<id>` | a command and its life |
| `REMOTESTART#<remote_start_id>` | a start that was sent and waits for its transaction |
| `START#<digest>` | the stored answer of a 1.6 StartTransaction, for replays |
| `EVENT#<time>#<digest>` | NotifyEvent, SecurityEventNotification, firmware and log status, DataTransfer |
| `METER#<time>#<digest>` | metered values outside transactions |
| `REPORT#<request_id>#<seq>` | that a part of a device-model report has come; its variables: `device_model.py` |
| `PARKED#<time>#<digest>` | a payload that could not be used: kept, flagged, shown |
| `JOB#`, `RESERVATION#`, `SMART#`, `LOCALLIST` | what is followed beyond an answer: `jobs.py`, `reservations.py`, `charging_profiles.py`, `local_lists.py` |
| `NUMBERS` | the counter of request and reservation ids |
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS, STATUS_PREFIX
from csms.domain.secrecy import without_secrets
from csms.domain.times import format_time
from csms.store.dynamo import Condition, Delete, Item, Put, Store, Update, absent, exists

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

STATION: Final = "STATION"
CONNECTION: Final = "CONNECTION"
OWNER_LIST: Final = "CHARGERS"  # the registry's list in the `owned` index
REFUSED_LIST: Final = "REFUSED"

_KEEP: Final = timedelta(days=400)
_KEEP_PARKED: Final = timedelta(days=90)


def partition(charger_id: str) -> str:
    """Partition key of everything of one charger."""
    return f"CP#{charger_id}"


def digest(*parts: Any) -> str:
    """A short content key: the same content gives the same key, whatever message id it came under."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def expiry(now: datetime, keep: timedelta = _KEEP) -> int:
    """Unix seconds at which DynamoDB may drop the row."""
    return int((now + keep).timestamp())


# --- the registry ---------------------------------------------------------------------------------------------------


def registered(charger_id: str, now: datetime, registration: str = "accepted", **attributes: Any) -> Put:
    """A new station. `attributes`: password_hashes, security_profile, location_id, evses, party, protocols and more."""
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": STATION,
            "kind": "STATION",
            "charger_id": charger_id,
            "registration": registration,
            "owner": OWNER_LIST,
            "created": f"{format_time(now)}#{charger_id}",
            **attributes,
        },
        (absent(),),
    )


def station_changed(charger_id: str, changes: Mapping[str, Any]) -> Update:
    """Set attributes of an existing station."""
    return Update(CHARGERS, partition(charger_id), STATION, set={**changes}, conditions=(exists(),))


def station_removed(charger_id: str) -> tuple[Delete, Delete]:
    """Take a station and its connection out of the registry; what it reported expires by itself."""
    return (
        Delete(CHARGERS, partition(charger_id), STATION, (exists(),)),
        Delete(CHARGERS, partition(charger_id), CONNECTION),
    )


def booted(charger_id: str, boot: Mapping[str, Any], now: datetime) -> Update:
    """What BootNotification said. The write returns the station, so registration is known without a read."""
    return Update(
        CHARGERS,
        partition(charger_id),
        STATION,
        set={**boot, "booted_at": format_time(now)},
        add={"boots": 1},
        conditions=(exists(),),
    )


def get_station(store: Store, charger_id: str) -> Item | None:
    """The registry's record, or None. Identities are matched as spelled, else in upper case."""
    found = store.get(CHARGERS, partition(charger_id), STATION)
    if found is None and charger_id != charger_id.upper():
        found = store.get(CHARGERS, partition(charger_id.upper()), STATION)
    return found


# --- the live connection ------------------------------------------------------------------------------------------


def connected(charger_id: str, connection: Mapping[str, Any], now: datetime) -> Update:
    """A new connection wins over an older one; an outstanding command of the old one goes back by its own deadline."""
    return Update(
        CHARGERS,
        partition(charger_id),
        CONNECTION,
        set={
            **connection,
            "charger_id": charger_id,
            "connected_at": format_time(now),
            "last_seen_at": format_time(now),
        },
        add={"connections": 1},
        remove=("disconnected_at", "disconnect_reason"),
    )


def disconnected(charger_id: str, connection_id: str, reason: str, now: datetime) -> Update:
    """The connection closed; holds only while it is still the newest one."""
    return Update(
        CHARGERS,
        partition(charger_id),
        CONNECTION,
        set={"disconnected_at": format_time(now), "disconnect_reason": reason},
        remove=("connection_id",),
        conditions=(Condition("connection_id", "=", connection_id),),
    )


def seen(charger_id: str, now: datetime) -> Update:
    """The charger's Heartbeat. Returns the connection, with what waits for the charger."""
    return Update(CHARGERS, partition(charger_id), CONNECTION, set={"last_seen_at": format_time(now)})


def get_connection(store: Store, charger_id: str) -> Item:
    """The live state; an empty item where the charger never connected."""
    return store.get(CHARGERS, partition(charger_id), CONNECTION) or {}


# --- what it reported ---------------------------------------------------------------------------------------------


def status_reported(
    charger_id: str, evse_id: int, connector_id: int, status: str, at: datetime, now: datetime, **details: Any
) -> Put:
    """One status report; `at` is the charger's own (plausible) time. Repeating it writes the same row."""
    time = format_time(at)
    given = {name: value for name, value in details.items() if value not in (None, "")}
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": f"{STATUS_PREFIX}{evse_id}#{connector_id}#{time}#{digest(status, given)}",
            "kind": "STATUS",
            "charger_id": charger_id,
            "evse_id": evse_id,
            "connector_id": connector_id,
            "status": status,
            "reported_at": time,
            "received_at": format_time(now),
            "expires_at_s": expiry(now),
            **given,
        },
    )


def latest_status(store: Store, charger_id: str, evse_id: int, connector_id: int = 1) -> Item | None:
    """The newest status row of a connector (0, 0: the station), or None."""
    prefix = f"{STATUS_PREFIX}{evse_id}#{connector_id}#"
    rows = store.query(CHARGERS, partition(charger_id), prefix=prefix, newest_first=True, limit=1)
    return rows[0] if rows else None


def statuses_between(
    store: Store, charger_id: str, evse_id: int, connector_id: int, start: datetime, end: datetime
) -> list[Item]:
    """Status rows of a connector from `start` to `end` (inclusive), oldest first."""
    prefix = f"{STATUS_PREFIX}{evse_id}#{connector_id}#"
    between = (f"{prefix}{format_time(start)}", f"{prefix}{format_time(end)}~")
    return store.query(CHARGERS, partition(charger_id), between=between)


def recorded(charger_id: str, prefix: str, at: datetime, now: datetime, **content: Any) -> Put:
    """A row of `EVENT`, `METER` or another dated kind; the same content at the same time is one row."""
    time = format_time(at)
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": f"{prefix}#{time}#{digest(content)}",
            "kind": prefix,
            "charger_id": charger_id,
            "at": time,
            "received_at": format_time(now),
            "expires_at_s": expiry(now),
            **content,
        },
    )


def report_part(charger_id: str, request_id: int, seq_no: int, now: datetime, **content: Any) -> Put:
    """One part of a device-model report (NotifyReport)."""
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": f"REPORT#{request_id}#{seq_no:05d}",
            "kind": "REPORT",
            "charger_id": charger_id,
            "request_id": request_id,
            "seq_no": seq_no,
            "received_at": format_time(now),
            "expires_at_s": expiry(now),
            **content,
        },
    )


def parked(charger_id: str, action: str, payload: Any, reason: str, now: datetime) -> Put:
    """A payload that could not be used. It is answered as the standard wants and shown to a person.

    The payload is kept as JSON text: it may hold anything but secrets, also numbers that DynamoDB would refuse.
    """
    text = json.dumps(without_secrets(payload), default=str, ensure_ascii=False)
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": f"PARKED#{format_time(now)}#{digest(action, text)}",
            "kind": "PARKED",
            "charger_id": charger_id,
            "action": action,
            "payload": text,
            "reason": reason,
            "received_at": format_time(now),
            "expires_at_s": expiry(now, _KEEP_PARKED),
        },
    )


def refused(charger_id: str, reason: str, now: datetime, **details: Any) -> Put:
    """A refused handshake, one row per identity: who tried last, when and why it was refused."""
    return Put(
        CHARGERS,
        {
            "pk": f"REFUSED#{charger_id[:64]}",
            "sk": "REFUSED",
            "kind": "REFUSED",
            "charger_id": charger_id[:64],
            "reason": reason,
            "at": format_time(now),
            "owner": REFUSED_LIST,
            "created": f"{format_time(now)}#{charger_id[:64]}",
            "expires_at_s": expiry(now, _KEEP_PARKED),
            **details,
        },
    )


def refusal_settled(charger_id: str) -> Delete:
    """The identity was registered: its refusal is of no interest any more."""
    return Delete(CHARGERS, f"REFUSED#{charger_id[:64]}", "REFUSED")


# --- starts that wait for their transaction ------------------------------------------------------------------------


def remote_start_pending(
    charger_id: str, remote_start_id: int, id_tag: str, evse_id: int, expires_at: datetime, **binding: Any
) -> Put:
    """A remote start on its way. `binding` names what its transaction belongs to (payment, session, token)."""
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": f"REMOTESTART#{remote_start_id}",
            "kind": "REMOTESTART",
            "charger_id": charger_id,
            "remote_start_id": remote_start_id,
            "id_tag": id_tag,
            "evse_id": evse_id,
            "state": "pending",
            "valid_until": format_time(expires_at),
            "expires_at_s": expiry(expires_at),
            **binding,
        },
        (absent(),),
    )


def get_remote_start(store: Store, charger_id: str, remote_start_id: int) -> Item | None:
    """A remote start by its id, or None."""
    return store.get(CHARGERS, partition(charger_id), f"REMOTESTART#{remote_start_id}")


def remote_start_changed(charger_id: str, remote_start_id: int, state: str, *, was: str, **more: Any) -> Update:
    """`pending` becomes `bound` (with its transaction) or `expired`, once."""
    return Update(
        CHARGERS,
        partition(charger_id),
        f"REMOTESTART#{remote_start_id}",
        set={"state": state, **more},
        conditions=(Condition("state", "=", was),),
    )


# --- what runs on an EVSE -------------------------------------------------------------------------------------------


def active_put(charger_id: str, evse_id: int, transaction_id: str | int, now: datetime, **facts: Any) -> Put:
    """The transaction that runs on an EVSE (1.6: connector); the newest start stands here."""
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": f"ACTIVE#{evse_id}",
            "kind": "ACTIVE",
            "charger_id": charger_id,
            "evse_id": evse_id,
            "transaction_id": str(transaction_id),
            "state": "open",
            "since": format_time(now),
            **facts,
        },
    )


def active_changed(charger_id: str, evse_id: int, transaction_id: str | int, changes: Mapping[str, Any]) -> Update:
    """Changes what is known of the transaction on this EVSE, where it is still the one that stands here."""
    return Update(
        CHARGERS,
        partition(charger_id),
        f"ACTIVE#{evse_id}",
        set=dict(changes),
        conditions=(Condition("transaction_id", "=", str(transaction_id)),),
    )


def active_ended(charger_id: str, evse_id: int, transaction_id: str | int) -> Update:
    """The transaction on this EVSE ended, where it is still the one that stands here."""
    return Update(
        CHARGERS,
        partition(charger_id),
        f"ACTIVE#{evse_id}",
        set={"state": "ended"},
        conditions=(Condition("transaction_id", "=", str(transaction_id)),),
    )


def get_active(store: Store, charger_id: str, evse_id: int) -> Item | None:
    """What runs (or last ran) on an EVSE, or None."""
    return store.get(CHARGERS, partition(charger_id), f"ACTIVE#{evse_id}")


def list_active(store: Store, charger_id: str) -> list[Item]:
    """The rows of all EVSEs of a charger that ever had a transaction."""
    return store.query(CHARGERS, partition(charger_id), prefix="ACTIVE#")


def start_key(charger_id: str, connector_id: int, id_tag: str, timestamp: str, meter_start: Any) -> tuple[str, str]:
    """Where the stored answer of a 1.6 StartTransaction stands: by content, because retries come under new message ids."""
    return partition(charger_id), f"START#{digest(connector_id, id_tag.upper(), timestamp, meter_start)}"
