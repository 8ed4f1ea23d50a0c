"""Smart charging in both versions: what was set and accepted, what the station reports, and what others limit."""

import json
from typing import Any

import pytest

from csms.store.dynamo import Item, Store
from tests.kit.calls import counted
from tests.kit.followed import answer, connect, done, send
from tests.kit.frames import OCPP16, OCPP201, Line, at, event, start_16, token
from tests.kit.ocpp_state import add_token, rows


@pytest.fixture(params=[OCPP16, OCPP201])
def charger(request: pytest.FixtureRequest, store: Store) -> Line:
    return connect(Line(store, request.param))


def schedule(limit: float = 16) -> dict[str, Any]:
    return {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}


def profile(
    line: Line, number: int = 1, level: int = 0, purpose: str = "TxDefaultProfile", transaction: Any = None
) -> dict[str, Any]:
    known: dict[str, Any] = {
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        **({"transactionId": transaction} if transaction else {}),
    }
    if line.protocol == OCPP16:
        return {"chargingProfileId": number, **known, "chargingSchedule": schedule()}
    return {"id": number, **known, "chargingSchedule": [{"id": 1, **schedule()}]}


def setting(line: Line, evse_id: int = 1, **more: Any) -> dict[str, Any]:
    if line.protocol == OCPP16:
        return {"connectorId": evse_id, "csChargingProfiles": profile(line, **more)}
    return {"evseId": evse_id, "chargingProfile": profile(line, **more)}


def kept(what: str) -> list[Item]:
    return [row for row in rows("SMART") if row["what"] == what]


def profile_ids() -> set[int]:
    return {int(row["profile_id"]) for row in kept("PROFILE")}


def test_an_accepted_profile_is_kept(charger: Line) -> None:
    command_id = done(charger, "SetChargingProfile", setting(charger))
    (row,) = kept("PROFILE")
    assert (row["evse_id"], row["purpose"], row["stack_level"], row["command_id"]) == (
        1, "TxDefaultProfile", 0, command_id,
    )  # fmt: skip
    assert json.loads(row["document"]) == profile(charger)


@pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
def test_a_rejected_profile_changes_nothing(charger: Line, status: str) -> None:
    done(charger, "SetChargingProfile", setting(charger))
    done(charger, "SetChargingProfile", setting(charger, number=2), {"status": status})
    answer(charger, send(charger, "SetChargingProfile", setting(charger, number=3)), error="NotSupported")
    assert profile_ids() == {1}


def test_the_same_level_and_the_same_id_replace(charger: Line) -> None:
    for number, level in ((1, 0), (2, 1), (3, 0)):
        done(charger, "SetChargingProfile", setting(charger, number=number, level=level))
    assert profile_ids() == {2, 3}
    done(charger, "SetChargingProfile", setting(charger, evse_id=2, number=2, level=5))
    assert {(int(row["profile_id"]), int(row["evse_id"])) for row in kept("PROFILE")} == {(3, 1), (2, 2)}
    done(charger, "SetChargingProfile", setting(charger, evse_id=2, number=2, level=5))
    assert profile_ids() == {2, 3}


def test_profiles_are_cleared(charger: Line) -> None:
    for evse_id, number in ((0, 1), (1, 2), (2, 3)):
        done(charger, "SetChargingProfile", setting(charger, evse_id, number=number))
    old = charger.protocol == OCPP16
    done(charger, "ClearChargingProfile", {"id": 2} if old else {"chargingProfileId": 2})
    assert profile_ids() == {1, 3}
    place = {"connectorId": 0} if old else {"chargingProfileCriteria": {"evseId": 0}}
    done(charger, "ClearChargingProfile", place, {"status": "Unknown"})
    assert profile_ids() == {3}
    answer(charger, send(charger, "ClearChargingProfile", {}), error="InternalError")
    assert profile_ids() == {3}
    done(charger, "ClearChargingProfile", {})
    assert profile_ids() == set()


