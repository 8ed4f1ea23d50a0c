"""Local authorisation lists: what a charger should know by heart, and the next message that brings it there.

A list is a map of entries by upper-case identifier. What the charger is known to hold is compared with what is wanted:
nothing to say, changes to what it has (Differential), or everything from the start (Full), each in messages of limited
size. Version 0 means that its list is empty, -1 that it keeps none (ocpp-1.6 §5.15, 2.0.1 D01, D02).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

FULL: Final = "Full"
DIFFERENTIAL: Final = "Differential"
NO_LIST: Final = -1
_OFFLINE: Final = frozenset({"ALWAYS", "ALLOWED_OFFLINE"})

# What an answer to SendLocalList leads to. A CALLERROR stands under its code; what is not here has failed.
APPLIED: Final = "applied"
START_OVER: Final = "start over"
FAILED: Final = "failed"
UNSUPPORTED: Final = "unsupported"
AFTER: Final[Mapping[str, Mapping[str, str]]] = {
    FULL: {
        "Accepted": APPLIED,
        "Failed": FAILED,
        "VersionMismatch": FAILED,
        "NotSupported": UNSUPPORTED,
        "NotImplemented": UNSUPPORTED,
    },
    DIFFERENTIAL: {
        "Accepted": APPLIED,
        "Failed": START_OVER,
        "VersionMismatch": START_OVER,
        "NotSupported": UNSUPPORTED,
        "NotImplemented": UNSUPPORTED,
    },
}


@dataclass(frozen=True, slots=True)
class Message:
    """One SendLocalList: entries by key, None where one is taken out."""

    update_type: str
    version: int
    entries: Mapping[str, Mapping[str, Any] | None]


def after_answer(update_type: str, status: str) -> str:
    """What an answer with this status (or CALLERROR code) leads to."""
    return AFTER[update_type].get(status, FAILED)


def wanted_entries(
    tokens: Iterable[Mapping[str, Any]], now: datetime, *, groups: Collection[str] | None, length: int, most: int
) -> dict[str, dict[str, Any]]:
    """The entries for these OCPI tokens: `id_token`, `status`, and `group_id` and `valid_until` where they have them.

    Tokens of other groups than `groups` (None: any), that must be asked for in real time, whose time is over or whose uid
    is longer than `length` are left out, and by their uids those beyond `most`.
    """
    found: dict[str, dict[str, Any]] = {}
    for token in tokens:
        until = token.get("expires_at")
        if groups is not None and token.get("group_id") not in groups:
            continue
        if token.get("whitelist") not in _OFFLINE or len(token["uid"]) > length or (until and parse_time(until) <= now):
            continue
        entry = {
            "id_token": token["uid"],
            "status": "Accepted" if token.get("valid", True) else "Blocked",
            "group_id": token.get("group_id"),
            "valid_until": until,
        }
        found[token["uid"].upper()] = {name: value for name, value in entry.items() if value is not None}
    return {key: found[key] for key in sorted(found)[:most]}


def next_message(
    known: Mapping[str, str] | None,
    wanted: Mapping[str, Mapping[str, Any]],
    fingerprints: Mapping[str, str],
    version: int,
    most: int,
) -> Message | None:
    """The next message of at most `most` entries; None where the charger has what is wanted.

    `known`: fingerprints of the entries that it has, None where that is not known. `fingerprints`: of those wanted.
    """
    if known is None:
        return Message(FULL, version + 1, {key: wanted[key] for key in list(wanted)[:most]})
    gone: list[str] = sorted(set(known) - set(wanted))
    other = [key for key in wanted if known.get(key) != fingerprints[key]]
    changes = [*gone, *other][:most]
    if not changes:
        return None
    return Message(DIFFERENTIAL, version + 1, {key: wanted.get(key) for key in changes})
