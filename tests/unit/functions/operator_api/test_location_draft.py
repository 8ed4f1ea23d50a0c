from __future__ import annotations

from typing import Any

import pytest

from csms import contract
from functions.operator_api.location_draft import draft

NOW = "2026-07-01T12:00:00.000Z"
BEFORE = "2026-06-01T12:00:00.000Z"


@pytest.fixture(autouse=True)
def own_party(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_COUNTRY_CODE, "DE")
    monkeypatch.setenv(contract.ENV_PARTY_ID, "CSM")


def evse(**more: Any) -> dict[str, Any]:
    return {"uid": "E1", "charger_id": "CP1", "ocpp_evse_id": 1, "connectors": [{"id": "1"}], **more}


def stored(**more: Any) -> dict[str, Any]:
    connectors = [{"id": "1", "last_updated": BEFORE}]
    return {"evses": {"E1": {**evse(connectors=connectors), "last_updated": BEFORE, "status": "CHARGING", **more}}}


def only(body: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    made = draft({"evses": [body]}, "L1", before, NOW)
    return made.by_uid["E1"]


def test_ids_are_filled_in() -> None:
    made = draft({"name": "Market"}, "L1", None, NOW)

    assert made.location == {
        "country_code": "DE", "party_id": "CSM", "id": "L1", "name": "Market", "last_updated": NOW
    }  # fmt: skip
    assert made.evses == []


def test_a_new_evse_of_a_charger_is_unknown_until_the_charger_told() -> None:
    assert only(evse(status="AVAILABLE"))["status"] == "UNKNOWN"


def test_an_evse_without_charger_has_the_status_that_is_said() -> None:
    without = {"uid": "E1", "connectors": [{"id": "1"}]}

    assert only({**without, "status": "AVAILABLE"})["status"] == "AVAILABLE"
    assert only(without)["status"] == "UNKNOWN"


def test_the_charger_says_what_the_status_is() -> None:
    kept = only(evse(status="AVAILABLE"), stored(status_at=BEFORE))

    assert (kept["status"], kept["status_at"]) == ("CHARGING", BEFORE)


def test_another_charger_has_another_status() -> None:
    assert only(evse(charger_id="CP2"), stored())["status"] == "UNKNOWN"


@pytest.mark.parametrize("status", ["PLANNED", "REMOVED"])
def test_the_operator_says_what_is_not_there(status: str) -> None:
    assert only(evse(status=status), stored())["status"] == status
    assert only(evse(status="AVAILABLE"), stored(status=status))["status"] == "UNKNOWN"


def test_times_change_with_what_they_are_the_times_of() -> None:
    same = only(evse(), stored())
    moved = only(evse(floor_level="-1"), stored())
    wired = only(evse(connectors=[{"id": "1", "max_voltage": 400}]), stored())

    assert (same["last_updated"], same["connectors"][0]["last_updated"]) == (BEFORE, BEFORE)
    assert (moved["last_updated"], moved["connectors"][0]["last_updated"]) == (NOW, BEFORE)
    assert (wired["last_updated"], wired["connectors"][0]["last_updated"]) == (NOW, NOW)
