"""Passwords and keys among a charger's settings are kept nowhere, in whichever shape they are told."""

from typing import Any

import pytest

from csms.domain.secrecy import HIDDEN, is_secret, without_secrets


@pytest.mark.parametrize(
    "name",
    ["AuthorizationKey", "BasicAuthPassword", "VpnPassword", "APN_Password", "Wifi.PreSharedKey", "clientSecret"],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["HeartbeatInterval", "AuthorizeRemoteTxRequests", "SecurityProfile", "MaxKeys", None])
def test_other_names(name: Any) -> None:
    assert not is_secret(name)


def test_the_configuration_of_1_6() -> None:
    answer = {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": "AB12"},
            {"key": "A", "value": "b"},
        ]
    }
    hidden = {"key": "AuthorizationKey", "readonly": False, "value": HIDDEN}
    assert without_secrets(answer) == {"configurationKey": [hidden, {"key": "A", "value": "b"}]}


def test_the_variables_of_2_0_1() -> None:
    variable = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    answer = {"getVariableResult": [{**variable, "attributeStatus": "Accepted", "attributeValue": "pw"}]}
    assert without_secrets(answer)["getVariableResult"][0]["attributeValue"] == HIDDEN
    report = {"reportData": [{**variable, "variableAttribute": [{"type": "Actual", "value": "pw"}, "odd"]}]}
    assert without_secrets(report)["reportData"][0]["variableAttribute"] == [{"type": "Actual", "value": HIDDEN}]


@pytest.mark.parametrize(
    "document", [None, 5, "text", [], {"variable": "BasicAuthPassword"}, {"key": None, "value": 1}]
)
def test_other_documents_stay_as_they_are(document: Any) -> None:
    assert without_secrets(document) == document


def test_a_network_profile() -> None:
    vpn = {"server": "s", "user": "u", "password": "p", "key": "shared", "type": "IPSec"}
    profile = {"apn": {"apn": "a", "apnPassword": "p", "simPin": 1234}, "vpn": vpn, "securityProfile": 2}
    assert without_secrets(profile) == {
        "apn": {"apn": "a", "apnPassword": HIDDEN, "simPin": HIDDEN},
        "vpn": {**vpn, "password": HIDDEN, "key": HIDDEN},
        "securityProfile": 2,
    }
