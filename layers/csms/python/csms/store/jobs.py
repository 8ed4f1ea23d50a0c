"""Jobs of a charger, `JOB#<kind>#<number>`: firmware, diagnostics and log files (`csms.domain.jobs` is their life).

The number is the OCPP request id where the command has one, else one drawn for the job. `steps` holds when each status
was last reported; the reports themselves are events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.domain.times import format_time
from csms.store.chargers import STATION, expiry, partition
from csms.store.dynamo import Condition, Item, Put, Store, Update, absent, exists

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PREFIX: Final = "JOB#"
POINTER: Final = "firmware_job"  # on the station: the key of the job that its boots are compared with


def key(kind: str, number: int) -> str:
    """The sort key of a job."""
    return f"{PREFIX}{kind}#{number:010d}"


def opened(charger_id: str, kind: str, number: int, now: datetime, **facts: Any) -> Put:
    """A new job. `facts`: action, command_id, request_id, target_version, version_before."""
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": key(kind, number),
            "kind": "JOB",
            "charger_id": charger_id,
            "job_kind": kind,
            "state": "REQUESTED",
            "requested_at": format_time(now),
            "steps": {},
            "expires_at_s": expiry(now),
            **facts,
        },
        (absent(),),
    )


def get(store: Store, charger_id: str, sort_key: str) -> Item | None:
    """A job by its sort key, or None."""
    return store.get(CHARGERS, partition(charger_id), sort_key)


def list_of(store: Store, charger_id: str, kind: str) -> list[Item]:
    """A charger's jobs of a kind, the oldest first."""
    found = store.query(CHARGERS, partition(charger_id), prefix=f"{PREFIX}{kind}#")
    return sorted(found, key=lambda job: str(job["requested_at"]))


def changed(job: Mapping[str, Any], state: str, *, step: tuple[str, str] | None = None, **facts: Any) -> Update:
    """A step of the job as it was read; `step` is a reported status and when. Fails where it was changed meanwhile."""
    changes: dict[Any, Any] = {"state": state, **facts}
    if step is not None:
        changes |= {"status": step[0], "status_at": step[1], ("steps", step[0]): step[1]}
    return Update(
        CHARGERS,
        str(job["pk"]),
        str(job["sk"]),
        set={name: value for name, value in changes.items() if value is not None},
        conditions=(Condition("state", "=", job["state"]),),
    )


def pointer_removed(charger_id: str) -> Update:
    """The station's boots are not compared with a firmware job any more."""
    return Update(CHARGERS, partition(charger_id), STATION, remove=(POINTER,), conditions=(exists(),))
