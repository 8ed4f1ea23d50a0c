"""Answers to smart-charging commands, in both versions: what the charger agreed to is what we hold it to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain import charging_profiles as rules
from csms.store import charging_profiles as profiles

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply

_ENDED_MAX: Final = 80  # a commit takes 100 items


def profile_answered(reply: Reply) -> tuple[Write, ...]:
    """SetChargingProfile: an accepted profile stands, those that it replaces do not."""
    if _status(reply) != "Accepted":
        return ()
    asked, charger_id = reply.command["payload"], reply.charger.charger_id
    profile = asked["csChargingProfiles"] if "csChargingProfiles" in asked else asked["chargingProfile"]
    place = rules.place_of(_evse_id(asked), profile)
    row = profiles.profile_set(charger_id, place, profile, reply.command["command_id"], reply.now)
    known = [profiles.place_of(old) for old in profiles.profiles_of(reply.store, charger_id)]
    ended = [profiles.profile_ended(charger_id, old) for old in known if place.replaces(old)]
    return (row, *(write for write in ended if write.sk != row.item["sk"]))


def profiles_cleared(reply: Reply) -> tuple[Write, ...]:
    """ClearChargingProfile: what it means is gone, also where the charger knew of none (Unknown)."""
    if _status(reply) not in {"Accepted", "Unknown"}:
        return ()
    known = [profiles.place_of(row) for row in profiles.profiles_of(reply.store, reply.charger.charger_id)]
    cleared = [place for place in known if rules.is_cleared(place, reply.command["payload"])]
    return tuple(profiles.profile_ended(reply.charger.charger_id, place) for place in cleared[:_ENDED_MAX])


def composite_told(reply: Reply) -> tuple[Write, ...]:
    """GetCompositeSchedule: the schedule that results from all profiles, as the charger sees it now."""
    payload = reply.payload or {}
    schedule = payload.get("schedule", payload.get("chargingSchedule"))
    if _status(reply) != "Accepted" or not isinstance(schedule, dict):
        return ()
    evse_id = _evse_id(reply.command["payload"])
    start = payload.get("scheduleStart", schedule.get("scheduleStart"))
    facts: dict[str, Any] = {"schedule_start": str(start)} if start else {}
    return (profiles.told(reply.charger.charger_id, profiles.COMPOSITE, evse_id, schedule, reply.now, **facts),)


def profiles_answered(reply: Reply) -> tuple[Write, ...]:
    """GetChargingProfiles: the profiles come as reports; NoProfiles says that none will."""
    status = _status(reply)
    if status not in {"Accepted", "NoProfiles"}:
        return ()
    facts: dict[str, Any] = {"status": status} | ({"complete": True} if status == "NoProfiles" else {})
    request_id = int(reply.command["payload"]["requestId"])
    return (profiles.report_told(reply.charger.charger_id, request_id, reply.now, **facts),)


def _status(reply: Reply) -> str:
    return str((reply.payload or {}).get("status", ""))


def _evse_id(asked: dict[str, Any]) -> int:
    return int(asked["connectorId"] if "connectorId" in asked else asked["evseId"])
