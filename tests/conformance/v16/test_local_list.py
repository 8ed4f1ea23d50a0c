"""1.6: the local authorisation list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.lab import VALID
from tests.conformance.registry import OCPP16, case

if TYPE_CHECKING:
    from tests.conformance.lab16 import Lab16

pytestmark = pytest.mark.e2e
VERSION, SEND = "GetLocalListVersion", "SendLocalList"


async def version(lab: Lab16, known: int) -> None:
    assert await lab.command(VERSION, {}, {"listVersion": known}) == {}
    assert (await lab.last_command())["answer"]["payload"] == {"listVersion": known}


async def send(lab: Lab16, status: str, kind: str = "Full", list_version: int = 1) -> None:
    entries: list[dict[str, Any]] = [{"idTag": VALID, "idTagInfo": {"status": "Accepted"}}]
    wanted = {"listVersion": list_version, "updateType": kind, "localAuthorizationList": entries}
    assert await lab.command(SEND, wanted, {"status": status}) == wanted


@case("TC_042_1_CSMS", "the list's version where there are no lists", VERSION, protocol=OCPP16)
async def test_tc_042_1_csms_version_not_supported(lab: Lab16) -> None:
    await version(lab, -1)


@case("TC_042_2_CSMS", "the version of an empty list", VERSION, protocol=OCPP16)
async def test_tc_042_2_csms_version_empty(lab: Lab16) -> None:
    await version(lab, 0)


@case("TC_043_1_CSMS", "a list is sent where there are no lists", SEND, protocol=OCPP16)
async def test_tc_043_1_csms_send_not_supported(lab: Lab16) -> None:
    await send(lab, "NotSupported")


@case("TC_043_3_CSMS", "a list that the charge point cannot take", SEND, protocol=OCPP16)
async def test_tc_043_3_csms_send_failed(lab: Lab16) -> None:
    await send(lab, "Failed")


@case("TC_043_4_CSMS", "a whole list is sent", SEND, protocol=OCPP16)
async def test_tc_043_4_csms_send_full(lab: Lab16) -> None:
    await send(lab, "Accepted")


@case("TC_043_5_CSMS", "changes of a list are sent", VERSION, SEND, protocol=OCPP16)
async def test_tc_043_5_csms_send_differential(lab: Lab16) -> None:
    await version(lab, 1)
    await send(lab, "Accepted", "Differential", 2)
