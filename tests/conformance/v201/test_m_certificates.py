"""2.0.1 M: root certificates on the station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.registry import OCPP201, case

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
INSTALL, INSTALLED, DELETE = "InstallCertificate", "GetInstalledCertificateIds", "DeleteCertificate"
CSMS_ROOT, MANUFACTURER_ROOT = "CSMSRootCertificate", "ManufacturerRootCertificate"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"


def hashes(algorithm: str = "SHA256", serial_number: str = "01") -> dict[str, str]:
    return {"hashAlgorithm": algorithm, "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": serial_number}


async def install(lab: Lab201, kind: str = CSMS_ROOT, status: str = "Accepted") -> None:
    wanted = {"certificateType": kind, "certificate": CERTIFICATE}
    assert await lab.command(INSTALL, wanted, {"status": status}) == wanted


async def installed(lab: Lab201, *kinds: str, algorithm: str = "SHA256", found: bool = True) -> None:
    """The operator asks which certificates there are; the answer is recorded as it was given.

    There is always the root that the station came with: the last one could not be deleted.
    """
    chain: list[dict[str, Any]] = [{"certificateType": CSMS_ROOT, "certificateHashData": hashes("SHA256", "02")}]
    chain += [{"certificateType": kind, "certificateHashData": hashes(algorithm)} for kind in kinds or (CSMS_ROOT,)]
    answer: dict[str, Any] = (
        {"status": "Accepted", "certificateHashDataChain": chain} if found else {"status": "NotFound"}
    )
    wanted = {"certificateType": list(kinds)} if kinds else {}
    assert await lab.command(INSTALLED, wanted, answer) == wanted
    assert (await lab.last_command())["answer"]["payload"] == answer


async def delete(lab: Lab201, algorithm: str = "SHA256", status: str = "Accepted") -> None:
    wanted = {"certificateHashData": hashes(algorithm)}
    assert await lab.command(DELETE, wanted, {"status": status}) == wanted
    (row,) = (row for row in await lab.rows("certificates") if row.get("hash_data") == wanted["certificateHashData"])
    assert row["state"] == ("deleted" if status == "Accepted" else "installed")


@case("TC_M_01_CSMS", "a root certificate of the CSMS is installed", INSTALL, protocol=OCPP201)
async def test_tc_m_01_csms_install_csms_root(lab: Lab201) -> None:
    await install(lab)


@case("TC_M_02_CSMS", "a manufacturer's root certificate is installed", INSTALL, protocol=OCPP201)
async def test_tc_m_02_csms_install_manufacturer_root(lab: Lab201) -> None:
    await install(lab, MANUFACTURER_ROOT)


@case("TC_M_05_CSMS", "a root certificate that cannot be installed", INSTALL, protocol=OCPP201)
async def test_tc_m_05_csms_install_failed(lab: Lab201) -> None:
    await install(lab, status="Failed")


@case("TC_M_13_CSMS", "manufacturers' certificates are listed", INSTALLED, protocol=OCPP201)
async def test_tc_m_13_csms_list_manufacturer_roots(lab: Lab201) -> None:
    await installed(lab, MANUFACTURER_ROOT)


@case("TC_M_18_CSMS", "all certificates are listed", INSTALLED, protocol=OCPP201)
async def test_tc_m_18_csms_list_all(lab: Lab201) -> None:
    await installed(lab)


@case("TC_M_19_CSMS", "there are no certificates of the kind", INSTALLED, protocol=OCPP201)
async def test_tc_m_19_csms_list_nothing(lab: Lab201) -> None:
    await installed(lab, MANUFACTURER_ROOT, found=False)


@case("TC_M_20_CSMS", "a certificate is deleted, by each kind of hash", INSTALL, INSTALLED, DELETE, protocol=OCPP201)
async def test_tc_m_20_csms_delete(lab: Lab201) -> None:
    for algorithm in ("SHA256", "SHA384", "SHA512"):
        await install(lab)
        await installed(lab, CSMS_ROOT, algorithm=algorithm)
        await delete(lab, algorithm)


@case("TC_M_21_CSMS", "a certificate that cannot be deleted", INSTALL, INSTALLED, DELETE, protocol=OCPP201)
async def test_tc_m_21_csms_delete_failed(lab: Lab201) -> None:
    await install(lab)
    await installed(lab, CSMS_ROOT)
    await delete(lab, status="Failed")
