"""Smart charging of a station: the profiles that are set, what it reported, and what others limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from csms.domain.charging_profiles import faults, rounded
from csms.store import charging_profiles, lists
from functions.operator_api.problems import Invalid
from functions.operator_api.station_models import shown_row
from functions.operator_api.stations import found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item
    from functions.operator_api.api import ApiRequest, Reply
    from functions.operator_api.problems import Fault

_WITH_PROFILES: Final = frozenset({"RemoteStartTransaction", "RequestStartTransaction", "SetChargingProfile"})


def list_smart_charging(request: ApiRequest, charger_id: str) -> Reply:
    """Rows by `what`: PROFILE (set by us), REPORT and REPORTED, COMPOSITE, LIMIT (of others), NEEDS and PLAN (of the EV)."""
    rows = lists.charger_rows(found(request, charger_id)["charger_id"], charging_profiles.PREFIX.rstrip("#"))
    return request.page(rows).reply(_shown)


def with_short_limits(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of a command with its limits cut to what every station reads."""
    cut: dict[str, Any] = rounded(payload)
    return cut if action in _WITH_PROFILES else payload


def check_profile(action: str, payload: Mapping[str, Any]) -> None:
    """Refuse a profile that no station may take. Raises Invalid."""
    if action != "SetChargingProfile":
        return
    name = "csChargingProfiles" if "csChargingProfiles" in payload else "chargingProfile"
    evse_id = int(payload["connectorId"] if "connectorId" in payload else payload["evseId"])
    wrong: list[Fault] = [(f"payload.{name}.{field}", why) for field, why in faults(evse_id, payload[name])]
    if wrong:
        raise Invalid(faults=wrong)


def _shown(row: Item) -> dict[str, Any]:
    told = shown_row(row)
    return told | {"document": json.loads(told["document"])} if "document" in told else told
