"""The local authorisation list of a charger: what is wanted, what it is known to hold, and the message on its way.

| sort key | what |
|---|---|
| `LOCALLIST` | `state`, `version` that the charger holds, `known` (fingerprints; absent: not known), `pending` of `command_id` |
| `LOCALLIST#WANTED` | the `entries` that it should hold, `message_length` and the `groups` they were chosen by |

States: SYNCING (a message is on its way), IN_SYNC, FAILED, UNSUPPORTED, UNKNOWN (it was told otherwise, or did not answer).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.domain.local_list import Message, next_message
from csms.domain.times import format_time
from csms.ocppj.local_list import send_local_list
from csms.store import chargers, commands
from csms.store.dynamo import Condition, Item, Put, Store, Write, absent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

HEAD: Final = "LOCALLIST"
WANTED: Final = "LOCALLIST#WANTED"
ORIGIN: Final = "local_list"
_DEADLINE: Final = timedelta(hours=24)


def get_head(store: Store, charger_id: str) -> Item:
    """The list's state; an empty item where nothing was ever said of it."""
    return store.get(CHARGERS, chargers.partition(charger_id), HEAD) or {}


def get_wanted(store: Store, charger_id: str) -> Item | None:
    """The list that the charger should hold, or None."""
    return store.get(CHARGERS, chargers.partition(charger_id), WANTED)


def wanted_put(charger_id: str, entries: Mapping[str, Mapping[str, Any]], now: datetime, **facts: Any) -> Put:
    """What the charger should hold. `facts`: message_length, groups."""
    row = {
        "pk": chargers.partition(charger_id),
        "sk": WANTED,
        "kind": "LOCALLIST",
        "charger_id": charger_id,
        "entries": {key: dict(entry) for key, entry in entries.items()},
        "wanted_at": format_time(now),
        **facts,
    }
    return Put(CHARGERS, row)


def head_put(charger_id: str, was: Item, now: datetime, **facts: Any) -> Put:
    """The state that follows the one that was read; None takes a fact away. Fails where it was changed meanwhile."""
    revision = int(was.get("revision", 0))
    row = {
        **was,
        "pk": chargers.partition(charger_id),
        "sk": HEAD,
        "kind": "LOCALLIST",
        "charger_id": charger_id,
        "changed_at": format_time(now),
        **facts,
        "revision": revision + 1,
    }
    unchanged = Condition("revision", "=", revision) if was else absent()
    return Put(CHARGERS, {name: value for name, value in row.items() if value is not None}, (unchanged,))


def version_told(charger_id: str, version: int) -> Write:
    """The station's record names the version that it holds."""
    return chargers.station_changed(charger_id, {"local_list_version": version})


def sync_writes(
    charger_id: str, protocol: str, head: Item, wanted: Mapping[str, Any], now: datetime, **facts: Any
) -> tuple[Write, ...]:
    """The next message towards what is wanted, with the head that waits for its answer; or the head alone, in sync.

    `facts` are what has become known of the head with this very step.
    """
    state = {**head, **facts}
    fingerprints = {key: chargers.digest(entry)[:8] for key, entry in wanted["entries"].items()}
    message = next_message(
        state.get("known"), wanted["entries"], fingerprints, int(state.get("version", 0)), int(wanted["message_length"])
    )
    if message is None:
        return (head_put(charger_id, head, now, **facts, state="IN_SYNC", pending=None, command_id=None),)
    command_id = commands.new_id()
    pending = {
        "update_type": message.update_type,
        "version": message.version,
        "entries": {key: fingerprints[key] if entry is not None else "" for key, entry in message.entries.items()},
    }
    return (
        head_put(charger_id, head, now, **facts, state="SYNCING", pending=pending, command_id=command_id),
        *_queued(charger_id, protocol, command_id, message, now),
    )


def applied(head: Item) -> dict[str, str]:
    """What the charger holds once it accepted the pending message."""
    pending = head["pending"]
    known = {} if pending["update_type"] == "Full" else dict(head.get("known", {}))
    known.update(pending["entries"])
    return {key: fingerprint for key, fingerprint in known.items() if fingerprint}


def _queued(charger_id: str, protocol: str, command_id: str, message: Message, now: datetime) -> tuple[Write, ...]:
    return commands.queued(
        charger_id,
        command_id,
        "SendLocalList",
        send_local_list(protocol, message),
        now,
        deadline=now + _DEADLINE,
        origin={"kind": ORIGIN},
    )
