"""What the absence of an answer means for what was opened with the command: it is not known whether the charger agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs as job_rules
from csms.domain import reservations as reservation_rules
from csms.store import jobs, reservations

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store, Write


def unanswered_writes(command: Item, store: Store) -> tuple[Write, ...]:
    """The writes that go with a command that timed out, or was never sent before its deadline."""
    origin, charger_id = command["origin"], command["charger_id"]
    if "job" in origin:
        job = jobs.get(store, charger_id, origin["job"])
        state = job_rules.next_state(job["job_kind"], job["state"], job_rules.NO_ANSWER) if job else None
        return (jobs.changed(job, state),) if job and state and state != job["state"] else ()
    if command["action"] == "ReserveNow" and "reservation" in origin:
        row = reservations.get(store, charger_id, origin["reservation"])
        return reservations.changed(row, reservation_rules.NO_ANSWER) if row else ()
    return ()
