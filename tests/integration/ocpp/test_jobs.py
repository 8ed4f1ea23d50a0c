"""Firmware and file jobs: opened with their command, taken further by what the charger answers, reports and boots with."""

from typing import Any

import pytest

from csms.store import chargers
from csms.store.dynamo import Item, Store
from tests.kit.calls import counted
from tests.kit.followed import answer, connect, done, give_up, send
from tests.kit.frames import OCPP16, OCPP201, Line, at
from tests.kit.ocpp_state import rows

LOG = {"log": {"remoteLocation": "https://x.example/u/1"}, "logType": "DiagnosticsLog"}
FIRMWARE = {"location": "https://x.example/f", "retrieveDateTime": at()}
SIGNED = {"firmware": {**FIRMWARE, "signingCertificate": "C", "signature": "S"}}
PLAIN_16 = {"location": "https://x.example/f", "retrieveDate": at()}
VARIANTS = ["plain 1.6", "signed 1.6", "2.0.1"]


class Updating:
    """A firmware update in one of three ways to say it."""

    def __init__(self, variant: str, store: Store) -> None:
        self.line = connect(Line(store, OCPP201 if variant == "2.0.1" else OCPP16), firmware_version="1.0")
        self.signed = variant == "signed 1.6"
        self.plain = variant == "plain 1.6"

    def command(self, target: str | None = "2.0") -> str:
        action = "SignedUpdateFirmware" if self.signed else "UpdateFirmware"
        return send(self.line, action, PLAIN_16 if self.plain else SIGNED, target_version=target)

    def accept(self, command_id: str, status: str = "Accepted") -> None:
        answer(self.line, command_id, {} if self.plain else {"status": status})

    def told(self, *statuses: str, job: int = 1) -> None:
        action = f"{'Signed' if self.signed else ''}FirmwareStatusNotification"
        for status in statuses:
            more = {} if self.plain else {"requestId": job}
            assert self.line.ask(action, {"status": status, **more}) == {}

    def boot(self, version: str) -> None:
        if self.line.protocol == OCPP16:
            about = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": version}
            self.line.ask("BootNotification", about)
        else:
            about = {"vendorName": "V", "model": "M", "firmwareVersion": version}
            self.line.ask("BootNotification", {"reason": "FirmwareUpdate", "chargingStation": about})


@pytest.fixture(params=VARIANTS)
def update(request: pytest.FixtureRequest, store: Store) -> Updating:
    return Updating(request.param, store)


def only_job() -> Item:
    (job,) = rows("JOB")
    return job


def state() -> str:
    return str(only_job()["state"])


# --- firmware -------------------------------------------------------------------------------------------------------


def test_installed_and_then_booted(update: Updating, store: Store) -> None:
    command_id = update.command()
    assert (state(), only_job()["command_id"], only_job()["version_before"]) == ("REQUESTED", command_id, "1.0")
    update.accept(command_id)
    assert state() == "ACCEPTED"
    update.told("Downloading", "Downloaded", "Installing")
    assert (state(), only_job()["status"]) == ("RUNNING", "Installing")
    update.told("Installed")
    assert state() == "INSTALLED"
    update.boot("2.0")
    assert (state(), only_job()["booted_version"]) == ("SUCCEEDED", "2.0")
    assert set(only_job()["steps"]) == {"Downloading", "Downloaded", "Installing", "Installed"}
    assert len(rows("EVENT")) == 4
    assert "firmware_job" not in (chargers.get_station(store, "CP1") or {})


def test_booted_and_then_installed(update: Updating) -> None:
    update.accept(update.command())
    update.told("Downloading", "Installing")
    update.boot("2.0")
    assert state() == "SUCCEEDED"
    update.told("Installed")
    assert (state(), only_job()["status"]) == ("SUCCEEDED", "Installed")


def test_installed_is_not_enough(update: Updating) -> None:
    update.accept(update.command())
    update.told("Installed")
    update.boot("1.0")
    assert state() == "MISMATCHED"
    update.boot("2.0")
    assert state() == "SUCCEEDED"


def test_a_reboot_with_the_old_version_before_the_installation_means_nothing(update: Updating) -> None:
    update.accept(update.command())
    update.told("Downloading")
    update.boot("1.0")
    assert state() == "RUNNING"
    update.told("Installed")
    assert state() == "INSTALLED"


def test_without_a_target_any_new_version_counts(update: Updating) -> None:
    update.accept(update.command(target=None))
    update.told("Installed")
    update.boot("1.0")
    assert state() == "INSTALLED"
    update.boot("1.1")
    assert state() == "SUCCEEDED"


def test_a_charger_tries_again_by_itself(update: Updating) -> None:
    update.accept(update.command())
    update.told("Downloading", "DownloadFailed")
    assert state() == "FAILED"
    update.told("Downloading", "Downloaded")
    assert state() == "RUNNING"


def test_progress_before_the_answer(update: Updating) -> None:
    command_id = update.command()
    update.told("Downloading")
    update.accept(command_id)
    assert (state(), only_job()["answered_at"]) == ("RUNNING", at())


