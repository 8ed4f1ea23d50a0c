"""Deviations that real chargers are known for, each accepted by a named rule.

A rule only lets a breach of the schema pass; reading the odd value is the handler's (lenient) work. The name of every
rule that was needed is recorded with the frame, so that a charger's non-conformance can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csms.ocppj.validation import Violation

_METERED: Final = frozenset({"MeterValues", "StopTransaction", "TransactionEvent"})
_TRANSACTIONAL: Final = _METERED | {"StartTransaction"}
_REGISTERS: Final = frozenset({"StartTransaction", "StopTransaction"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Accepts one schema keyword on fields of the given names (none: any) in the given actions."""

    name: str
    actions: frozenset[str]
    keyword: str
    fields: frozenset[str]

    def covers(self, action: str, violation: Violation) -> bool:
        """Whether this rule lets the violation pass."""
        if action not in self.actions or violation.keyword != self.keyword:
            return False
        return not self.fields or _subject(violation) in self.fields


def _subject(violation: Violation) -> str:
    """The field that a violation is about: the missing one, else the innermost one named on the path to it."""
    if violation.missing:
        return violation.missing
    return next((part for part in reversed(violation.path) if isinstance(part, str)), "")


def _rule(name: str, actions: Iterable[str], keyword: str, *fields: str) -> Rule:
    return Rule(name, frozenset(actions), keyword, frozenset(fields))


RULES: Final = (
    # What concerns a transaction is used as far as it can be read: refusing it loses the transaction.
    _rule("unknown-field", _TRANSACTIONAL, "AdditionalProperties"),
    _rule("empty-sampled-value", _METERED, "MinItems", "sampledValue", "meterValue", "transactionData"),
    _rule("sample-without-value", _METERED, "Required", "value", "sampledValue"),
    _rule("vendor-measurand", _METERED, "Enum", "measurand", "unit", "context", "location", "phase", "format"),
    _rule("number-for-string", _METERED, "Type", "value"),
    _rule("missing-time", _METERED, "Required", "timestamp"),
    _rule("fractional-register", _REGISTERS, "Type", "meterStart", "meterStop"),
    _rule("missing-register", {"StopTransaction"}, "Required", "meterStop"),
    _rule("missing-transaction-id", {"StopTransaction"}, "Required", "transactionId"),
    _rule("odd-transaction-id", {"MeterValues", "StopTransaction"}, "Type", "transactionId"),
    _rule("missing-connector", {"MeterValues"}, "Required", "connectorId"),
    _rule("missing-sequence", {"TransactionEvent"}, "Required", "seqNo", "triggerReason"),
    _rule("long-identifier", _TRANSACTIONAL, "MaxLength", "idTag", "idToken", "transactionId"),
    _rule("vendor-stop-reason", {"StopTransaction"}, "Enum", "reason"),
    _rule("vendor-event", {"TransactionEvent"}, "Enum", "triggerReason", "chargingState", "stoppedReason", "type"),
    _rule("signed-value-too-long", _METERED, "MaxLength", "signedMeterData", "publicKey"),
    # Master data of the charger and its state.
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
)
NULL_MEMBER: Final = "null-member"


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


def without_nulls(document: Any) -> Any:
    """The document without the members that are null: some chargers write those for fields that they leave out."""
    if isinstance(document, dict):
        return {name: without_nulls(value) for name, value in document.items() if value is not None}
    if isinstance(document, list):
        return [without_nulls(member) for member in document]
    return document
