"""EVSE status from OCPP connector status."""

import pytest

from csms.ocpi.enums import values
from csms.ocpi.status import combined, evse_status


@pytest.mark.parametrize(
    ("connector_status", "idle", "busy"),
    [
        ("Available", "AVAILABLE", "CHARGING"),
        ("Preparing", "AVAILABLE", "CHARGING"),
        ("Occupied", "AVAILABLE", "CHARGING"),
        ("Charging", "CHARGING", "CHARGING"),
        ("SuspendedEV", "CHARGING", "CHARGING"),
        ("SuspendedEVSE", "CHARGING", "CHARGING"),
        ("Finishing", "CHARGING", "CHARGING"),
        ("Reserved", "RESERVED", "RESERVED"),
        ("Unavailable", "INOPERATIVE", "INOPERATIVE"),
        ("Faulted", "OUTOFORDER", "OUTOFORDER"),
        ("Dreaming", "UNKNOWN", "UNKNOWN"),
    ],
)
def test_every_status_of_both_versions(connector_status: str, idle: str, busy: str) -> None:
    assert evse_status(connector_status, in_transaction=False) == idle
    assert evse_status(connector_status, in_transaction=True) == busy
    assert evse_status(connector_status, in_transaction=True, connected=False) == "UNKNOWN"
    assert {idle, busy} <= values("Status", "2.2.1")


@pytest.mark.parametrize("plugged_in", ["Preparing", "Occupied"])
def test_a_cable_without_a_session_counts_as_configured(plugged_in: str) -> None:
    assert evse_status(plugged_in, in_transaction=False, plugged_in_idle="CHARGING") == "CHARGING"
    assert evse_status(plugged_in, in_transaction=False, plugged_in_idle="BLOCKED") == "BLOCKED"


def test_one_connector_in_use_occupies_the_evse() -> None:
    assert combined(["AVAILABLE", "CHARGING"]) == "CHARGING"
    assert combined(["OUTOFORDER", "AVAILABLE"]) == "AVAILABLE"
    assert combined(["OUTOFORDER", "INOPERATIVE"]) == "INOPERATIVE"
    assert combined([]) == "UNKNOWN"
