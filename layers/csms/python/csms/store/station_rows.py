"""Rows that are kept up to date about a charger: one for each thing it has, created by whoever tells of it first.

A row `<KIND>#<key>` of the charger's partition is always written by an update, so that telling the same again changes
nothing and two sources (what was set, what is reported) do not overwrite each other.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.domain.times import format_time
from csms.store.chargers import expiry, partition
from csms.store.dynamo import Update, exists

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from csms.store.dynamo import Condition, Item, Store, Write

CHUNK: Final = 25
KEEP: Final = timedelta(days=400)


def kept(
    charger_id: str,
    kind: str,
    key: str,
    now: datetime,
    *,
    keep: timedelta = KEEP,
    once: dict[str, Any] | None = None,
    remove: tuple[str, ...] = (),
    **facts: Any,
) -> Update:
    """Create or change the row; facts that are None are left as they stand. It expires `keep` after its last change."""
    return Update(
        CHARGERS,
        partition(charger_id),
        f"{kind}#{key}",
        set={
            "kind": kind,
            "charger_id": charger_id,
            "changed_at": format_time(now),
            "expires_at_s": expiry(now, keep),
            **{name: value for name, value in facts.items() if value is not None},
        },
        once=once or {},
        remove=remove,
    )


def changed(charger_id: str, kind: str, key: str, now: datetime, **facts: Any) -> Update:
    """Change a row that must be there."""
    conditions: tuple[Condition, ...] = (exists(),)
    facts = {name: value for name, value in facts.items() if value is not None}
    row = f"{kind}#{key}"
    new = {"changed_at": format_time(now), **facts}
    return Update(CHARGERS, partition(charger_id), row, set=new, conditions=conditions)


def get(store: Store, charger_id: str, kind: str, key: str) -> Item | None:
    """One row, or None."""
    return store.get(CHARGERS, partition(charger_id), f"{kind}#{key}")


def all_of(store: Store, charger_id: str, kind: str, prefix: str = "") -> list[Item]:
    """All rows of a kind, by key."""
    return store.query(CHARGERS, partition(charger_id), prefix=f"{kind}#{prefix}")


def commit_but_last(store: Store, writes: Sequence[Write]) -> tuple[Write, ...]:
    """Commit what is more than one commit should hold, in chunks; the last chunk is returned for the caller's own commit.

    Only for writes that may be repeated: what fails in between is written again with the charger's next try.
    """
    rest = tuple(writes)
    while len(rest) > CHUNK:
        store.commit(*rest[:CHUNK])
        rest = rest[CHUNK:]
    return rest
