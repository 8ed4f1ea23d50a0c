"""From what a charger says about its connectors to the Status of an EVSE in OCPI.

The trap: a cable that is plugged in before anybody paid. 1.6 calls that Preparing and 2.0.1 Occupied; told as
CHARGING it keeps payment terminals from starting a session on it. It is AVAILABLE here unless configured otherwise.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

EvseStatus = Literal[
    "AVAILABLE", "BLOCKED", "CHARGING", "INOPERATIVE", "OUTOFORDER", "PLANNED", "REMOVED", "RESERVED", "UNKNOWN"
]

_STATUSES: Final[Mapping[str, EvseStatus]] = {
    # both
    "Available": "AVAILABLE",
    "Reserved": "RESERVED",
    "Unavailable": "INOPERATIVE",
    "Faulted": "OUTOFORDER",
    # 1.6 ChargePointStatus
    "Charging": "CHARGING",
    "SuspendedEV": "CHARGING",
    "SuspendedEVSE": "CHARGING",
    "Finishing": "CHARGING",
}
# Plugged in, and whether it is in use depends on whether a transaction runs.
_PLUGGED_IN: Final = frozenset({"Preparing", "Occupied"})

# Several connectors share one EVSE, one of them usable at a time: what decides, first.
_PRECEDENCE: Final[tuple[EvseStatus, ...]] = (
    "CHARGING", "RESERVED", "BLOCKED", "AVAILABLE", "UNKNOWN", "INOPERATIVE", "OUTOFORDER", "PLANNED", "REMOVED",
)  # fmt: skip


def evse_status(
    connector_status: str,
    *,
    in_transaction: bool,
    connected: bool = True,
    plugged_in_idle: EvseStatus = "AVAILABLE",
) -> EvseStatus:
    """Return the OCPI status for an OCPP 1.6 or 2.0.1 connector status (their names do not collide).

    A charger that is not connected is UNKNOWN, and so is a status nobody defined. `plugged_in_idle` is what a cable
    in place without a transaction counts as.
    """
    if not connected:
        return "UNKNOWN"
    if connector_status in _PLUGGED_IN:
        return "CHARGING" if in_transaction else plugged_in_idle
    status = _STATUSES.get(connector_status, "UNKNOWN")
    return "CHARGING" if in_transaction and status == "AVAILABLE" else status


def combined(statuses: Iterable[EvseStatus]) -> EvseStatus:
    """Return the status of an EVSE with several connectors; of none, UNKNOWN."""
    present = set(statuses)
    return next((status for status in _PRECEDENCE if status in present), "UNKNOWN")
