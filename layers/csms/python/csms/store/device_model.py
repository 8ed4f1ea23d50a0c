"""The device model: one row for each variable of a charger, with what is reported and what is desired of it.

`VARIABLE#<component>#<instance>#<evse>#<variable>#<instance>` (a 1.6 key is a variable of `Configuration`) has, for each
attribute type, `reported_<type>` `{value, at}`, `mutability_<type>`, `desired_<type>` `{value, status, at}` (the last value
that the charger took, also where it needs a reboot first) and `refused_<type>` (one that it refused since). Values of
secrets are never in a row.

`REPORT#<request_id>#<seq>` says which parts of a report have come. The rows are written from each part as it comes, by the
same call that answers it, in chunks of 25: parts then need not be stored and read again, no stream has to be followed, the
order of parts does not matter, and a part whose rows could not be written is not acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from csms.domain.device_model import ATTRIBUTE_TYPES, Variable, has_drifted, is_complete, key_part
from csms.domain.secrecy import HIDDEN, is_secret
from csms.domain.times import format_time
from csms.store import station_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Update

VARIABLE: Final = "VARIABLE"
REPORT: Final = "REPORT"
_TAKEN: Final = frozenset({"Accepted", "RebootRequired"})
_REFUSED: Final = frozenset({"Rejected", "NotSupportedAttributeType"})


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one attribute of a variable. `value` is None where only its other properties were told."""

    variable: Variable
    attribute: str = "Actual"
    value: str | None = None
    mutability: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)  # of the variable: unit, data_type, limits, values_list


def reported(charger_id: str, told: Iterable[Told], now: datetime) -> tuple[Update, ...]:
    """Rows of what a charger reports; one write a variable, whatever the number of its attributes."""
    rows: dict[str, tuple[Variable, dict[str, Any]]] = {}
    for one in told:
        _, facts = rows.setdefault(one.variable.key, (one.variable, {}))
        kind, value = _type(one.attribute), _kept_value(one.variable, one.value)
        facts |= {**one.facts, f"mutability_{kind}": one.mutability}
        facts[f"reported_{kind}"] = {"at": format_time(now)} | ({} if value is None else {"value": value})
    return tuple(_row(charger_id, variable, facts, now) for variable, facts in rows.values())


def answered(
    charger_id: str, answers: Iterable[tuple[Told, str]], command_id: str, now: datetime
) -> tuple[Update, ...]:
    """Rows of values that a charger was given, each with its status.

    Accepted: desired, and reported from now on. RebootRequired: desired; what is reported stays until the charger says
    otherwise. Rejected, NotSupportedAttributeType: noted as refused. What the charger does not know makes no row.
    """
    rows: dict[str, tuple[Variable, dict[str, Any]]] = {}
    for one, status in answers:
        if status not in _TAKEN | _REFUSED:
            continue
        _, facts = rows.setdefault(one.variable.key, (one.variable, {}))
        value, kind = _kept_value(one.variable, one.value), _type(one.attribute)
        entry = {"value": value, "status": status, "at": format_time(now), "command_id": command_id}
        facts[f"{'desired' if status in _TAKEN else 'refused'}_{kind}"] = entry
        if status == "Accepted":
            facts[f"reported_{kind}"] = {"value": value, "at": format_time(now)}
    return tuple(_row(charger_id, variable, facts, now) for variable, facts in rows.values())


def _row(charger_id: str, variable: Variable, facts: dict[str, Any], now: datetime) -> Update:
    taken = {name.removeprefix("desired_") for name in facts if name.startswith("desired_")}
    return station_rows.kept(
        charger_id,
        VARIABLE,
        variable.key,
        now,
        remove=tuple(f"refused_{kind}" for kind in sorted(taken) if f"refused_{kind}" not in facts),
        component=variable.component,
        component_instance=variable.component_instance or None,
        evse_id=variable.evse_id or None,
        connector_id=variable.connector_id or None,
        variable=variable.name,
        variable_instance=variable.instance or None,
        secret=is_secret(variable.name) or None,
        **facts,
    )


def _type(attribute: str) -> str:
    return attribute.lower() if attribute in ATTRIBUTE_TYPES else "actual"


def _kept_value(variable: Variable, value: str | None) -> str | None:
    return HIDDEN if value is not None and is_secret(variable.name) else value


def variables(store: Store, charger_id: str, component: str | None = None) -> list[Item]:
    """Rows of a charger's variables, by key; only those of one component where it is named."""
    prefix = f"{key_part(component)}#" if component else ""
    return station_rows.all_of(store, charger_id, VARIABLE, prefix)


def value_of(store: Store, charger_id: str, variable: Variable, attribute: str = "Actual") -> str | None:
    """The reported value of one variable, or None."""
    row = station_rows.get(store, charger_id, VARIABLE, variable.key) or {}
    value = row.get(f"reported_{_type(attribute)}", {}).get("value")
    return None if value is None else str(value)


def attributes(row: Item) -> dict[str, dict[str, Any]]:
    """The attributes of a row by type: `reported`, `desired`, `refused` where there are any, and `drift`."""
    found: dict[str, dict[str, Any]] = {}
    for name in ATTRIBUTE_TYPES:
        known = {kind: row.get(f"{kind}_{name.lower()}") for kind in ("reported", "desired", "refused")}
        if any(known.values()):
            drift = not row.get("secret") and has_drifted(known["reported"], known["desired"])
            known["mutability"] = row.get(f"mutability_{name.lower()}")
            found[name] = {kind: entry for kind, entry in known.items() if entry} | {"drift": drift}
    return found


def report_parts(store: Store, charger_id: str, request_id: int) -> list[Item]:
    """The parts of a report that have come."""
    return station_rows.all_of(store, charger_id, REPORT, f"{request_id}#")


def report_is_complete(parts: Iterable[Item]) -> bool:
    """Whether these are all parts of a report."""
    return is_complete((int(part["seq_no"]), bool(part["tbc"])) for part in parts)
