"""Lists that people page through: which there are, where each stands, and one page of it.

Every list is ordered by a sort key that is unique in it, so "after this key" is all that a page needs to be found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.contract import (
    CHARGERS,
    INDEX_KEYS,
    INDEX_OPEN,
    INDEX_OWNED,
    OUTBOX,
    PARTNERS,
    SESSIONS,
    SORT_KEY,
    STATUS_PREFIX,
    Table,
)
from csms.store import audit, chargers, commands, master, outbox, partners

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store

_LAST: Final = "\U0010ffff"  # behind every other character, in DynamoDB's order too
_CONNECTORS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class List:
    """Rows of one partition (of a table or of an index), those whose sort key begins with `prefix`."""

    table: Table
    partition: str
    index: str | None = None
    prefix: str = ""
    newest_first: bool = False

    def key_of(self, row: Item) -> str:
        """The key by which the row stands in this list."""
        return str(row[INDEX_KEYS[self.index][1] if self.index else SORT_KEY])


def page(store: Store, rows: List, limit: int, after: str | None = None) -> tuple[list[Item], str | None]:
    """At most `limit` rows behind the key `after`, and the key behind which the next page starts (None: the end)."""
    low, high = rows.prefix or "\x01", rows.prefix + _LAST
    if after is not None:
        low, high = (low, after) if rows.newest_first else (after, high)
    found = store.query(
        rows.table,
        rows.partition,
        index=rows.index,
        between=(low, high),
        newest_first=rows.newest_first,
        limit=limit + 2,  # the row `after` itself, and one to see that there is more
    )
    found = [row for row in found if rows.key_of(row) != after]
    more = len(found) > limit
    return found[:limit], rows.key_of(found[limit - 1]) if more else None


def stations() -> List:
    """The registry, in the order of registration."""
    return List(CHARGERS, chargers.OWNER_LIST, INDEX_OWNED)


def refused_handshakes() -> List:
    """Identities that were refused, the latest first."""
    return List(CHARGERS, chargers.REFUSED_LIST, INDEX_OWNED, newest_first=True)


def charger_rows(charger_id: str, kind: str) -> List:
    """Dated rows of a charger, the latest first. `kind`: EVENT, METER or PARKED."""
    return List(CHARGERS, chargers.partition(charger_id), prefix=f"{kind}#", newest_first=True)


def commands_of(charger_id: str) -> List:
    """Commands of a charger, the latest first."""
    return List(CHARGERS, commands.owner_of(charger_id), INDEX_OWNED, newest_first=True)


def locations() -> List:
    """Locations by id."""
    return List(PARTNERS, master.LOCATIONS, INDEX_OWNED)


def tariffs() -> List:
    """Tariffs by id."""
    return List(PARTNERS, master.TARIFFS, INDEX_OWNED)


def tokens(owner: str) -> List:
    """Tokens of a partner, or of the operator itself, by uid."""
    return List(PARTNERS, f"{owner}#{master.TOKENS}", INDEX_OWNED)


def terminals(partner_id: str) -> List:
    """A partner's terminals by id."""
    return List(PARTNERS, f"{partner_id}#TERMINALS", INDEX_OWNED)


def partner_list() -> List:
    """Partners in the order of their invitation."""
    return List(PARTNERS, partners.OWNER_LIST, INDEX_OWNED)


def sessions_of(owner: str, kind: str) -> List:
    """What an owner has of a kind (SESSIONS, CDRS or PAYMENTS), the latest first."""
    return List(SESSIONS, f"{owner}#{kind}", INDEX_OWNED, newest_first=True)


def open_matters(matter: str) -> List:
    """What is open of a kind, the oldest first."""
    return List(OUTBOX if matter == outbox.OPEN_ROWS else SESSIONS, matter, INDEX_OPEN)


def audited(day: str) -> List:
    """Changes that people made on a day (`YYYY-MM-DD`, UTC), the latest first."""
    return List(PARTNERS, audit.partition(day), newest_first=True)


def latest_statuses(store: Store, charger_id: str) -> list[Item]:
    """The newest status row of every connector that ever reported one; one short read a connector."""
    found: list[Item] = []
    high = STATUS_PREFIX + _LAST
    while len(found) < _CONNECTORS_MAX:
        rows = store.query(
            CHARGERS, chargers.partition(charger_id), between=(STATUS_PREFIX, high), newest_first=True, limit=1
        )
        if not rows:
            break
        found.append(rows[0])
        high = f"{STATUS_PREFIX}{rows[0]['evse_id']}#{rows[0]['connector_id']}#"  # before all rows of this connector
    return sorted(found, key=_by_connector)


def _by_connector(row: Item) -> tuple[Any, ...]:
    return int(row["evse_id"]), int(row["connector_id"])
