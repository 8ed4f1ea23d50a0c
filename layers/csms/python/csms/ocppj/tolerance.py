"""Deviations that real chargers are known for, each accepted by a named rule.

A rule only lets a breach of the schema pass; reading the odd value is the handler's (lenient) work. The name of every
rule that was needed is recorded with the frame, so that a charger's non-conformance can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csms.ocppj.validation import Violation

_METERED: Final = frozenset({"MeterValues", "StopTransaction", "TransactionEvent"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Accepts one schema keyword on fields of the given names in the given actions."""

    name: str
    actions: frozenset[str]
    keyword: str
    fields: frozenset[str]

    def covers(self, action: str, violation: Violation) -> bool:
        """Whether this rule lets the violation pass."""
        if action not in self.actions or violation.keyword != self.keyword:
            return False
        names = [part for part in violation.path if isinstance(part, str)]
        return bool(names) and names[-1] in self.fields


def _rule(name: str, actions: Iterable[str], keyword: str, *fields: str) -> Rule:
    return Rule(name, frozenset(actions), keyword, frozenset(fields))


RULES: Final = (
    _rule("empty-sampled-value", _METERED, "MinItems", "sampledValue"),
    _rule("vendor-measurand", _METERED, "Enum", "measurand", "unit", "context", "location", "phase", "format"),
    _rule("number-for-string", _METERED, "Type", "value"),
    _rule(
        "long-identification",
        {"BootNotification"},
        "MaxLength",
        "chargePointModel",
        "chargePointVendor",
        "chargePointSerialNumber",
        "chargeBoxSerialNumber",
        "firmwareVersion",
        "model",
        "vendorName",
        "serialNumber",
    ),
    _rule("vendor-error-code", {"StatusNotification"}, "Enum", "errorCode"),
    _rule("long-status-text", {"StatusNotification"}, "MaxLength", "info", "vendorErrorCode", "vendorId"),
    _rule("vendor-stop-reason", {"StopTransaction"}, "Enum", "reason"),
)


def sort(action: str, violations: Iterable[Violation]) -> tuple[tuple[str, ...], tuple[Violation, ...]]:
    """Split violations into the names of rules that accept them and the ones that stand."""
    accepted: dict[str, None] = {}
    standing: list[Violation] = []
    for violation in violations:
        rule = next((r for r in RULES if r.covers(action, violation)), None)
        if rule:
            accepted[rule.name] = None
        else:
            standing.append(violation)
    return tuple(accepted), tuple(standing)
