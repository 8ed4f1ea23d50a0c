"""Outbox rows that were written and then forgotten on their way: found in the list of open matters and sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csms.contract import INDEX_OPEN, OUTBOX
from csms.domain.times import format_time
from csms.store import outbox
from csms.store.dynamo import Condition, Put, Update, absent

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

_NOTE: Final = "written again, because nobody took it"


def waiting_rows(store: Store, until: datetime, limit: int) -> list[Item]:
    """Rows that wait since before `until`, oldest first."""
    found = store.query(OUTBOX, outbox.OPEN_ROWS, index=INDEX_OPEN, between=("0", format_time(until)), limit=limit)
    return [row for row in found if row["state"] == outbox.WAITING]


def written_again(row: Item, now: datetime) -> tuple[Write, ...]:
    """A new row in the place of one that the stream never delivered; whoever takes it takes it once."""
    time = format_time(now)
    copy = {
        **row,
        "sk": f"{time}#{row['row_id']}",
        "written_at": time,
        "open_since": f"{time}#{row['row_id']}",
        "resends": int(row.get("resends", 0)) + 1,
    }
    return outbox.delivered(row["pk"], row["sk"], now, note=_NOTE), Put(OUTBOX, copy, (absent(),))


def sent_again(row: Item, now: datetime) -> Update:
    """Note that the row's message was sent again."""
    return Update(
        OUTBOX,
        row["pk"],
        row["sk"],
        set={"resent_at": format_time(now)},
        add={"resends": 1},
        conditions=(Condition("state", "=", outbox.WAITING),),
    )
