"""What must leave: rows written in the same transaction as their cause, relayed by the table's stream.

A row goes to one target: a `partner` (FIFO per partner and object, delivered by ocpi_push), the `workflow` (a payment
session's state machine), or `settlement` (a session without a payment that ended). Rows that are not delivered stand in
the `open` index.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import OUTBOX
from csms.domain.times import format_time
from csms.store.chargers import expiry
from csms.store.dynamo import Condition, Item, Put, Store, Update, absent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TARGET_PARTNER: Final = "partner"
TARGET_WORKFLOW: Final = "workflow"
TARGET_SETTLEMENT: Final = "settlement"

OPEN_ROWS: Final = "OUTBOX"
WAITING: Final = "WAITING"
DELIVERED: Final = "DELIVERED"
FAILED: Final = "FAILED"

_KEEP: Final = timedelta(days=30)


def _row(group: str, target: str, now: datetime, content: Mapping[str, Any], row_id: str | None) -> Put:
    time = format_time(now)
    row_id = row_id or str(uuid.uuid4())
    return Put(
        OUTBOX,
        {
            "pk": f"OUT#{group}",
            "sk": f"{time}#{row_id}",
            "kind": "OUTBOX",
            "row_id": row_id,
            "group": group,
            "target": target,
            "state": WAITING,
            "written_at": time,
            "attempts": 0,
            "open_matter": OPEN_ROWS,
            "open_since": f"{time}#{row_id}",
            **content,
        },
        (absent(),),
    )


def to_partner(
    partner_id: str,
    module: str,
    object_id: str,
    method: str,
    document: Mapping[str, Any] | None,
    now: datetime,
    *,
    path: tuple[str, ...] = (),
    url: str | None = None,
    row_id: str | None = None,
    **more: Any,
) -> Put:
    """A request to a partner about one object, in order with all others about it.

    `document` is the internal (2.3.0-shaped) object: it is rendered in the partner's version when it is sent. `path` are
    the segments behind the partner's endpoint of that module; `url` replaces endpoint and path (a command's
    response_url). `row_id` makes the row idempotent where its cause may run twice.
    """
    content = {
        "partner_id": partner_id,
        "module": module,
        "object_id": object_id,
        "method": method,
        "document": dict(document) if document is not None else None,
        "path": list(path),
        "url": url,
        **more,
    }
    group = f"{partner_id}#{module}#{object_id}"[:128]
    return _row(group, TARGET_PARTNER, now, content, row_id)


def to_workflow(
    payment_id: str,
    signal: str,
    now: datetime,
    *,
    task_token: str | None = None,
    row_id: str | None = None,
    **content: Any,
) -> Put:
    """A signal to a payment session's state machine: `start`, `success` (with `output`) or `failure` (with `error`)."""
    body = {"signal": signal, "payment_id": payment_id, "task_token": task_token, **content}
    return _row(f"workflow#{payment_id}"[:128], TARGET_WORKFLOW, now, body, row_id)


def to_settlement(session_id: str, now: datetime) -> Put:
    """A session without a payment ended: price it and make its CDR."""
    content = {"session_id": session_id}
    return _row(f"settlement#{session_id}", TARGET_SETTLEMENT, now, content, f"settle-{session_id}")


def get(store: Store, pk: str, sk: str) -> Item | None:
    """A row by its key, or None."""
    return store.get(OUTBOX, pk, sk)


def delivered(pk: str, sk: str, now: datetime, **outcome: Any) -> Update:
    """The row did its work; it leaves the list of open matters and expires later."""
    return Update(
        OUTBOX,
        pk,
        sk,
        set={"state": DELIVERED, "delivered_at": format_time(now), "expires_at_s": expiry(now, _KEEP), **outcome},
        add={"attempts": 1},
        remove=("open_matter", "open_since"),
        conditions=(Condition("state", "<>", DELIVERED),),
    )


def attempted(pk: str, sk: str, now: datetime, error: str, *, final: bool) -> Update:
    """An attempt failed. A `final` failure stays in the list of open matters until a person acts."""
    return Update(
        OUTBOX,
        pk,
        sk,
        set={"last_error": error[:500], "attempted_at": format_time(now), "state": FAILED if final else WAITING},
        add={"attempts": 1},
        conditions=(Condition("state", "<>", DELIVERED),),
    )
