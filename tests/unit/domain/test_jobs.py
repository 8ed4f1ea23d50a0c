"""Jobs: every state with everything that can happen to it, in both versions."""

import json
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import pytest

from csms.domain import jobs

FINAL = {"SUCCEEDED", "REJECTED", "CANCELLED", "EMPTY"}
RUNS = {
    "DownloadScheduled", "Downloading", "DownloadPaused", "Downloaded", "SignatureVerified", "InstallScheduled",
    "Installing", "InstallRebooting",
}  # fmt: skip
FIRMWARE_FAILS = {"DownloadFailed", "InvalidSignature", "InstallVerificationFailed", "InstallationFailed"}
UPLOAD_FAILS = {"UploadFailed", "UploadFailure", "BadMessage", "NotSupportedOperation", "PermissionDenied"}
ANSWERS = {jobs.ACCEPTED: "ACCEPTED", jobs.REFUSED: "REJECTED", jobs.NO_ANSWER: "UNANSWERED"}
BOOTS = {jobs.TARGET_BOOTED, jobs.SAME_BOOTED, jobs.OTHER_BOOTED}


def statuses(folder: str, schema: str) -> list[str]:
    spec = find_spec("ocpp")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / folder / "schemas" / f"{schema}.json").read_text(encoding="utf-8-sig")
    document = json.loads(text)
    status = document["properties"]["status"]
    found = status.get("enum") or document["definitions"][status["$ref"].rsplit("/", 1)[1]]["enum"]
    return [str(value) for value in found]


FIRMWARE_STATUSES = {
    *statuses("v16", "FirmwareStatusNotification"),
    *statuses("v16", "SignedFirmwareStatusNotification"),
    *statuses("v201", "FirmwareStatusNotificationRequest"),
}
UPLOAD_STATUSES = {
    *statuses("v16", "DiagnosticsStatusNotification"),
    *statuses("v16", "LogStatusNotification"),
    *statuses("v201", "LogStatusNotificationRequest"),
}
EVENTS = {*ANSWERS, jobs.NOTHING, jobs.SUPERSEDED, *BOOTS}


def firmware_after(state: str, event: str) -> str:
    """The rules of a firmware job in other words than the table's."""
    if state in FINAL or event in {"Idle", jobs.NOTHING}:
        return state
    if event in ANSWERS:
        if state == "REQUESTED":
            return ANSWERS[event]
        return "REJECTED" if (state, event) == ("RUNNING", jobs.REFUSED) else state
    if event == jobs.SUPERSEDED:
        return state if state == "FAILED" else "CANCELLED"
    if event == jobs.TARGET_BOOTED:
        return state if state == "REQUESTED" else "SUCCEEDED"
    if event in BOOTS:
        after = {jobs.SAME_BOOTED: "SUCCEEDED", jobs.OTHER_BOOTED: "MISMATCHED"}
        return after[event] if state == "INSTALLED" else state
    if event in FIRMWARE_FAILS:
        return "FAILED"
    if event == "Installed":
        return "INSTALLED"
    return state if state == "INSTALLED" else "RUNNING"


def upload_after(state: str, event: str) -> str:
    """The rules of an upload in other words than the table's."""
    if state in FINAL or event == "Idle" or event in BOOTS:
        return state
    if event in {*ANSWERS, jobs.NOTHING}:
        if state == "REQUESTED":
            return {**ANSWERS, jobs.NOTHING: "EMPTY"}[event]
        return "REJECTED" if (state, event) == ("RUNNING", jobs.REFUSED) else state
    if event in {jobs.SUPERSEDED, "AcceptedCanceled"}:
        return state if state == "FAILED" else "CANCELLED"
    if event in UPLOAD_FAILS:
        return "FAILED"
    return {"Uploading": "RUNNING", "Uploaded": "SUCCEEDED"}[event]


@pytest.mark.parametrize(
    ("state", "event"), list(product(jobs.FIRMWARE_TRANSITIONS, sorted(FIRMWARE_STATUSES | EVENTS)))
)
def test_firmware(state: str, event: str) -> None:
    assert jobs.next_state(jobs.FIRMWARE, state, event) == firmware_after(state, event)


@pytest.mark.parametrize(("state", "event"), list(product(jobs.UPLOAD_TRANSITIONS, sorted(UPLOAD_STATUSES | EVENTS))))
@pytest.mark.parametrize("kind", [jobs.LOG, jobs.DIAGNOSTICS])
def test_uploads(kind: str, state: str, event: str) -> None:
    assert jobs.next_state(kind, state, event) == upload_after(state, event)


def test_the_tables_know_nothing_but_statuses_and_events() -> None:
    firmware = {event for row in jobs.FIRMWARE_TRANSITIONS.values() for event in row}
    uploads = {event for row in jobs.UPLOAD_TRANSITIONS.values() for event in row}
    assert firmware == (FIRMWARE_STATUSES - {"Idle"}) | (EVENTS - {jobs.NOTHING})
    assert uploads == (UPLOAD_STATUSES - {"Idle"}) | (EVENTS - BOOTS)


@pytest.mark.parametrize("table", [jobs.FIRMWARE_TRANSITIONS, jobs.UPLOAD_TRANSITIONS])
def test_every_state_that_is_reached_has_a_row(table: dict[str, dict[str, str]]) -> None:
    assert {after for row in table.values() for after in row.values()} | {"REQUESTED"} == set(table)
    assert {state for state, row in table.items() if jobs.SUPERSEDED in row} == jobs.OPEN & set(table)


def test_statuses_of_an_unknown_vendor_change_nothing() -> None:
    assert jobs.next_state(jobs.FIRMWARE, "RUNNING", "Formatting") == "RUNNING"


@pytest.mark.parametrize(
    ("version", "target", "before", "event"),
    [
        ("2", "2", "1", jobs.TARGET_BOOTED),
        ("2", "2", None, jobs.TARGET_BOOTED),
        ("1", "2", "1", jobs.OTHER_BOOTED),
        ("3", "2", "1", jobs.OTHER_BOOTED),
        ("2", "2", "2", jobs.SAME_BOOTED),
        ("2", None, "1", jobs.TARGET_BOOTED),
        ("1", None, "1", None),
        ("1", None, None, None),
        (None, "2", "1", None),
    ],
)
def test_what_a_boot_says(version: str | None, target: str | None, before: str | None, event: str | None) -> None:
    assert jobs.boot_event(version, target, before) == event
