"""A location as the operator wants it: completed from what is known, and everything that is wrong with it. Pure.

An EVSE may name the charger that it is: `charger_id`, and `ocpp_evse_id` (1.6: the connectorId). Its status then comes
from the charger, unless the operator says that it is PLANNED or REMOVED.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from functions.operator_api import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from functions.operator_api.problems import Fault

_OWN: Final = ("charger_id", "ocpp_evse_id", "status_at")
_SAID_BY_OPERATOR: Final = frozenset({"PLANNED", "REMOVED"})
_TIME: Final = "last_updated"


@dataclass(frozen=True)
class Draft:
    """A location in the making. `location` is without EVSEs; `evses` are complete except for what `faults` tells."""

    location: dict[str, Any]
    evses: list[Any]

    @cached_property
    def by_uid(self) -> dict[str, dict[str, Any]]:
        """The EVSEs as they are stored; only of a draft without faults."""
        return {evse["uid"]: evse for evse in self.evses}

    @cached_property
    def chargers(self) -> dict[str, dict[str, Any]]:
        """What each named station must know: its EVSEs by OCPP id, with the OCPI ids of their connectors in order."""
        found: dict[str, dict[str, Any]] = {}
        for evse in self.evses:
            if "charger_id" in evse:
                connectors = {str(number): entry["id"] for number, entry in enumerate(evse["connectors"], 1)}
                mapping = {"uid": evse["uid"], "connectors": connectors}
                found.setdefault(evse["charger_id"], {})[str(evse["ocpp_evse_id"])] = mapping
        return found

    @property
    def tariff_ids(self) -> set[str]:
        """Every tariff that a connector names."""
        return {tariff for evse in self.evses for entry in evse["connectors"] for tariff in entry.get("tariff_ids", ())}


def draft(body: Mapping[str, Any], location_id: str, before: Mapping[str, Any] | None, time: str) -> Draft:
    """Complete a body. `before` is the stored row; `time` is now, as it is written."""
    known = before["evses"] if before else {}
    location = documents.owned(body, location_id, time)
    evses = location.pop("evses", [])
    if not isinstance(evses, list):
        return Draft(location, [evses])
    return Draft(location, [_evse(evse, known, time) if isinstance(evse, dict) else evse for evse in evses])


def _evse(given: Mapping[str, Any], known: Mapping[str, Any], time: str) -> dict[str, Any]:
    old = known.get(str(given.get("uid")), {})
    evse = {name: value for name, value in given.items() if value is not None and name != "status_at"}
    same_place = old and all(old.get(name) == evse.get(name) for name in ("charger_id", "ocpp_evse_id"))
    if "charger_id" in evse and evse.get("status") not in _SAID_BY_OPERATOR:
        lives = same_place and old["status"] not in _SAID_BY_OPERATOR
        evse["status"] = old["status"] if lives else "UNKNOWN"
        if lives and "status_at" in old:
            evse["status_at"] = old["status_at"]
    evse.setdefault("status", old.get("status", "UNKNOWN"))
    connectors = evse.get("connectors")
    if isinstance(connectors, list):
        before = {entry["id"]: entry for entry in old.get("connectors", ())}
        evse["connectors"] = [
            _stamped(entry, before.get(str(entry.get("id"))), time) if isinstance(entry, dict) else entry
            for entry in connectors
        ]
    return _stamped(evse, old, time)


def _stamped(new: Mapping[str, Any], old: Mapping[str, Any] | None, time: str) -> dict[str, Any]:
    """The time of the last change: kept where nothing changed."""
    same = old and {**new, _TIME: None} == {**old, _TIME: None}
    return {**new, _TIME: old[_TIME] if same and old else time}


def faults(made: Draft, location_id: str) -> list[Fault]:
    """Everything that is wrong with a draft in itself."""
    wire = [_without_own(evse) for evse in made.evses]
    found = documents.faults("Location", {**made.location, "evses": wire}, location_id)
    if found:
        return found
    return [*_zone(made.location), *_repeated(made.evses), *_places(made.evses)]


def _without_own(evse: Any) -> Any:
    if not isinstance(evse, dict):
        return evse
    return {name: value for name, value in evse.items() if name not in _OWN}


def _zone(location: Mapping[str, Any]) -> Iterator[Fault]:
    """Prices depend on local time."""
    try:
        ZoneInfo(location["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "time_zone", "not an IANA time zone"


def _repeated(evses: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    for index, uid in _twice([evse["uid"] for evse in evses]):
        yield f"evses[{index}].uid", f"{uid} is there twice"
    for index, evse in enumerate(evses):
        for place, identity in _twice([entry["id"] for entry in evse["connectors"]]):
            yield f"evses[{index}].connectors[{place}].id", f"{identity} is there twice"


def _places(evses: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    """Which charger an EVSE is: both ids or none, and no place twice."""
    places = []
    for index, evse in enumerate(evses):
        charger_id, number = evse.get("charger_id"), evse.get("ocpp_evse_id")
        places.append((charger_id, number) if charger_id is not None else None)
        if charger_id is None and number is None:
            continue
        if not isinstance(charger_id, str) or not charger_id:
            yield f"evses[{index}].charger_id", "not the identity of a station"
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            yield f"evses[{index}].ocpp_evse_id", "not a number from 1 (1.6: the connectorId)"
    for index, place in _twice(places):
        if place is not None:
            yield f"evses[{index}].ocpp_evse_id", "another EVSE of this location is the same one"


def _twice(values: list[Any]) -> list[tuple[int, Any]]:
    """Values that stand more than once, with their later places."""
    counted = Counter(map(repr, values))
    return [(i, v) for i, v in enumerate(values) if counted[repr(v)] > 1 and v in values[:i]]
