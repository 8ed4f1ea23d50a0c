"""Table streams as Lambda gets them: what changed between two looks at a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.store.dynamo import marshal
from tests.kit.tables import all_items

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csms import contract
    from csms.store.dynamo import Item


def record(new: Item | None, old: Item | None = None, sequence: int = 1) -> dict[str, Any]:
    """One stream record: INSERT, MODIFY or REMOVE, by what is there."""
    known = new or old
    assert known is not None
    change: dict[str, Any] = {
        "Keys": marshal({"pk": known["pk"], "sk": known["sk"]}),
        "SequenceNumber": str(sequence),
    }
    if new is not None:
        change["NewImage"] = marshal(new)
    if old is not None:
        change["OldImage"] = marshal(old)
    kind = "INSERT" if old is None else "MODIFY" if new is not None else "REMOVE"
    return {"eventName": kind, "dynamodb": change}


class Watch:
    """Sees what changes in a table: `changes()` gives the records since the last call, for items that are wanted."""

    def __init__(self, table: contract.Table, prefixes: Iterable[str]) -> None:
        self._table = table
        self._prefixes = tuple(prefixes)
        self._seen: dict[tuple[str, str], Item] = {}
        self._sequence = 0

    def changes(self) -> list[dict[str, Any]]:
        """One record for each item that is new or different."""
        found = []
        for item in all_items(self._table):
            key = (item["pk"], item["sk"])
            before = self._seen.get(key)
            if not str(item["sk"]).startswith(self._prefixes) or before == item:
                continue
            self._sequence += 1
            found.append(record(item, before, self._sequence))
            self._seen[key] = item
        return found
