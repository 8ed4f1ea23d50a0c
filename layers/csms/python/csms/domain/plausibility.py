"""Whether a session's energy can be believed, before anybody is billed for it.

Chargers are known to report a start register of 0 before the real one (a bill of hundreds of kWh), registers that go
back, and stops that never come. What is not believed is held for a person with the reasons found here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.domain.transaction import Folded

# More than any connector delivers today: where nothing is known of this one.
POWER_MAX_UNKNOWN_W: Final = Decimal(500_000)
_TOLERANCE: Final = Decimal("1.1")
# Meters count in steps and clocks differ by seconds: this little is believed of the shortest session.
_FLOOR_WH: Final = Decimal(100)
_THREE_PHASES: Final = 3
_TWO_PHASES: Final = 2

TOO_MUCH_ENERGY: Final = "energy-above-power-and-time"
ENDS_BEFORE_START: Final = "ends-before-start"
STOP_BELOW_START: Final = "stop-register-below-start"
NO_REGISTER: Final = "no-register"
# Worth a remark on the bill, but no reason to hold it: the total comes from the first and the last register.
MISSING_MESSAGES: Final = "messages-missing"
NEVER_ENDED: Final = "end-not-reported"


def implausible(
    folded: Folded,
    power_max_w: Decimal | None,
    meter_start_wh: Decimal | None = None,
    meter_stop_wh: Decimal | None = None,
    *,
    charged: bool = True,
) -> tuple[str, ...]:
    """The reasons to hold a session for review; none for one that can be billed.

    `power_max_w` is what the connector can deliver, None where it is not known. The two registers are those of the
    start and stop messages (OCPP 1.6). `charged` says whether anything tells that energy flowed: without that, a
    session without registers simply delivered nothing.
    """
    reasons: list[str] = []
    duration = (folded.end - folded.start).total_seconds()
    if duration < 0:
        reasons.append(ENDS_BEFORE_START)
    most = (power_max_w or POWER_MAX_UNKNOWN_W) * Decimal(max(duration, 0)) / 3600 * _TOLERANCE + _FLOOR_WH
    if folded.energy_wh > most:
        reasons.append(TOO_MUCH_ENERGY)
    if charged and folded.register_start_wh is None:
        reasons.append(NO_REGISTER)
    if meter_start_wh is not None and meter_stop_wh is not None and meter_stop_wh + _FLOOR_WH < meter_start_wh:
        reasons.append(STOP_BELOW_START)
    return tuple(reasons)


def remarks(folded: Folded, *, ended: bool) -> tuple[str, ...]:
    """What is known to be missing in a session that is billed all the same."""
    found = [] if ended else [NEVER_ENDED]
    if folded.missing_seq:
        found.append(MISSING_MESSAGES)
    return (*found, *folded.flags)


def power_max_w(connector: Mapping[str, Any] | None) -> Decimal | None:
    """What an OCPI Connector can deliver, in W: `max_electric_power`, else voltage x amperage x phases; None if unknown.

    `max_amperage` is per phase; for three phases `max_voltage` is between a line and neutral (OCPI mod_locations).
    """
    if not connector:
        return None
    if connector.get("max_electric_power"):
        return Decimal(connector["max_electric_power"])
    voltage, amperage = connector.get("max_voltage"), connector.get("max_amperage")
    if not voltage or not amperage:
        return None
    kind = connector.get("power_type", "")
    phases = _THREE_PHASES if kind == "AC_3_PHASE" else _TWO_PHASES if kind.startswith("AC_2_PHASE") else 1
    return Decimal(voltage) * Decimal(amperage) * phases


def has_charged(ledger: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a ledger tells of charging, by a state or by power."""
    return any(entry.get("st") == "Charging" or entry.get("w", 0) > 0 for entry in ledger.values())
