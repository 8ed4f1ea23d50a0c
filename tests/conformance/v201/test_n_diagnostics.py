"""2.0.1 N: logs, and what the station holds of a customer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.lab import now
from tests.conformance.lab201 import Lab201, token
from tests.conformance.registry import OCPP201, case

pytestmark = pytest.mark.e2e
LOG, LOG_STATUS, CUSTOMER, NOTIFY = (
    "GetLog", "LogStatusNotification", "CustomerInformation", "NotifyCustomerInformation",
)  # fmt: skip


async def log(lab: Lab201, kind: str, status: str = "Accepted", request_id: int = 25) -> None:
    location = {"remoteLocation": "https://files.example.org/upload"}
    wanted = {"logType": kind, "requestId": request_id, "log": location}
    assert await lab.command(LOG, wanted, {"status": status}) == wanted


async def reports(lab: Lab201, *statuses: str, request_id: int = 25) -> None:
    """The station tells how the upload goes; each report is answered and kept."""
    for status in statuses:
        told = {"status": status, "requestId": request_id}
        assert await lab.station.call(LOG_STATUS, told) == {}
        assert (await lab.events(LOG_STATUS))[0] == told


@case("TC_N_25_CSMS", "the diagnostics log is uploaded", LOG, LOG_STATUS, protocol=OCPP201)
async def test_tc_n_25_csms_diagnostics_log(lab: Lab201) -> None:
    await log(lab, "DiagnosticsLog")
    await reports(lab, "Uploading", "Uploaded")
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_N_34_CSMS", "the station rejects a request for its log", LOG, protocol=OCPP201)
async def test_tc_n_34_csms_log_rejected(lab: Lab201) -> None:
    await log(lab, "DiagnosticsLog", "Rejected")
    assert await lab.jobs() == ["REJECTED"]


@case("TC_N_35_CSMS", "the security log is uploaded", LOG, LOG_STATUS, protocol=OCPP201)
async def test_tc_n_35_csms_security_log(lab: Lab201) -> None:
    await log(lab, "SecurityLog")
    await reports(lab, "Uploading", "Uploaded")
    assert await lab.jobs() == ["SUCCEEDED"]


@case("TC_N_36_CSMS", "a second request for a log takes the place of the first", LOG, LOG_STATUS, protocol=OCPP201)
async def test_tc_n_36_csms_second_log(lab: Lab201) -> None:
    await log(lab, "DiagnosticsLog")
    await reports(lab, "Uploading")
    await log(lab, "DiagnosticsLog", "AcceptedCanceled", request_id=26)
    await reports(lab, "AcceptedCanceled")
    await reports(lab, "Uploading", "Uploaded", request_id=26)
    assert await lab.jobs() == ["CANCELLED", "SUCCEEDED"]


async def customer(lab: Lab201, *, report: bool, clear: bool, status: str = "Accepted", **who: Any) -> None:
    wanted = {"requestId": 27, "report": report, "clear": clear, **(who or {"idToken": token()})}
    assert await lab.command(CUSTOMER, wanted, {"status": status}) == wanted


async def told(lab: Lab201, data: str) -> None:
    """The station tells what it holds, in one part."""
    part = {"requestId": 27, "seqNo": 0, "generatedAt": now(), "tbc": False, "data": data}
    assert await lab.station.call(NOTIFY, part) == {}
    known = await lab.operator.call("GET", f"{lab.path}/customer-information/27")
    assert (known["data"], known["complete"]) == (data, True)


@case("TC_N_27_CSMS", "what the station holds of a customer", CUSTOMER, NOTIFY, protocol=OCPP201)
async def test_tc_n_27_csms_report(lab: Lab201) -> None:
    await customer(lab, report=True, clear=False)
    await told(lab, "cached card")


@case("TC_N_28_CSMS", "the station holds nothing of a customer", CUSTOMER, NOTIFY, protocol=OCPP201)
async def test_tc_n_28_csms_report_of_nothing(lab: Lab201) -> None:
    await customer(lab, report=True, clear=False)
    await told(lab, "")


@case("TC_N_29_CSMS", "the station does not tell what it holds of a customer", CUSTOMER, protocol=OCPP201)
async def test_tc_n_29_csms_report_rejected(lab: Lab201) -> None:
    await customer(lab, report=True, clear=False, status="Rejected")


@case("TC_N_30_CSMS", "what the station held of a customer is told and removed", CUSTOMER, NOTIFY, protocol=OCPP201)
async def test_tc_n_30_csms_clear_and_report(lab: Lab201) -> None:
    await customer(lab, report=True, clear=True)
    await told(lab, "cached card")


@case("TC_N_31_CSMS", "there was nothing of a customer to remove", CUSTOMER, NOTIFY, protocol=OCPP201)
async def test_tc_n_31_csms_clear_nothing(lab: Lab201) -> None:
    await customer(lab, report=True, clear=True)
    await told(lab, "")


@case("TC_N_32_CSMS", "what the station held of a customer is removed", CUSTOMER, protocol=OCPP201)
async def test_tc_n_32_csms_clear(lab: Lab201) -> None:
    await customer(lab, report=False, clear=True)


@case("TC_N_62_CSMS", "a customer who is named by an identifier", CUSTOMER, NOTIFY, protocol=OCPP201)
async def test_tc_n_62_csms_clear_by_identifier(lab: Lab201) -> None:
    await customer(lab, report=True, clear=True, customerIdentifier="OpenChargeAlliance")
    await told(lab, "account")
