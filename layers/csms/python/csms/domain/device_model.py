"""The device model of a charger: what a setting is called, whether two values are the same, and what has drifted.

2.x names a variable by component, EVSE and instances; a 1.6 configuration key is the variable of that name of the
component `Configuration`. Names compare without regard to case, in both versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONFIGURATION: Final = "Configuration"
ATTRIBUTE_TYPES: Final = ("Actual", "Target", "MinSet", "MaxSet")
_NAME_MAX: Final = 60  # the standard allows 50; four of them must fit into a sort key


@dataclass(frozen=True, slots=True)
class Variable:
    """A component's variable. `evse_id` and `connector_id` are 0 where the component belongs to the whole station."""

    component: str
    name: str
    component_instance: str = ""
    instance: str = ""
    evse_id: int = 0
    connector_id: int = 0

    @property
    def key(self) -> str:
        """`<component>#<instance>#<evse>#<variable>#<instance>` in lower case; the EVSE is `<id>` or `<id>.<connector>`."""
        evse = f"{self.evse_id}.{self.connector_id}" if self.connector_id else str(self.evse_id or "")
        parts = (self.component, self.component_instance, evse, self.name, self.instance)
        return "#".join(key_part(part) for part in parts)


def key_part(name: str) -> str:
    """A name as part of a key: names compare without regard to case, and the separator never stands in one."""
    return name[:_NAME_MAX].replace("%", "%25").replace("#", "%23").lower()


def read_variable(entry: Any) -> Variable | None:
    """The variable that a 2.x entry with `component` and `variable` speaks of; None for anything else."""
    try:
        component, variable = entry["component"], entry["variable"]
        evse = component.get("evse") or {}
        return Variable(
            str(component["name"]),
            str(variable["name"]),
            str(component.get("instance") or ""),
            str(variable.get("instance") or ""),
            int(evse.get("id") or 0),
            int(evse.get("connectorId") or 0),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def same_value(one: str, other: str) -> bool:
    """Whether two values mean the same: `300` and `300.0`, `true` and `True`, `a, b` and `a,b`."""
    return one == other or _plain(one) == _plain(other)


def _plain(value: str) -> object:
    text = value.strip()
    if text.lower() in {"true", "false"}:
        return text.lower()
    try:
        number = Decimal(text)
        return number if number.is_finite() else text
    except InvalidOperation:
        return ",".join(part.strip() for part in text.split(","))


def has_drifted(reported: Mapping[str, Any] | None, desired: Mapping[str, Any] | None) -> bool:
    """Whether a charger reports another value than the one it was last given and took.

    Values that are not known (secrets, write-only settings) are never said to have drifted.
    """
    if not reported or not desired or reported.get("value") is None or desired.get("value") is None:
        return False
    return not same_value(str(reported["value"]), str(desired["value"]))


def is_complete(parts: Iterable[tuple[int, bool]]) -> bool:
    """Whether the parts (`seqNo` from 0, `tbc`) are all there: one that is the last, and every one before it."""
    known = dict(parts)
    last = [number for number, to_be_continued in known.items() if not to_be_continued]
    return bool(last) and all(number in known for number in range(max(last) + 1))
