"""Charging profiles: which may be set, which replace or clear which, and whether an EV's own plan stays within one.

Both versions: 1.6 has one schedule in `chargingSchedule`, 2.x a list; ids are `chargingProfileId` and `id`
(ocpp-1.6 §3.13 and §5.16, 2.0.1 K01, K10, K15).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHOLE_STATION: Final = frozenset({"ChargePointMaxProfile", "ChargingStationMaxProfile"})
EXTERNAL: Final = "ChargingStationExternalConstraints"
OF_TRANSACTION: Final = "TxProfile"
_TENTH: Final = Decimal("0.1")
_LIMITS: Final = frozenset({"limit", "minChargingRate"})


@dataclass(frozen=True, slots=True)
class Place:
    """What tells profiles apart: two of the same EVSE (0: station), purpose and stack level cannot both be in force."""

    profile_id: int
    evse_id: int
    purpose: str
    stack_level: int
    transaction_id: str = ""

    def replaces(self, other: Place) -> bool:
        """Whether setting this profile ends the other: same id, same level, or of a transaction that ran here before."""
        if self.profile_id == other.profile_id:
            return True
        if (self.evse_id, self.purpose) != (other.evse_id, other.purpose):
            return False
        return self.stack_level == other.stack_level or self.transaction_id != other.transaction_id


def place_of(evse_id: int, profile: Mapping[str, Any]) -> Place:
    """The place of a profile as it was sent."""
    return Place(
        int(profile["id"] if "id" in profile else profile["chargingProfileId"]),
        evse_id,
        str(profile["chargingProfilePurpose"]),
        int(profile["stackLevel"]),
        str(profile.get("transactionId", "")),
    )


def is_cleared(place: Place, request: Mapping[str, Any]) -> bool:
    """Whether a ClearChargingProfile request means this profile. An id decides alone; what is not named means any."""
    profile_id = request.get("id", request.get("chargingProfileId"))
    if profile_id is not None:
        return bool(place.profile_id == profile_id)
    wanted = request.get("chargingProfileCriteria", request)
    evse_id = wanted.get("connectorId", wanted.get("evseId"))
    return all(
        said is None or said == own
        for said, own in (
            (evse_id, place.evse_id),
            (wanted.get("chargingProfilePurpose"), place.purpose),
            (wanted.get("stackLevel"), place.stack_level),
        )
    )


def schedules(profile: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schedules of a profile, in either version's shape."""
    found = profile["chargingSchedule"]
    return list(found) if isinstance(found, list) else [found]


def faults(evse_id: int, profile: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a profile beyond its schema: (field, reason); empty where it may be set."""
    return [*_of_purpose(evse_id, profile), *_of_kind(profile), *_of_periods(profile)]


def _of_purpose(evse_id: int, profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    purpose, transaction = profile["chargingProfilePurpose"], profile.get("transactionId")
    if purpose == EXTERNAL:
        yield "chargingProfilePurpose", "external constraints are the station's own to report"
    if purpose in WHOLE_STATION and evse_id != 0:
        yield "chargingProfilePurpose", "this purpose is for the whole station: connector or EVSE 0"
    if purpose == OF_TRANSACTION and transaction is None:
        yield "transactionId", "a TxProfile is for one transaction"
    if purpose == OF_TRANSACTION and evse_id < 1:
        yield "chargingProfilePurpose", "a TxProfile is for one connector or EVSE"
    if purpose != OF_TRANSACTION and transaction is not None:
        yield "transactionId", "only a TxProfile has one"


def _of_kind(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    recurring = profile["chargingProfileKind"] == "Recurring"
    if recurring != ("recurrencyKind" in profile):
        yield "recurrencyKind", "a Recurring profile, and no other, has one"
    if profile["chargingProfileKind"] == "Relative" and any("startSchedule" in s for s in schedules(profile)):
        yield "chargingSchedule.startSchedule", "a Relative profile starts with its transaction"


def _of_periods(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for schedule in schedules(profile):
        starts = [period["startPeriod"] for period in schedule["chargingSchedulePeriod"]]
        if not starts or starts[0] != 0:
            yield "chargingSchedule.chargingSchedulePeriod", "the first period starts at 0"
        elif any(later <= earlier for earlier, later in pairwise(starts)):
            yield "chargingSchedule.chargingSchedulePeriod", "periods stand in the order of their start"


def rounded(document: Any) -> Any:
    """The document with its limits cut to one decimal, which is all that stations must read; never above what was set."""
    if isinstance(document, list):
        return [rounded(member) for member in document]
    if not isinstance(document, dict):
        return document
    return {name: _cut(value) if name in _LIMITS else rounded(value) for name, value in document.items()}


def _cut(value: Any) -> Any:
    if not isinstance(value, Decimal) or not value.is_finite():
        return value
    return value.quantize(_TENTH, ROUND_FLOOR)


def stays_within(plan: Mapping[str, Any], limit: Mapping[str, Any]) -> bool:
    """Whether a schedule never asks for more than another allows; where their units differ that cannot be said: True.

    Both are read from the same moment on; a period lasts until the next, the last one for ever.
    """
    if plan["chargingRateUnit"] != limit["chargingRateUnit"]:
        return True
    wanted, allowed = plan["chargingSchedulePeriod"], limit["chargingSchedulePeriod"]
    moments = {int(period["startPeriod"]) for period in (*wanted, *allowed)}
    return all(_at(wanted, moment) <= _at(allowed, moment) for moment in moments)


def _at(periods: list[Mapping[str, Any]], moment: int) -> Decimal:
    running = [period for period in periods if period["startPeriod"] <= moment]
    return Decimal(str(running[-1].get("limit", 0))) if running else Decimal(0)
