"""Jobs that a charger works on after it agreed to a command: new firmware, and files that it uploads.

A job is REQUESTED with its command and ACCEPTED (or REJECTED) by the answer; without an answer it is UNANSWERED, which
is not the end: chargers report progress before they answer, and also where the answer was lost. RUNNING is everything
between. A charger repeats what failed by itself, so FAILED leads back to RUNNING. A newer job of the same kind ends an
older one as CANCELLED.

Firmware: INSTALLED is what the charger says; SUCCEEDED only what a boot proves, in either order (ocpp-1.6 §4.5, 2.0.1
L01). A boot with another version after the installation makes it MISMATCHED, until a boot shows the right one.

Statuses of both versions stand in the tables under their wire names; one that is not in a state's row changes nothing
there (Idle never does: it only says that nothing is going on).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRMWARE: Final = "firmware"
DIAGNOSTICS: Final = "diagnostics"
LOG: Final = "log"

# What happens to a job beside the statuses that the charger reports.
ACCEPTED: Final = "answer: accepted"
REFUSED: Final = "answer: refused"
NOTHING: Final = "answer: nothing to upload"
NO_ANSWER: Final = "no answer"
SUPERSEDED: Final = "superseded"
TARGET_BOOTED: Final = "boot: new version"
SAME_BOOTED: Final = "boot: the version wanted, which was there before"
OTHER_BOOTED: Final = "boot: other version"

_ANSWERS: Final = {ACCEPTED: "ACCEPTED", REFUSED: "REJECTED", NO_ANSWER: "UNANSWERED"}
_PROGRESS: Final = {
    "DownloadScheduled": "RUNNING",
    "Downloading": "RUNNING",
    "DownloadPaused": "RUNNING",
    "Downloaded": "RUNNING",
    "SignatureVerified": "RUNNING",
    "InstallScheduled": "RUNNING",
    "Installing": "RUNNING",
    "InstallRebooting": "RUNNING",
    "Installed": "INSTALLED",
}
_FAILURES: Final = {
    "DownloadFailed": "FAILED",
    "InvalidSignature": "FAILED",
    "InstallVerificationFailed": "FAILED",
    "InstallationFailed": "FAILED",
}
_UPLOADED: Final = {"Uploading": "RUNNING", "Uploaded": "SUCCEEDED"}
_UPLOAD_FAILURES: Final = {
    "UploadFailed": "FAILED",  # 1.6 DiagnosticsStatusNotification
    "UploadFailure": "FAILED",
    "BadMessage": "FAILED",
    "NotSupportedOperation": "FAILED",
    "PermissionDenied": "FAILED",
    "AcceptedCanceled": "CANCELLED",
}
_NEWER: Final = {SUPERSEDED: "CANCELLED"}
_BOOT: Final = {TARGET_BOOTED: "SUCCEEDED"}

FIRMWARE_TRANSITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "REQUESTED": {**_ANSWERS, **_PROGRESS, **_FAILURES, **_NEWER},
    "UNANSWERED": {**_PROGRESS, **_FAILURES, **_NEWER, **_BOOT},
    "ACCEPTED": {**_PROGRESS, **_FAILURES, **_NEWER, **_BOOT},
    "RUNNING": {**_PROGRESS, **_FAILURES, **_NEWER, **_BOOT, REFUSED: "REJECTED"},
    "INSTALLED": {**_FAILURES, **_NEWER, **_BOOT, SAME_BOOTED: "SUCCEEDED", OTHER_BOOTED: "MISMATCHED"},
    "MISMATCHED": {**_PROGRESS, **_FAILURES, **_NEWER, **_BOOT},
    "FAILED": {**_PROGRESS, **_BOOT},
    "SUCCEEDED": {},
    "REJECTED": {},
    "CANCELLED": {},
}
UPLOAD_TRANSITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "REQUESTED": {**_ANSWERS, NOTHING: "EMPTY", **_UPLOADED, **_UPLOAD_FAILURES, **_NEWER},
    "UNANSWERED": {**_UPLOADED, **_UPLOAD_FAILURES, **_NEWER},
    "ACCEPTED": {**_UPLOADED, **_UPLOAD_FAILURES, **_NEWER},
    "RUNNING": {**_UPLOADED, **_UPLOAD_FAILURES, **_NEWER, REFUSED: "REJECTED"},
    "FAILED": {**_UPLOADED},
    "SUCCEEDED": {},
    "REJECTED": {},
    "CANCELLED": {},
    "EMPTY": {},
}
TRANSITIONS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    FIRMWARE: FIRMWARE_TRANSITIONS,
    DIAGNOSTICS: UPLOAD_TRANSITIONS,
    LOG: UPLOAD_TRANSITIONS,
}
# What a newer job of the same kind ends.
OPEN: Final = frozenset({"REQUESTED", "UNANSWERED", "ACCEPTED", "RUNNING", "INSTALLED", "MISMATCHED"})


def next_state(kind: str, state: str, event: str) -> str:
    """The state of a job after `event` (a status by its wire name, or one of this module's); unchanged where it means nothing."""
    return TRANSITIONS[kind].get(state, {}).get(event, state)


def boot_event(version: str | None, target: str | None, before: str | None) -> str | None:
    """What a boot with `version` says of a firmware job: wanted was `target` (None: just another one), there was `before`."""
    if not version:
        return None
    if target is None:
        return TARGET_BOOTED if before and version != before else None
    if version != target:
        return OTHER_BOOTED
    return SAME_BOOTED if version == before else TARGET_BOOTED
