"""What the absence of an answer means for what was opened with the command: it is not known whether the charger agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs as job_rules
from csms.domain import reservations as reservation_rules
from csms.store import jobs, local_lists, reservations

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write


def unanswered_writes(command: Item, store: Store, now: datetime) -> tuple[Write, ...]:
    """The writes that go with a command that timed out, or was never sent before its deadline."""
    origin, charger_id = command["origin"], command["charger_id"]
    if "job" in origin:
        job = jobs.get(store, charger_id, origin["job"])
        state = job_rules.next_state(job["job_kind"], job["state"], job_rules.NO_ANSWER) if job else None
        return (jobs.changed(job, state),) if job and state and state != job["state"] else ()
    if command["action"] == "ReserveNow" and "reservation" in origin:
        row = reservations.get(store, charger_id, origin["reservation"])
        return reservations.changed(row, reservation_rules.NO_ANSWER) if row else ()
    if origin.get("kind") == local_lists.ORIGIN:
        return _list_unknown(command, store, now)
    return ()


def _list_unknown(command: Item, store: Store, now: datetime) -> tuple[Write, ...]:
    """Whether the charger took the message is not known: the next list starts over."""
    head = local_lists.get_head(store, command["charger_id"])
    if head.get("command_id") != command["command_id"]:
        return ()
    facts = {"state": "UNKNOWN", "known": None, "pending": None, "command_id": None}
    return (local_lists.head_put(command["charger_id"], head, now, **facts),)
