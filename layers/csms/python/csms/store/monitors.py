"""Monitors of a station's variables: `MONITOR#<id>`, and the base and level of monitoring in `MONITORING#station`.

`state`: set (by us), reported (by the station), cleared. `alerting` and `last_*`: what its latest event said; an event's row
names its monitors in `monitor_ids`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.store import station_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.domain.device_model import Variable
    from csms.store.dynamo import Item, Store, Update

MONITOR: Final = "MONITOR"
MONITORING: Final = "MONITORING"
SET: Final = "set"
REPORTED: Final = "reported"
CLEARED: Final = "cleared"


def told(
    charger_id: str, monitor_id: int, variable: Variable, facts: Mapping[str, Any], state: str, now: datetime
) -> Update:
    """A monitor that the station has. `facts`: type, value, severity, transaction."""
    known: dict[str, Any] = {name: facts.get(name) for name in ("type", "value", "severity", "transaction")}
    known |= {"monitor_id": monitor_id, "state": state, f"{state}_at": format_time(now), **_names(variable)}
    return station_rows.kept(charger_id, MONITOR, str(monitor_id), now, **known)


def _names(variable: Variable) -> dict[str, Any]:
    return {
        "component": variable.component,
        "component_instance": variable.component_instance or None,
        "evse_id": variable.evse_id or None,
        "connector_id": variable.connector_id or None,
        "variable": variable.name,
        "variable_instance": variable.instance or None,
    }


def cleared(charger_id: str, monitor_id: int, now: datetime) -> Update:
    """A monitor that the station does not have any more."""
    return station_rows.kept(
        charger_id, MONITOR, str(monitor_id), now,
        monitor_id=monitor_id, state=CLEARED, cleared_at=format_time(now), alerting=False,
    )  # fmt: skip


def noticed(charger_id: str, monitor_id: int, variable: Variable, event: Mapping[str, Any], now: datetime) -> Update:
    """An event of this monitor. `event`: last_value, last_event_at, last_event_id, alerting."""
    return station_rows.kept(
        charger_id, MONITOR, str(monitor_id), now, monitor_id=monitor_id, **_names(variable), **event
    )


def base_or_level(charger_id: str, now: datetime, **facts: Any) -> Update:
    """The base (`monitoring_base`) or level (`monitoring_level`) that the station took."""
    return station_rows.kept(charger_id, MONITORING, "station", now, **facts)


def all_of(store: Store, charger_id: str) -> list[Item]:
    """Every monitor that the station has or had."""
    return station_rows.all_of(store, charger_id, MONITOR)