def test_a_lost_answer_is_not_the_end(update: Updating) -> None:
    give_up(update.line, update.command())
    assert state() == "UNANSWERED"
    update.told("Downloading")
    assert state() == "RUNNING"


def test_an_error_refuses(update: Updating) -> None:
    answer(update.line, update.command(), error="NotSupported")
    assert (state(), only_job()["reason"]) == ("REJECTED", "NotSupported")


@pytest.mark.parametrize("variant", VARIANTS[1:])
@pytest.mark.parametrize("status", ["Rejected", "InvalidCertificate", "RevokedCertificate"])
def test_a_refusal(store: Store, variant: str, status: str) -> None:
    update = Updating(variant, store)
    update.accept(update.command(), status)
    assert (state(), only_job()["reason"]) == ("REJECTED", status)


def test_a_newer_update_ends_the_older_one(update: Updating, store: Store) -> None:
    update.accept(update.command())
    update.told("Downloading")
    update.accept(update.command("3.0"), "AcceptedCanceled")
    assert [job["state"] for job in rows("JOB")] == ["CANCELLED", "ACCEPTED"]
    update.told("Installed", job=2)
    update.boot("3.0")
    assert [job["state"] for job in rows("JOB")] == ["CANCELLED", "SUCCEEDED"]


def test_where_the_newer_one_is_rejected_the_older_one_goes_on(store: Store) -> None:
    update = Updating("2.0.1", store)
    update.accept(update.command())
    update.accept(update.command("3.0"), "Rejected")
    assert [job["state"] for job in rows("JOB")] == ["ACCEPTED", "REJECTED"]


@pytest.mark.parametrize(
    ("protocol", "action", "payload"),
    [
        (OCPP16, "FirmwareStatusNotification", {"status": "Idle"}),
        (OCPP16, "SignedFirmwareStatusNotification", {"status": "Idle"}),
        (OCPP16, "DiagnosticsStatusNotification", {"status": "Uploaded"}),
        (OCPP16, "LogStatusNotification", {"status": "Uploaded", "requestId": 7}),
        (OCPP201, "FirmwareStatusNotification", {"status": "Installed", "requestId": 7}),
        (OCPP201, "LogStatusNotification", {"status": "Idle"}),
    ],
)
def test_without_any_job_a_status_is_recorded(store: Store, protocol: str, action: str, payload: Any) -> None:
    line = connect(Line(store, protocol))
    with counted() as calls:
        assert line.ask(action, payload) == {}
    assert (calls.writes, len(rows("EVENT")), rows("JOB")) == (1, 1, [])


def test_a_step_is_one_write(update: Updating) -> None:
    update.accept(update.command())
    with counted() as calls:
        update.told("Downloading")
    assert (calls.reads, calls.writes) == (1, 1)


def test_idle_changes_nothing(update: Updating) -> None:
    update.accept(update.command())
    update.told("Downloading", "Idle")
    assert (state(), only_job()["status"]) == ("RUNNING", "Idle")


# --- logs and diagnostics -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [OCPP16, OCPP201])
def test_a_log_is_uploaded(store: Store, protocol: str) -> None:
    line = connect(Line(store, protocol))
    done(line, "GetLog", LOG, {"status": "Accepted", "filename": "a.zip"})
    assert (state(), only_job()["file_name"]) == ("ACCEPTED", "a.zip")
    for status, after in (("Uploading", "RUNNING"), ("Uploaded", "SUCCEEDED"), ("Idle", "SUCCEEDED")):
        line.ask("LogStatusNotification", {"status": status, "requestId": 1})
        assert state() == after


@pytest.mark.parametrize("said_by", ["answer", "status"])
def test_a_second_log_cancels_the_first(store: Store, said_by: str) -> None:
    line = connect(Line(store, OCPP201))
    done(line, "GetLog", LOG)
    line.ask("LogStatusNotification", {"status": "Uploading", "requestId": 1})
    second = send(line, "GetLog", LOG)
    if said_by == "status":
        line.ask("LogStatusNotification", {"status": "AcceptedCanceled", "requestId": 1})
    answer(line, second, {"status": "AcceptedCanceled", "filename": "b.zip"})
    assert [job["state"] for job in rows("JOB")] == ["CANCELLED", "ACCEPTED"]


def test_diagnostics_name_no_request(store: Store) -> None:
    line = connect(Line(store, OCPP16))
    request = {"location": "https://x.example/u/1"}
    done(line, "GetDiagnostics", request, {"fileName": "d.zip"})
    line.ask("DiagnosticsStatusNotification", {"status": "UploadFailed"})
    assert state() == "FAILED"
    line.ask("DiagnosticsStatusNotification", {"status": "Uploaded"})
    assert (state(), only_job()["file_name"]) == ("SUCCEEDED", "d.zip")
    done(line, "GetDiagnostics", request, {})
    assert [job["state"] for job in rows("JOB")] == ["SUCCEEDED", "EMPTY"]
    line.ask("FirmwareStatusNotification", {"status": "Installed"})
    assert [job["state"] for job in rows("JOB")] == ["SUCCEEDED", "EMPTY"]
