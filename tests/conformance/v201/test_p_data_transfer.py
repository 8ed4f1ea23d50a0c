"""2.0.1 P: messages and data of vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.lab import now
from tests.conformance.registry import OCPP201, case

if TYPE_CHECKING:
    from tests.conformance.lab201 import Lab201

pytestmark = pytest.mark.e2e
CUSTOM: dict[str, Any] = {"customData": {"vendorId": "org.example.conformance", "Odd_Name": [1, {"deep": True}]}}


@case("TC_P_02_CSMS", "a message of a vendor that is not known here", "DataTransfer", protocol=OCPP201)
async def test_tc_p_02_csms_unknown_vendor(lab: Lab201) -> None:
    sent = {"vendorId": "org.example.conformance", "messageId": "Question", "data": {"answer": 42}}
    answer = await lab.station.call("DataTransfer", sent)
    assert answer["status"] in {"Rejected", "UnknownMessageId", "UnknownVendorId"}
    assert await lab.events("DataTransfer") == [sent]


@case("TC_P_03_CSMS", "data of a vendor in other messages", protocol=OCPP201)
async def test_tc_p_03_csms_custom_data(lab: Lab201) -> None:
    status = {"timestamp": now(), "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}
    assert await lab.station.call("StatusNotification", status | CUSTOM) == {}
    assert (await lab.shown_status(1))["status"] == "Occupied"
    transaction = lab.transaction()
    assert await transaction.event("CablePluggedIn", info=CUSTOM, **CUSTOM) == {}
    assert await transaction.shown()
