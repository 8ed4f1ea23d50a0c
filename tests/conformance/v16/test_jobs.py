"""1.6: firmware updates, diagnostics and security logs, signed firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.lab import now
from tests.conformance.registry import OCPP16, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e
UPDATE, SIGNED, DIAGNOSTICS, LOG = "UpdateFirmware", "SignedUpdateFirmware", "GetDiagnostics", "GetLog"
FIRMWARE_URL = "https://files.example.org/firmware-2.0.bin"
UPLOAD_URL = "https://files.example.org/upload"


async def reports(lab: Lab16, action: str, *statuses: str, **more: object) -> None:
    """The charge point tells how a job goes; each report is answered and kept."""
    for status in statuses:
        told = {"status": status, **more}
        assert await lab.station.call(action, told) == {}
        assert (await lab.events(action))[0] == told


async def update(lab: Lab16) -> None:
    wanted = {"location": FIRMWARE_URL, "retrieveDate": now()}
    assert await lab.command(UPDATE, wanted, {}) == wanted


async def restart(lab: Lab16, firmware_version: str = "1.0") -> None:
    lab.firmware_version = firmware_version
    await lab.station.close()
    await lab.station.connect()
    await lab.boot()


@case("TC_044_1_CSMS", "firmware is downloaded and installed", UPDATE, "FirmwareStatusNotification", protocol=OCPP16)
async def test_tc_044_1_csms_firmware_installed(lab: Lab16) -> None:
    await update(lab)
    await reports(lab, "FirmwareStatusNotification", "Downloading", "Downloaded")
    await lab.all_are("Unavailable")
    await reports(lab, "FirmwareStatusNotification", "Installing")
    await restart(lab, "2.0")
    await reports(lab, "FirmwareStatusNotification", "Installed")
    assert (await lab.record())["boot"]["firmware_version"] == "2.0"
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_044_2_CSMS", "firmware cannot be downloaded", UPDATE, "FirmwareStatusNotification", protocol=OCPP16)
async def test_tc_044_2_csms_download_failed(lab: Lab16) -> None:
    await update(lab)
    await reports(lab, "FirmwareStatusNotification", "Downloading", "DownloadFailed")
    assert await lab.jobs() == ["FAILED"]


@case("TC_044_3_CSMS", "firmware cannot be installed", UPDATE, "FirmwareStatusNotification", protocol=OCPP16)
async def test_tc_044_3_csms_installation_failed(lab: Lab16) -> None:
    await update(lab)
    await reports(lab, "FirmwareStatusNotification", "Downloading", "Downloaded")
    await lab.all_are("Unavailable")
    await reports(lab, "FirmwareStatusNotification", "Installing")
    await restart(lab)
    await reports(lab, "FirmwareStatusNotification", "InstallationFailed")
    assert await lab.jobs() == ["FAILED"]


@case("TC_045_1_CSMS", "diagnostics are uploaded", DIAGNOSTICS, "DiagnosticsStatusNotification", protocol=OCPP16)
async def test_tc_045_1_csms_diagnostics_uploaded(lab: Lab16) -> None:
    await diagnostics(lab)
    await reports(lab, "DiagnosticsStatusNotification", "Uploading", "Uploaded")
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_045_2_CSMS", "diagnostics cannot be uploaded", DIAGNOSTICS, "DiagnosticsStatusNotification", protocol=OCPP16)
async def test_tc_045_2_csms_upload_failed(lab: Lab16) -> None:
    await diagnostics(lab)
    await reports(lab, "DiagnosticsStatusNotification", "Uploading", "UploadFailed")
    assert await lab.jobs() == ["FAILED"]


async def diagnostics(lab: Lab16) -> None:
    wanted = {"location": UPLOAD_URL}
    assert await lab.command(DIAGNOSTICS, wanted, {"fileName": "diagnostics.zip"}) == wanted
    assert (await lab.last_command())["answer"]["payload"] == {"fileName": "diagnostics.zip"}


@case("TC_079_CSMS", "the security log is uploaded", LOG, "LogStatusNotification", protocol=OCPP16)
async def test_tc_079_csms_security_log(lab: Lab16) -> None:
    wanted = {"requestId": 79, "logType": "SecurityLog", "log": {"remoteLocation": UPLOAD_URL}}
    assert await lab.command(LOG, wanted, {"status": "Accepted", "filename": "security.log"}) == wanted
    await reports(lab, "LogStatusNotification", "Uploading", "Uploaded", requestId=79)
    assert await lab.jobs() == ["SUCCEEDED"]


async def signed_update(lab: Lab16) -> None:
    firmware = {
        "location": FIRMWARE_URL,
        "retrieveDateTime": now(),
        "signingCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "signature": "c2lnbmF0dXJl",
    }
    wanted = {"requestId": 80, "firmware": firmware}
    assert await lab.command(SIGNED, wanted, {"status": "Accepted"}) == wanted


@case("TC_080_CSMS", "signed firmware is installed", SIGNED, "SignedFirmwareStatusNotification", protocol=OCPP16)
async def test_tc_080_csms_signed_firmware(lab: Lab16) -> None:
    await signed_update(lab)
    job = "SignedFirmwareStatusNotification"
    await reports(lab, job, "Downloading", "Downloaded", "SignatureVerified", requestId=80)
    await lab.all_are("Unavailable")
    await reports(lab, job, "Installing", "InstallRebooting", requestId=80)
    await restart(lab, "2.0")
    event = {"type": "FirmwareUpdated", "timestamp": now()}
    assert await lab.station.call("SecurityEventNotification", event) == {}
    assert await lab.events("SecurityEventNotification") == [event]
    await reports(lab, job, "Installed", requestId=80)
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_081_CSMS", "firmware whose signature is wrong", SIGNED, "SignedFirmwareStatusNotification", protocol=OCPP16)
async def test_tc_081_csms_wrong_signature(lab: Lab16) -> None:
    await signed_update(lab)
    job = "SignedFirmwareStatusNotification"
    await reports(lab, job, "Downloading", "Downloaded", "InvalidSignature", requestId=80)
    assert await lab.jobs() == ["FAILED"]
