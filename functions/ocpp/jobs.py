"""Jobs in frames: a status is reported, a command that opened a job is answered, a boot shows the firmware.

Both protocols: 1.6 names no request in its plain messages, so the latest job of the kind is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain import jobs as rules
from csms.domain.times import format_time
from csms.store import chargers, jobs
from functions.ocpp.decision import Decision
from functions.ocpp.recording import event_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Store, Write
    from functions.ocpp.decision import Frame, Reply


AGREED: Final = {"Accepted": rules.ACCEPTED, "AcceptedCanceled": rules.ACCEPTED}


def status_told(frame: Frame, kind: str) -> Decision:
    """Records the report and takes the job a step further; answered also where nothing was asked for."""
    job = _meant(frame, kind)
    if job is None:
        return Decision({}, (event_row(frame),))
    status = str(frame.payload["status"])
    state = rules.next_state(kind, job["state"], status)
    if kind == rules.FIRMWARE and state == "INSTALLED":
        state = _proven(frame, job, state)
    step = jobs.changed(job, state, step=(status, format_time(frame.now)))
    return Decision({}, (event_row(frame), step), otherwise=lambda: status_told(frame, kind))


def answered(reply: Reply, kind: str, events: Mapping[str, str]) -> tuple[Write, ...]:
    """The answer to the command that opened the job; `events` by the answer's status ("" where it has none), else refused.

    AcceptedCanceled says that an older job gave way. Also where the protocol has no word for it, an older job is not
    reported on any more once the charger agreed to another.
    """
    key = reply.command["origin"].get("job")
    job = jobs.get(reply.store, reply.charger.charger_id, key) if key else None
    if job is None:
        return ()
    said = str((reply.payload or {}).get("status", "")) if reply.error is None else reply.error
    event = rules.REFUSED if reply.error is not None else events.get(said, rules.REFUSED)
    state = rules.next_state(kind, job["state"], event)
    payload = reply.payload or {}
    facts: dict[str, Any] = {
        "answered_at": format_time(reply.now),
        "file_name": payload.get("filename") or payload.get("fileName"),
        "reason": said if event == rules.REFUSED else None,
    }
    step = jobs.changed(job, state, **facts)
    return (step, *(_superseded(reply, kind, job) if event != rules.REFUSED else ()))


def boot_writes(station: Item, store: Store) -> tuple[Write, ...]:
    """What a boot proves of the firmware job that the station points to."""
    key = station.get(jobs.POINTER)
    job = jobs.get(store, station["charger_id"], key) if key else None
    if job is None:
        return ()
    event = rules.boot_event(station.get("firmware_version"), job.get("target_version"), job.get("version_before"))
    state = rules.next_state(rules.FIRMWARE, job["state"], event) if event else job["state"]
    if state == job["state"]:
        return ()
    step = jobs.changed(job, state, booted_version=station["firmware_version"], booted_at=station["booted_at"])
    return (step, *_pointer_removed(job, state))


def _pointer_removed(job: Item, state: str) -> tuple[Write, ...]:
    if state in rules.OPEN:
        return ()
    return (jobs.pointer_removed(job["charger_id"]),)


def _meant(frame: Frame, kind: str) -> Item | None:
    request_id = frame.payload.get("requestId")
    if request_id is not None:
        return jobs.get(frame.store, frame.charger_id, jobs.key(kind, int(request_id)))
    found = jobs.list_of(frame.store, frame.charger_id, kind)
    return found[-1] if found else None


def _proven(frame: Frame, job: Item, state: str) -> str:
    """Installed, reported after the boot that shows the new version already."""
    station = chargers.get_station(frame.store, frame.charger_id) or {}
    if str(station.get("booted_at", "")) <= job["requested_at"]:
        return state
    event = rules.boot_event(station.get("firmware_version"), job.get("target_version"), job.get("version_before"))
    return rules.next_state(rules.FIRMWARE, state, event) if event == rules.TARGET_BOOTED else state


def _superseded(reply: Reply, kind: str, newest: Item) -> tuple[Write, ...]:
    older = [
        job
        for job in jobs.list_of(reply.store, reply.charger.charger_id, kind)
        if job["sk"] != newest["sk"] and job["state"] in rules.OPEN and job["requested_at"] <= newest["requested_at"]
    ]
    return tuple(jobs.changed(job, rules.next_state(kind, job["state"], rules.SUPERSEDED)) for job in older)
