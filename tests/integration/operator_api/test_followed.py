"""Commands that open something: their numbers, what is followed of them, and where it is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from csms.domain.times import format_time
from csms.store import chargers, charging_profiles, commands

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Answer, Api

NOW = datetime.now(UTC)
LOG = {"log": {"remoteLocation": "https://x.example/u"}, "logType": "DiagnosticsLog"}
FIRMWARE = {"location": "https://x.example/f", "retrieveDate": "2026-11-20T12:00:00Z"}


@pytest.fixture(autouse=True)
def station(store: Store) -> None:
    store.commit(chargers.registered("CP1", NOW, firmware_version="1.0"))
    store.commit(chargers.connected("CP1", {"connection_id": "c1", "protocol": "ocpp1.6"}, NOW))


def send(api: Api, action: str, payload: Any, key: str | None = None, **more: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else None
    return api("POST", "stations/CP1/commands", {"action": action, "payload": payload, **more}, headers=headers)


def use(store: Store, protocol: str) -> None:
    store.commit(chargers.connected("CP1", {"connection_id": "c1", "protocol": protocol}, NOW))


def jobs(api: Api) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api("GET", "stations/CP1/jobs").body["items"]
    return items


def test_a_request_id_that_is_left_out_is_drawn(api: Api) -> None:
    first, second = send(api, "GetLog", LOG), send(api, "GetLog", LOG)
    assert [answer.body["payload"]["requestId"] for answer in (first, second)] == [1, 2]
    assert [(job["job_kind"], job["request_id"], job["state"]) for job in jobs(api)] == [
        ("log", 2, "REQUESTED"),
        ("log", 1, "REQUESTED"),
    ]


def test_a_request_id_that_is_given_is_kept_and_used_once(api: Api) -> None:
    assert send(api, "GetLog", {**LOG, "requestId": 77}).body["payload"]["requestId"] == 77
    again = send(api, "GetLog", {**LOG, "requestId": 77})
    assert (again.status, len(jobs(api))) == (409, 1)


def test_the_same_key_draws_no_second_number(api: Api) -> None:
    first, again = send(api, "GetLog", LOG, "k"), send(api, "GetLog", LOG, "k")
    assert (again.status, again.body["command_id"]) == (202, first.body["command_id"])
    assert len(jobs(api)) == 1
    assert send(api, "GetLog", {**LOG, "requestId": 9}, "k").status == 422


def test_a_firmware_job_knows_what_must_come_of_it(api: Api, store: Store) -> None:
    command_id = send(api, "UpdateFirmware", FIRMWARE, target_version="2.0").body["command_id"]
    (job,) = jobs(api)
    row: Any = commands.get(store, "CP1", command_id)
    assert (job["target_version"], job["version_before"], job["command_id"]) == ("2.0", "1.0", command_id)
    assert row["origin"]["job"] == "JOB#firmware#0000000001"


def test_only_firmware_has_a_target_version(api: Api) -> None:
    answer = send(api, "GetLog", LOG, target_version="2.0")
    assert (answer.status, answer.fields) == (422, ["target_version"])


def test_what_breaks_its_schema_opens_nothing(api: Api) -> None:
    assert send(api, "GetLog", {"logType": "Tea"}).status == 422
    assert jobs(api) == []


RESERVE = {"connectorId": 1, "idTag": "CARD1"}


def test_a_reservation_is_seen_and_over_with_its_time(api: Api) -> None:
    for hours in (1, -1):
        until = format_time(NOW + timedelta(hours=hours))
        assert send(api, "ReserveNow", {**RESERVE, "expiryDate": until}).status == 202
    found = api("GET", "stations/CP1/reservations").body["items"]
    assert [(row["reservation_id"], row["state"]) for row in found] == [(2, "EXPIRED"), (1, "REQUESTED")]
    assert send(api, "CancelReservation", {"reservationId": 1}).status == 202


def test_a_reservation_wants_a_time(api: Api) -> None:
    answer = send(api, "ReserveNow", {**RESERVE, "expiryDate": "tea time"})
    assert (answer.status, answer.fields) == (422, ["payload"])


def test_the_number_of_an_open_reservation_is_not_used_again(api: Api) -> None:
    payload = {**RESERVE, "expiryDate": "2026-11-20T12:00:00Z", "reservationId": 5}
    assert [send(api, "ReserveNow", payload).status for _ in range(2)] == [202, 409]


def test_a_station_of_the_second_version(api: Api, store: Store) -> None:
    use(store, "ocpp2.0.1")
    payload = {"expiryDateTime": "2036-11-20T12:00:00Z", "idToken": {"idToken": "CARD1", "type": "ISO14443"}}
    assert send(api, "ReserveNow", payload).body["payload"]["id"] == 1
    (row,) = api("GET", "stations/CP1/reservations").body["items"]
    assert (row["evse_id"], row["id_token"]) == (0, "CARD1")


def profile(limit: str, **more: Any) -> dict[str, Any]:
    periods = [{"startPeriod": 0, "limit": Decimal(limit)}]
    return {
        "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": periods}, **more,
    }  # fmt: skip


def test_limits_are_sent_with_one_decimal(api: Api) -> None:
    asked = {"connectorId": 1, "csChargingProfiles": profile("16.29")}
    first, again = (send(api, "SetChargingProfile", asked, "k") for _ in range(2))
    periods = first.body["payload"]["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods[0]["limit"] == Decimal("16.2")
    assert again.body["command_id"] == first.body["command_id"]


def test_a_profile_for_the_whole_station_is_for_connector_0(api: Api) -> None:
    whole = profile("16", chargingProfilePurpose="ChargePointMaxProfile")
    answer = send(api, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": whole})
    assert (answer.status, answer.fields) == (422, ["payload.csChargingProfiles.chargingProfilePurpose"])
    assert send(api, "SetChargingProfile", {"connectorId": 0, "csChargingProfiles": whole}).status == 202


def test_what_others_limit_is_seen_on_the_station(api: Api, store: Store) -> None:
    store.commit(charging_profiles.limit_set("CP1", 0, "EMS", NOW, is_grid_critical=True, document="[]"))
    (limit,) = api("GET", "stations/CP1").body["external_limits"]
    assert (limit["source"], limit["evse_id"], limit["is_grid_critical"]) == ("EMS", 0, True)
    (row,) = api("GET", "stations/CP1/smart-charging").body["items"]
    assert (row["what"], row["document"]) == ("LIMIT", [])
