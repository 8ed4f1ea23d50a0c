"""The Session document and its PATCH."""

from decimal import Decimal
from typing import Any

import pytest

from csms.ocpi import render
from csms.ocpi.conformance import problems
from csms.ocpi.fields import Version
from csms.ocpi.session import finished_periods, session_patch
from tests.unit.ocpi import samples
from tests.unit.ocpi.samples import HOUR, NOW, TIME, cost_of, session


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize(
    "document",
    [
        session(status="PENDING"),
        session(cost=cost_of()),
        session(status="COMPLETED", end=NOW + HOUR, cost=cost_of(), meter_id="M1"),
        session(status="RESERVATION", evse_uid=None, connector_id=None),
    ],
)
def test_sessions_of_every_state_conform(document: dict[str, Any], version: Version) -> None:
    assert problems("Session", render.session(document, version), version) == []


def test_a_session_without_cost_says_nothing_about_cost() -> None:
    assert session() == {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "S1",
        "start_date_time": TIME,
        "kwh": Decimal(0),
        "cdr_token": samples.cdr_token(),
        "auth_method": "COMMAND",
        "authorization_reference": "A-1",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "status": "ACTIVE",
        "last_updated": TIME,
    }


def test_cost_brings_energy_total_and_periods() -> None:
    document = session(cost=cost_of())
    assert document["kwh"] == 10
    # 10 kWh at 0.59, the fee of 1.19, half an hour at 2.00: all with 19 % in them.
    assert document["total_cost"]["before_taxes"] + document["total_cost"]["taxes"][0]["amount"] == Decimal("8.09")
    assert [period["dimensions"] for period in document["charging_periods"]] == [
        [{"type": "ENERGY", "volume": 10}, {"type": "TIME", "volume": 1}],
        [{"type": "PARKING_TIME", "volume": Decimal("0.5")}],
    ]
    assert session(cost=cost_of(), energy_wh=Decimal(12_345))["kwh"] == Decimal("12.345")


def test_a_reservation_of_any_evse_has_none() -> None:
    document = session(evse_uid=None, connector_id=None)
    assert (document["evse_uid"], document["connector_id"]) == ("#NA", "#NA")


def test_a_patch_tells_what_changed_and_how_far_it_is() -> None:
    before = session(energy_wh=Decimal(1000))
    after = session(energy_wh=Decimal(1000), status="COMPLETED", end=NOW + HOUR, now=NOW + HOUR)
    assert session_patch(before, after) == {
        "end_date_time": after["end_date_time"],
        "kwh": 1,
        "status": "COMPLETED",
        "last_updated": after["last_updated"],
    }


def test_a_patch_appends_only_new_periods() -> None:
    whole = session(cost=cost_of())
    running = finished_periods(whole)
    assert len(running["charging_periods"]) == 1
    first = session_patch(session(), running)
    assert first is not None
    assert first["charging_periods"] == whole["charging_periods"][:1]
    second = session_patch(running, whole)
    assert second is not None
    assert second["charging_periods"] == whole["charging_periods"][1:]
    third = session_patch(whole, whole)
    assert third is not None
    assert set(third) == {"kwh", "total_cost", "last_updated"}


def test_the_first_period_still_grows_and_is_not_told() -> None:
    one = {**session(), "charging_periods": session(cost=cost_of())["charging_periods"][:1]}
    assert "charging_periods" not in finished_periods(one)
    assert finished_periods(session()) == session()


def test_what_a_patch_cannot_say_needs_a_put() -> None:
    whole = session(cost=cost_of())
    rewritten = {**whole, "charging_periods": [whole["charging_periods"][1]]}
    assert session_patch(whole, rewritten) is None
    assert session_patch(whole, session()) is None
    assert session_patch(session(meter_id="M1"), session()) is None
