"""Charging profiles: which may be set, which replace or clear which, limits of one decimal, plans within limits."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from csms.domain import charging_profiles as rules
from csms.domain.charging_profiles import Place

PURPOSES = [
    "ChargePointMaxProfile", "ChargingStationMaxProfile", "ChargingStationExternalConstraints", "TxDefaultProfile",
    "TxProfile",
]  # fmt: skip


def schedule(*periods: tuple[int, Any], unit: str = "A", **more: Any) -> dict[str, Any]:
    rows = [{"startPeriod": start, "limit": limit} for start, limit in periods]
    return {"chargingRateUnit": unit, "chargingSchedulePeriod": rows, **more}


def profile(**more: Any) -> dict[str, Any]:
    known = {
        "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule((0, 16))],
    }  # fmt: skip
    return {**known, **more}


@pytest.mark.parametrize(("purpose", "evse_id", "transaction"), list(product(PURPOSES, [0, 1], [None, "tx"])))
def test_purposes_have_their_places(purpose: str, evse_id: int, transaction: str | None) -> None:
    more = {"transactionId": transaction} if transaction else {}
    allowed = {
        "ChargePointMaxProfile": evse_id == 0 and not transaction,
        "ChargingStationMaxProfile": evse_id == 0 and not transaction,
        "ChargingStationExternalConstraints": False,
        "TxDefaultProfile": not transaction,
        "TxProfile": evse_id == 1 and bool(transaction),
    }
    found = rules.faults(evse_id, profile(chargingProfilePurpose=purpose, **more))
    assert (not found) == allowed[purpose]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"chargingProfileKind": "Recurring"}, "recurrencyKind"),
        ({"recurrencyKind": "Daily"}, "recurrencyKind"),
        (
            {"chargingProfileKind": "Relative", "chargingSchedule": schedule((0, 1), startSchedule="x")},
            "chargingSchedule.startSchedule",
        ),
        ({"chargingSchedule": schedule((5, 1))}, "chargingSchedule.chargingSchedulePeriod"),
        ({"chargingSchedule": schedule()}, "chargingSchedule.chargingSchedulePeriod"),
        ({"chargingSchedule": [schedule((0, 1), (60, 2), (60, 3))]}, "chargingSchedule.chargingSchedulePeriod"),
    ],
)
def test_what_may_not_be_set(more: dict[str, Any], field: str) -> None:
    assert [name for name, _ in rules.faults(0, profile(**more))] == [field]


@pytest.mark.parametrize(
    "more",
    [
        {"chargingProfileKind": "Recurring", "recurrencyKind": "Weekly"},
        {"chargingProfileKind": "Relative"},
        {"chargingSchedule": schedule((0, 16), (60, 8))},
    ],
)
def test_what_may_be_set(more: dict[str, Any]) -> None:
    assert rules.faults(0, profile(**more)) == []


OLD = Place(1, 1, "TxDefaultProfile", 3)


@pytest.mark.parametrize(
    ("new", "old", "replaced"),
    [
        (Place(2, 1, "TxDefaultProfile", 3), OLD, True),
        (Place(1, 2, "TxProfile", 9, "t"), OLD, True),
        (Place(2, 2, "TxDefaultProfile", 3), OLD, False),
        (Place(2, 1, "TxDefaultProfile", 4), OLD, False),
        (Place(2, 1, "TxProfile", 3, "t"), OLD, False),
        (Place(2, 1, "TxProfile", 0, "t2"), Place(1, 1, "TxProfile", 5, "t1"), True),
        (Place(2, 1, "TxProfile", 0, "t1"), Place(1, 1, "TxProfile", 5, "t1"), False),
    ],
)
def test_what_replaces_what(new: Place, old: Place, replaced: bool) -> None:
    assert new.replaces(old) is replaced


@pytest.mark.parametrize(
    ("request_16", "request_2x", "cleared"),
    [
        ({}, {}, True),
        ({"id": 1}, {"chargingProfileId": 1}, True),
        ({"id": 2}, {"chargingProfileId": 2}, False),
        ({"id": 1, "connectorId": 9}, {"chargingProfileId": 1, "chargingProfileCriteria": {"evseId": 9}}, True),
        ({"connectorId": 1}, {"chargingProfileCriteria": {"evseId": 1}}, True),
        ({"connectorId": 0}, {"chargingProfileCriteria": {"evseId": 0}}, False),
        ({"stackLevel": 3}, {"chargingProfileCriteria": {"stackLevel": 3}}, True),
        ({"stackLevel": 0}, {"chargingProfileCriteria": {"stackLevel": 0}}, False),
        (
            {"chargingProfilePurpose": "TxProfile"},
            {"chargingProfileCriteria": {"chargingProfilePurpose": "TxProfile"}},
            False,
        ),
    ],
)
def test_what_is_cleared(request_16: dict[str, Any], request_2x: dict[str, Any], cleared: bool) -> None:
    assert rules.is_cleared(OLD, request_16) is cleared
    assert rules.is_cleared(OLD, request_2x) is cleared


def test_both_versions_name_the_same_place() -> None:
    old = {"chargingProfileId": 4, "stackLevel": 2, "chargingProfilePurpose": "TxProfile", "transactionId": 77}
    assert rules.place_of(1, old) == Place(4, 1, "TxProfile", 2, "77")
    assert rules.place_of(0, profile()) == Place(1, 0, "TxDefaultProfile", 0)


def test_limits_are_cut_to_one_decimal_and_never_raised() -> None:
    cut = rules.rounded(profile(chargingSchedule=[schedule((0, Decimal("16.29")), minChargingRate=Decimal("6.05"))]))
    (found,) = cut["chargingSchedule"]
    assert (found["chargingSchedulePeriod"][0]["limit"], found["minChargingRate"]) == (Decimal("16.2"), Decimal("6.0"))
    assert rules.rounded({"limit": 16, "other": Decimal("1.23")}) == {"limit": 16, "other": Decimal("1.23")}


@pytest.mark.parametrize(
    ("plan", "limit", "within"),
    [
        (schedule((0, 10)), schedule((0, 10)), True),
        (schedule((0, 11)), schedule((0, 10)), False),
        (schedule((0, 10)), schedule((0, 10), (60, 5)), False),
        (schedule((0, 10), (60, 5)), schedule((0, 10), (60, 5)), True),
        (schedule((0, 10), (61, 5)), schedule((0, 10), (60, 5)), False),
        (schedule((0, 5), (30, Decimal("10.1"))), schedule((0, 10)), False),
        (schedule((0, 99)), schedule((0, 10), unit="W"), True),
    ],
)
def test_plans_within_limits(plan: dict[str, Any], limit: dict[str, Any], within: bool) -> None:
    assert rules.stays_within(plan, limit) is within
