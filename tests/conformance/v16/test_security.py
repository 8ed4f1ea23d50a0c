"""1.6: passwords, certificates, security events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.conformance.lab import now
from tests.conformance.registry import CLIENT_CERTIFICATES, OCPP16, TLS, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e
INSTALL, INSTALLED, DELETE = "InstallCertificate", "GetInstalledCertificateIds", "DeleteCertificate"
EXTENDED, SIGN, SIGNED = "ExtendedTriggerMessage", "SignCertificate", "CertificateSigned"
ACCEPTED = {"status": "Accepted"}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "01"}


@case("TC_073_CSMS", "a new password for the charge point", "ChangeConfiguration", protocol=OCPP16)
async def test_tc_073_csms_new_password(lab: Lab16) -> None:
    old, new = lab.station.password, "000102030405060708090a0b0c0d0e0f"
    sent = await lab.command("ChangeConfiguration", {"key": "AuthorizationKey", "value": new}, ACCEPTED)
    assert sent == {"key": "AuthorizationKey", "value": new}
    assert new not in str(await lab.last_command())
    await lab.station.close()
    await lab.station.connect(password=bytes.fromhex(new).decode("latin-1"))
    await lab.boot()
    await lab.station.close()
    with pytest.raises(InvalidStatus):
        await lab.station.connect(password=old)


async def renewed(lab: Lab16, status: str) -> None:
    await lab.certificate((EXTENDED, "SignChargePointCertificate"), status)


@case(
    "TC_074_CSMS",
    "the charge point's certificate is renewed",
    EXTENDED,
    SIGN,
    SIGNED,
    CLIENT_CERTIFICATES,
    protocol=OCPP16,
)
async def test_tc_074_csms_renew_certificate(lab: Lab16) -> None:
    await renewed(lab, "Accepted")


@case(
    "TC_077_CSMS",
    "the charge point refuses its new certificate",
    EXTENDED,
    SIGN,
    SIGNED,
    CLIENT_CERTIFICATES,
    protocol=OCPP16,
)
async def test_tc_077_csms_refused_certificate(lab: Lab16) -> None:
    await renewed(lab, "Rejected")
    await security_event(lab, "InvalidChargePointCertificate")


async def security_event(lab: Lab16, kind: str) -> None:
    event = {"type": kind, "timestamp": now()}
    assert await lab.station.call("SecurityEventNotification", event) == {}
    assert await lab.events("SecurityEventNotification") == [event]


async def install(lab: Lab16, kind: str, status: str = "Accepted") -> None:
    wanted = {"certificateType": kind, "certificate": CERTIFICATE}
    assert await lab.command(INSTALL, wanted, {"status": status}) == wanted


async def installed(lab: Lab16, kind: str) -> None:
    answer: dict[str, Any] = {"status": "Accepted", "certificateHashData": [HASH, HASH | {"serialNumber": "02"}]}
    assert await lab.command(INSTALLED, {"certificateType": kind}, answer) == {"certificateType": kind}
    assert (await lab.last_command())["answer"]["payload"] == answer


@case("TC_075_1_CSMS", "a manufacturer's root certificate is installed", INSTALL, INSTALLED, protocol=OCPP16)
async def test_tc_075_1_csms_install_manufacturer_root(lab: Lab16) -> None:
    await install(lab, "ManufacturerRootCertificate")
    await installed(lab, "ManufacturerRootCertificate")


@case("TC_075_2_CSMS", "a root certificate of the central system is installed", INSTALL, INSTALLED, protocol=OCPP16)
async def test_tc_075_2_csms_install_central_system_root(lab: Lab16) -> None:
    await install(lab, "CentralSystemRootCertificate")
    await installed(lab, "CentralSystemRootCertificate")


@case("TC_076_CSMS", "a certificate is deleted", INSTALL, INSTALLED, DELETE, protocol=OCPP16)
async def test_tc_076_csms_delete_certificate(lab: Lab16) -> None:
    await install(lab, "CentralSystemRootCertificate")
    await installed(lab, "CentralSystemRootCertificate")
    assert await lab.command(DELETE, {"certificateHashData": HASH}, ACCEPTED) == {"certificateHashData": HASH}
    (row,) = (row for row in await lab.rows("certificates") if row.get("hash_data") == HASH)
    assert row["state"] == "deleted"


@case("TC_078_CSMS", "the charge point refuses a root certificate", INSTALL, protocol=OCPP16)
async def test_tc_078_csms_refused_root(lab: Lab16) -> None:
    await install(lab, "CentralSystemRootCertificate", "Rejected")
    await security_event(lab, "InvalidCentralSystemCertificate")


@case("TC_085_CSMS", "identity and password at the handshake", protocol=OCPP16, boots=False)
async def test_tc_085_csms_basic_authentication(lab: Lab16) -> None:
    await lab.station.connect()
    await lab.boot()


@case("TC_086_CSMS", "the server's certificate", TLS, protocol=OCPP16, boots=False)
async def test_tc_086_csms_server_certificate(lab: Lab16) -> None:
    pytest.fail("there is TLS now: this case must be written")


@case(
    "TC_087_CSMS",
    "the charge point's own certificate at the handshake",
    CLIENT_CERTIFICATES,
    TLS,
    protocol=OCPP16,
    boots=False,
)
async def test_tc_087_csms_client_certificate(lab: Lab16) -> None:
    pytest.fail("there are client certificates now: this case must be written")
