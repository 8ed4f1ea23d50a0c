"""2.0.1 A: passwords, TLS, certificates, the security profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.conformance.registry import CLIENT_CERTIFICATES, OCPP201, TLS, case

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
SET = "SetVariables"
NEW_PASSWORD = "another-conformance-password"


@case("TC_A_01_CSMS", "identity and password at the handshake", protocol=OCPP201, boots=False)
async def test_tc_a_01_csms_basic_authentication(lab: Lab201) -> None:
    await lab.station.connect()
    await lab.boot()


@case("TC_A_02_CSMS", "a user name that is not the station's identity", protocol=OCPP201, boots=False)
async def test_tc_a_02_csms_wrong_user(lab: Lab201) -> None:
    await refused(lab, user=f"{lab.station.identity}Invalid")


@case("TC_A_03_CSMS", "a wrong password", protocol=OCPP201, boots=False)
async def test_tc_a_03_csms_wrong_password(lab: Lab201) -> None:
    await refused(lab, password="not-the-right-password")


async def refused(lab: Lab201, **credentials: str) -> None:
    with pytest.raises(InvalidStatus) as handshake:
        await lab.station.connect(**credentials)
    assert handshake.value.response.status_code == 401
    await lab.is_offline()


@case("TC_A_04_CSMS", "the server's certificate", TLS, protocol=OCPP201, boots=False)
async def test_tc_a_04_csms_server_certificate(lab: Lab201) -> None:
    pytest.fail("there is TLS now: this case must be written")


@case("TC_A_06_CSMS", "a TLS version that is too old", TLS, protocol=OCPP201, boots=False)
async def test_tc_a_06_csms_old_tls(lab: Lab201) -> None:
    pytest.fail("there is TLS now: this case must be written")


@case("TC_A_07_CSMS", "the station's own certificate", CLIENT_CERTIFICATES, TLS, protocol=OCPP201, boots=False)
async def test_tc_a_07_csms_client_certificate(lab: Lab201) -> None:
    pytest.fail("there are client certificates now: this case must be written")


@case("TC_A_08_CSMS", "a station's certificate that is wrong", CLIENT_CERTIFICATES, TLS, protocol=OCPP201, boots=False)
async def test_tc_a_08_csms_wrong_client_certificate(lab: Lab201) -> None:
    pytest.fail("there are client certificates now: this case must be written")


async def new_password(lab: Lab201, status: str) -> None:
    variable = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    wanted: dict[str, Any] = {"setVariableData": [{**variable, "attributeValue": NEW_PASSWORD}]}
    answer = {"setVariableResult": [{**variable, "attributeStatus": status}]}
    assert await lab.command(SET, wanted, answer) == wanted
    assert NEW_PASSWORD not in str(await lab.last_command())
    await lab.station.close()


@case("TC_A_09_CSMS", "the station takes a new password", SET, protocol=OCPP201)
async def test_tc_a_09_csms_new_password(lab: Lab201) -> None:
    await new_password(lab, "Accepted")
    await refused(lab)
    await lab.station.connect(password=NEW_PASSWORD)
    await lab.boot()


@case("TC_A_10_CSMS", "the station rejects a new password and keeps the old one", SET, protocol=OCPP201)
async def test_tc_a_10_csms_new_password_rejected(lab: Lab201) -> None:
    await new_password(lab, "Rejected")
    await refused(lab, password=NEW_PASSWORD)
    await lab.station.connect()
    await lab.boot()


async def renewed(lab: Lab201, status: str) -> None:
    trigger = ("TriggerMessage", "SignChargingStationCertificate")
    await lab.certificate(trigger, status, certificateType="ChargingStationCertificate")


@case(
    "TC_A_11_CSMS", "the station's certificate is renewed",
    "TriggerMessage", "SignCertificate", "CertificateSigned", CLIENT_CERTIFICATES, protocol=OCPP201,
)  # fmt: skip
async def test_tc_a_11_csms_renew_certificate(lab: Lab201) -> None:
    await renewed(lab, "Accepted")


@case(
    "TC_A_14_CSMS", "the station refuses its new certificate",
    "TriggerMessage", "SignCertificate", "CertificateSigned", CLIENT_CERTIFICATES, protocol=OCPP201,
)  # fmt: skip
async def test_tc_a_14_csms_refused_certificate(lab: Lab201) -> None:
    await renewed(lab, "Rejected")


@case("TC_A_19_CSMS", "the station moves to a higher security profile", "SetNetworkProfile", TLS, protocol=OCPP201)
async def test_tc_a_19_csms_higher_profile(lab: Lab201) -> None:
    pytest.fail("there are network profiles and TLS now: this case must be written")
