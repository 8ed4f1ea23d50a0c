"""1.6: reading and changing configuration keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.registry import OCPP16, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e
GET, CHANGE = "GetConfiguration", "ChangeConfiguration"
SETTINGS = {"HeartbeatInterval": "300", "MeterValueSampleInterval": "60", "NumberOfConnectors": "2"}


def keys(*names: str) -> list[dict[str, object]]:
    return [{"key": name, "readonly": name == "NumberOfConnectors", "value": SETTINGS[name]} for name in names]


@case("TC_019_1_CSMS", "every configuration key is read", GET, protocol=OCPP16)
async def test_tc_019_1_csms_get_all_keys(lab: Lab16) -> None:
    assert await lab.command(GET, {}, {"configurationKey": keys(*SETTINGS)}) == {}
    assert await lab.variables() == SETTINGS


@case("TC_019_2_CSMS", "one configuration key is read", GET, protocol=OCPP16)
async def test_tc_019_2_csms_get_one_key(lab: Lab16) -> None:
    wanted = {"key": ["SupportedFeatureProfiles"]}
    entry = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,RemoteTrigger"}
    assert await lab.command(GET, wanted, {"configurationKey": [entry], "unknownKey": []}) == wanted
    assert (await lab.variables())["SupportedFeatureProfiles"] == "Core,RemoteTrigger"


@case("TC_021_CSMS", "a configuration key is changed", CHANGE, protocol=OCPP16)
async def test_tc_021_csms_change_key(lab: Lab16) -> None:
    await change(lab, "MeterValueSampleInterval", "60", "Accepted")


@case("TC_040_1_CSMS", "a configuration key that the charge point does not know", CHANGE, protocol=OCPP16)
async def test_tc_040_1_csms_change_unknown_key(lab: Lab16) -> None:
    await change(lab, "NoSuchKey", "1", "NotSupported")


@case("TC_040_2_CSMS", "a value that a configuration key cannot have", CHANGE, protocol=OCPP16)
async def test_tc_040_2_csms_change_to_wrong_value(lab: Lab16) -> None:
    await change(lab, "MeterValueSampleInterval", "-1", "Rejected")


async def change(lab: Lab16, key: str, value: str, status: str) -> None:
    wanted = {"key": key, "value": value}
    assert await lab.command(CHANGE, wanted, {"status": status}) == wanted
