"""One example for every rule, found in the wild or next to what was; and what no rule lets pass."""

from typing import Any

import pytest

from csms.ocppj import tolerance, validation
from tests.kit.frames import at, event, meter_2x, meter_16, start_16, stop_16, token

OLD, NEW = "ocpp1.6", "ocpp2.0.1"
METERED_16: dict[str, Any] = {"connectorId": 1, "transactionId": 5, "meterValue": [meter_16(0, 1)]}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Faulted"}


def without(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in names}


def sampled(**changes: Any) -> dict[str, Any]:
    value = {"timestamp": at(), "sampledValue": [{"value": "1", **changes}]}
    return {**METERED_16, "meterValue": [value]}


def sampled_2x(**changes: Any) -> dict[str, Any]:
    sample = {name: value for name, value in {"value": 1.5, **changes}.items() if value is not ...}
    return event("Updated", 1, 0, meterValue=[{"timestamp": at(), "sampledValue": [sample]}])


CASES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("unknown-field", OLD, "StartTransaction", {**start_16(), "vendorField": 1}),
    ("unknown-field", NEW, "TransactionEvent", event("Updated", 1, 0, about={"operationMode": "Idle"}, costDetails={})),
    (
        "empty-sampled-value",
        OLD,
        "MeterValues",
        {**METERED_16, "meterValue": [{"timestamp": at(), "sampledValue": []}]},
    ),
    ("empty-sampled-value", NEW, "TransactionEvent", event("Updated", 1, 0, meterValue=[])),
    ("sample-without-value", NEW, "TransactionEvent", sampled_2x(value=...)),
    ("sample-without-value", OLD, "MeterValues", {**METERED_16, "meterValue": [{"timestamp": at()}]}),
    ("vendor-measurand", OLD, "MeterValues", sampled(measurand="Request.Energy")),
    ("vendor-measurand", OLD, "MeterValues", sampled(unit="Hz")),
    ("vendor-measurand", OLD, "MeterValues", sampled(context="Startup")),
    ("vendor-measurand", NEW, "TransactionEvent", sampled_2x(phase="L12")),
    ("number-for-string", OLD, "MeterValues", sampled(value=12)),
    ("number-for-string", NEW, "TransactionEvent", sampled_2x(value="12.5")),
    ("missing-time", OLD, "MeterValues", {**METERED_16, "meterValue": [{"sampledValue": [{"value": "1"}]}]}),
    ("missing-time", OLD, "StopTransaction", without(stop_16(5), "timestamp")),
    ("fractional-register", OLD, "StartTransaction", start_16(meter=1000.5)),
    ("fractional-register", OLD, "StopTransaction", stop_16(5, meter="3000")),
    ("missing-register", OLD, "StopTransaction", without(stop_16(5), "meterStop")),
    ("missing-transaction-id", OLD, "StopTransaction", without(stop_16(5), "transactionId")),
    ("odd-transaction-id", OLD, "StopTransaction", stop_16("5")),
    ("odd-transaction-id", OLD, "MeterValues", {**METERED_16, "transactionId": "5"}),
    ("missing-connector", OLD, "MeterValues", without(METERED_16, "connectorId")),
    ("missing-sequence", NEW, "TransactionEvent", without(event("Updated", 1, 0), "seqNo")),
    ("missing-sequence", NEW, "TransactionEvent", without(event("Updated", 1, 0), "triggerReason")),
    ("long-identifier", OLD, "StartTransaction", start_16(id_tag="A" * 21)),
    ("long-identifier", NEW, "TransactionEvent", event("Started", 0, 0, idToken=token("A" * 37))),
    ("vendor-stop-reason", OLD, "StopTransaction", {**stop_16(5), "reason": "Bored"}),
    ("vendor-event", NEW, "TransactionEvent", event("Updated", 1, 0, trigger="CostLimitReached")),
    ("vendor-event", NEW, "TransactionEvent", event("Updated", 1, 0, state="Paused")),
    ("vendor-event", NEW, "TransactionEvent", event("Started", 0, 0, idToken=token(kind="NEMA"))),
    (
        "signed-value-too-long",
        NEW,
        "TransactionEvent",
        sampled_2x(
            signedMeterValue={
                "signedMeterData": "x" * 2501,
                "signingMethod": "",
                "encodingMethod": "OCMF",
                "publicKey": "",
            }
        ),
    ),
    ("long-identification", OLD, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M" * 23}),
    (
        "long-identification",
        NEW,
        "BootNotification",
        {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M", "serialNumber": "S" * 33}},
    ),
    ("vendor-error-code", OLD, "StatusNotification", {**STATUS, "errorCode": "Error"}),
    ("long-status-text", OLD, "StatusNotification", {**STATUS, "info": "x" * 80}),
]


@pytest.mark.parametrize(("rule", "protocol", "action", "payload"), CASES)
def test_a_known_deviation_passes_by_its_rule(rule: str, protocol: str, action: str, payload: dict[str, Any]) -> None:
    found = validation.violations(protocol, action, payload)
    assert found, "the example is valid: it shows nothing"
    accepted, standing = tolerance.sort(action, found)
    assert (accepted, standing) == ((rule,), ())


def test_every_rule_has_an_example() -> None:
    assert {rule.name for rule in tolerance.RULES} == {case[0] for case in CASES}


STANDING: list[tuple[str, str, dict[str, Any]]] = [
    (OLD, "StartTransaction", without(start_16(), "idTag")),
    (OLD, "StartTransaction", without(start_16(), "meterStart")),
    (OLD, "MeterValues", without(METERED_16, "meterValue")),
    (OLD, "Heartbeat", {"extra": 1}),
    (OLD, "StatusNotification", {**STATUS, "status": "Sleeping"}),
    (OLD, "BootNotification", {"chargePointModel": "M"}),
    (NEW, "TransactionEvent", without(event("Updated", 1, 0), "transactionInfo")),
    (NEW, "TransactionEvent", event("Updated", 1, 0) | {"eventType": "Paused"}),
    (NEW, "MeterValues", {"evseId": "1", "meterValue": [meter_2x(0, 1)]}),
]


@pytest.mark.parametrize(("protocol", "action", "payload"), STANDING)
def test_what_no_rule_covers_stands(protocol: str, action: str, payload: dict[str, Any]) -> None:
    _, standing = tolerance.sort(action, validation.violations(protocol, action, payload))
    assert standing


def test_a_rule_lets_only_its_own_breach_pass() -> None:
    payload = {**stop_16(5), "reason": "Bored", "idTag": 7}
    accepted, standing = tolerance.sort("StopTransaction", validation.violations(OLD, "StopTransaction", payload))
    assert accepted == ("vendor-stop-reason",)
    assert [str(violation) for violation in standing] == ["Type at idTag"]


def test_nulls_are_taken_out_at_every_depth() -> None:
    document = {"a": None, "b": [{"c": None, "d": 0}, None], "e": {"f": None}, "g": False}
    assert tolerance.without_nulls(document) == {"b": [{"d": 0}, None], "e": {}, "g": False}
