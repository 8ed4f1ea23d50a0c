"""How an outbox row for a partner gets into the push queue: in order with all other rows about the same object."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from csms.contract import PARTITION_KEY, QUEUE_PUSH, SORT_KEY
from csms.edge import queues

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_NAME: Final = re.compile(r"[!-~]{1,128}", re.ASCII)  # what SQS takes as a group or deduplication id


def hand_over(row: Item) -> None:
    """Send the row's key. Sending it again within five minutes is the same message, later it is harmless."""
    key = {"pk": row[PARTITION_KEY], "sk": row[SORT_KEY]}
    queues.send(QUEUE_PUSH, key, group=_name(row["group"]), deduplication_id=_name(row["row_id"]))


def _name(text: str) -> str:
    return text if _NAME.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()
