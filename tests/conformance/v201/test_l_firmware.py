"""2.0.1 L: firmware updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.lab import now
from tests.conformance.registry import OCPP201, case

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
UPDATE, STATUS = "UpdateFirmware", "FirmwareStatusNotification"
DOWNLOADED = ("Downloading", "Downloaded", "SignatureVerified")
INSTALLING = ("Installing", "InstallRebooting")


async def update(lab: Lab201, status: str = "Accepted", request_id: int = 1, **times: str) -> None:
    firmware: dict[str, Any] = {
        "location": "https://files.example.org/firmware-2.0.bin",
        "retrieveDateTime": now(),
        "signingCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "signature": "c2lnbmF0dXJl",
        **times,
    }
    wanted = {"requestId": request_id, "firmware": firmware}
    assert await lab.command(UPDATE, wanted, {"status": status}) == wanted


async def reports(lab: Lab201, *statuses: str, request_id: int = 1) -> None:
    """The station tells how the update goes; each report is answered and kept."""
    for status in statuses:
        told = {"status": status, "requestId": request_id}
        assert await lab.station.call(STATUS, told) == {}
        assert (await lab.events(STATUS))[0] == told


async def restart(lab: Lab201, firmware_version: str = "2.0") -> None:
    lab.firmware_version = firmware_version
    await lab.station.close()
    await lab.station.connect()
    await lab.boot("FirmwareUpdate")


@case("TC_L_01_CSMS", "signed firmware is installed", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_01_csms_installed(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, *DOWNLOADED, *INSTALLING)
    await restart(lab)
    await reports(lab, "Installed")
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_L_02_CSMS", "firmware that is installed later", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_02_csms_install_scheduled(lab: Lab201) -> None:
    await update(lab, installDateTime=now(60))
    await reports(lab, *DOWNLOADED, "InstallScheduled", *INSTALLING)
    await restart(lab)
    await reports(lab, "Installed")
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_L_03_CSMS", "firmware that is downloaded later", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_03_csms_download_scheduled(lab: Lab201) -> None:
    await update(lab, retrieveDateTime=now(60))
    await reports(lab, "DownloadScheduled", *DOWNLOADED, *INSTALLING)
    await restart(lab)
    await reports(lab, "Installed")
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_L_04_CSMS", "the firmware's certificate was revoked", UPDATE, protocol=OCPP201)
async def test_tc_l_04_csms_revoked_certificate(lab: Lab201) -> None:
    await update(lab, "RevokedCertificate")
    assert await lab.jobs() == ["REJECTED"]


@case("TC_L_05_CSMS", "the firmware's certificate is wrong", UPDATE, protocol=OCPP201)
async def test_tc_l_05_csms_invalid_certificate(lab: Lab201) -> None:
    await update(lab, "InvalidCertificate")
    assert await lab.jobs() == ["REJECTED"]


@case("TC_L_06_CSMS", "the firmware's signature is wrong", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_06_csms_invalid_signature(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, "Downloading", "Downloaded", "InvalidSignature")
    assert await lab.jobs() == ["FAILED"]


@case("TC_L_07_CSMS", "firmware cannot be downloaded", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_07_csms_download_failed(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, "Downloading", "DownloadFailed")
    assert await lab.jobs() == ["FAILED"]


@case("TC_L_08_CSMS", "firmware does not stand the check while it is installed", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_08_csms_verification_failed(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, *DOWNLOADED, "Installing", "InstallVerificationFailed")
    assert await lab.jobs() == ["FAILED"]


@case("TC_L_09_CSMS", "firmware cannot be installed", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_09_csms_installation_failed(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, *DOWNLOADED, *INSTALLING)
    await restart(lab, "1.0")
    await reports(lab, "InstallationFailed")
    assert await lab.jobs() == ["FAILED"]


@case("TC_L_10_CSMS", "a second update takes the place of the first", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_10_csms_first_update_cancelled(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, "Downloading")
    await update(lab, "AcceptedCanceled", request_id=2)
    await reports(lab, *DOWNLOADED, *INSTALLING, request_id=2)
    await restart(lab)
    await reports(lab, "Installed", request_id=2)
    assert await lab.jobs() == ["CANCELLED", "SUCCEEDED"]


@case("TC_L_11_CSMS", "a second update is rejected and the first goes on", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_11_csms_second_update_rejected(lab: Lab201) -> None:
    await update(lab)
    await reports(lab, "Downloading")
    await update(lab, "Rejected", request_id=2)
    await reports(lab, "Downloaded", "SignatureVerified", *INSTALLING)
    await restart(lab)
    await reports(lab, "Installed")
    assert await lab.jobs() == ["SUCCEEDED", "REJECTED"]


@case("TC_L_13_CSMS", "an update that waits for a transaction", UPDATE, STATUS, protocol=OCPP201)
async def test_tc_l_13_csms_waits_for_transaction(lab: Lab201) -> None:
    transaction = await lab.charging()
    await update(lab)
    await reports(lab, "DownloadScheduled")
    await lab.status("Unavailable", 2)
    assert await transaction.shown()
    await transaction.left()
    await reports(lab, *DOWNLOADED, *INSTALLING)
    await restart(lab)
    await reports(lab, "Installed")
    assert await lab.jobs() == ["SUCCEEDED"]