def test_the_composite_schedule(charger: Line) -> None:
    if charger.protocol == OCPP16:
        asked = {"connectorId": 1, "duration": 3600}
        reply = {"status": "Accepted", "connectorId": 1, "scheduleStart": at(), "chargingSchedule": schedule(12.5)}
    else:
        asked = {"evseId": 1, "duration": 3600}
        known = {"evseId": 1, "duration": 3600, "scheduleStart": at()}
        reply = {"status": "Accepted", "schedule": {**schedule(12.5), **known}}
    done(charger, "GetCompositeSchedule", asked, reply)
    done(charger, "GetCompositeSchedule", asked, {"status": "Rejected"})
    (row,) = kept("COMPOSITE")
    assert (row["evse_id"], row["schedule_start"]) == (1, at())
    assert json.loads(row["document"])["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 12.5}]


# --- what stations of the second version tell -----------------------------------------------------------------------


def test_profiles_are_reported_in_parts(line201: Line) -> None:
    line = connect(Line(line201.store, OCPP201, "CP2"))
    done(line, "GetChargingProfiles", {"chargingProfile": {}})
    for source, tbc in (("CSO", True), ("EMS", False), ("EMS", False)):
        payload = {"requestId": 1, "evseId": 1, "chargingLimitSource": source, "chargingProfile": [profile(line)]}
        with counted() as calls:
            assert line.ask("ReportChargingProfiles", {**payload, "tbc": tbc}) == {}
        assert (calls.reads, calls.writes) == (0, 1)
    found = [row for row in rows("SMART", "CP2") if row["what"] == "REPORT"]
    assert [(row["status"], row["complete"]) for row in found] == [("Accepted", True)]
    parts = [row for row in rows("SMART", "CP2") if row["what"] == "REPORTED"]
    assert {row["source"] for row in parts} == {"CSO", "EMS"}


def test_there_are_no_profiles(store: Store) -> None:
    line = connect(Line(store, OCPP201))
    done(line, "GetChargingProfiles", {"chargingProfile": {}}, {"status": "NoProfiles"})
    (row,) = kept("REPORT")
    assert (row["status"], row["complete"]) == ("NoProfiles", True)


def test_a_limit_of_others_is_known_until_it_is_cleared(line201: Line) -> None:
    said = {"chargingLimit": {"chargingLimitSource": "EMS", "isGridCritical": True}}
    for limit in (10, 8):
        line201.ask("NotifyChargingLimit", {**said, "chargingSchedule": [{"id": 1, **schedule(limit)}]})
    line201.ask("NotifyChargingLimit", {"evseId": 1, "chargingLimit": {"chargingLimitSource": "SO"}})
    station, evse = kept("LIMIT")
    assert (station["evse_id"], station["source"], station["is_grid_critical"]) == (0, "EMS", True)
    assert json.loads(station["document"])[0]["chargingSchedulePeriod"][0]["limit"] == 8
    assert (evse["evse_id"], evse["source"], evse["is_grid_critical"]) == (1, "SO", False)
    for _ in range(2):
        assert line201.ask("ClearedChargingLimit", {"chargingLimitSource": "EMS"}) == {}
    assert [row["source"] for row in kept("LIMIT")] == ["SO"]
    line201.ask("ClearedChargingLimit", {"chargingLimitSource": "SO", "evseId": 1})
    assert kept("LIMIT") == []
    assert {row["action"] for row in rows("EVENT")} == {"NotifyChargingLimit", "ClearedChargingLimit"}


def test_what_an_ev_needs(line201: Line, store: Store) -> None:
    add_token(store, "CARD1")
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": {"evMaxCurrent": 200, "evMaxVoltage": 400}}
    line201.ask("TransactionEvent", event("Started", 0, 0, idToken=token(), evse={"id": 1}))
    for evse_id in (1, 2):
        asked = {"evseId": evse_id, "chargingNeeds": needs}
        assert line201.ask("NotifyEVChargingNeeds", asked) == {"status": "Rejected"}
    first, second = kept("NEEDS")
    assert (first["transaction_id"], json.loads(first["document"])) == ("tx-1", needs)
    assert "transaction_id" not in second


@pytest.mark.parametrize(("limit", "status"), [(16, "Accepted"), (17, "Rejected")])
def test_the_plan_of_an_ev_is_held_against_its_profile(store: Store, limit: int, status: str) -> None:
    line = connect(Line(store, OCPP201))
    plan = {"evseId": 1, "timeBase": at(), "chargingSchedule": {"id": 1, **schedule(limit)}}
    assert line.ask("NotifyEVChargingSchedule", plan) == {"status": "Accepted"}
    done(line, "SetChargingProfile", setting(line, purpose="TxProfile", transaction="tx-1"))
    assert line.ask("NotifyEVChargingSchedule", plan) == {"status": status}
    assert [row["status"] for row in kept("PLAN")] == [status]


def test_a_profile_of_a_transaction_ends_those_of_the_one_before(store: Store) -> None:
    line = connect(Line(store, OCPP16))
    for number, seconds in ((1, 0), (2, 900)):
        transaction_id = line.ask("StartTransaction", start_16(seconds, meter=1000 + seconds))["transactionId"]
        asked = setting(line, number=number, level=number, purpose="TxProfile", transaction=transaction_id)
        done(line, "SetChargingProfile", asked)
    assert profile_ids() == {2}
