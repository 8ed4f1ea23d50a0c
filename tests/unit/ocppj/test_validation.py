"""Schema validation of requests and answers, and the error code of each kind of breach."""

from decimal import Decimal
from typing import Any

import pytest

from csms.ocppj import errors, validation
from tests.kit.frames import at, event, start_16

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


def codes(protocol: str, action: str, payload: dict[str, Any], *, answer: bool = False) -> list[tuple[str, str]]:
    found = validation.violations(protocol, action, payload, answer=answer)
    return [(str(violation), violation.code) for violation in found]


def test_valid_requests_and_answers_have_no_violation() -> None:
    assert codes("ocpp1.6", "StatusNotification", STATUS) == []
    assert codes("ocpp1.6", "Heartbeat", {"currentTime": at()}, answer=True) == []
    assert codes("ocpp2.0.1", "TransactionEvent", event("Started", 0, 0)) == []
    assert codes("ocpp2.0.1", "TransactionEvent", {}, answer=True) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"connectorId": "1"}, [("Type at connectorId", errors.TYPE_VIOLATION)]),
        ({"connectorId": None}, [("Type at connectorId", errors.TYPE_VIOLATION)]),
        ({"status": "Sleeping"}, [("Enum at status", errors.PROPERTY_VIOLATION)]),
        ({"info": "x" * 51}, [("MaxLength at info", errors.PROPERTY_VIOLATION)]),
        ({"more": 1}, [("AdditionalProperties at payload", errors.FORMAT_VIOLATION)]),
    ],
)
def test_each_kind_of_breach_has_its_code(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes("ocpp1.6", "StatusNotification", {**STATUS, **change}) == expected


def test_what_is_missing_is_named() -> None:
    found = validation.violations("ocpp1.6", "StatusNotification", {"connectorId": 1, "errorCode": "NoError"})
    assert [(v.keyword, v.missing, v.code) for v in found] == [("Required", "status", errors.OCCURRENCE_VIOLATION)]


def test_every_breach_is_listed_and_no_value_is_repeated() -> None:
    found = validation.violations("ocpp1.6", "StatusNotification", {"connectorId": "SECRET", "status": "SECRET"})
    assert len(found) == 3
    assert "SECRET" not in "".join(map(str, found))


def test_an_empty_list_breaks_an_occurrence() -> None:
    payload = {"evseId": 1, "meterValue": []}
    assert codes("ocpp2.0.1", "MeterValues", payload) == [("MinItems at meterValue", errors.OCCURRENCE_VIOLATION)]


def test_decimals_are_numbers() -> None:
    sample = {"value": Decimal("1015.2777709960938")}
    payload = {"evseId": 1, "meterValue": [{"timestamp": at(), "sampledValue": [sample]}]}
    assert codes("ocpp2.0.1", "MeterValues", payload) == []


def test_times_are_not_judged_here() -> None:
    assert codes("ocpp1.6", "StartTransaction", {**start_16(), "timestamp": "2026-11-20 12:00"}) == []


def test_answers_are_judged_by_their_own_schema() -> None:
    assert codes("ocpp1.6", "StartTransaction", {"transactionId": 1}, answer=True) != []
    answer = {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}
    assert codes("ocpp1.6", "StartTransaction", answer, answer=True) == []


def test_actions_of_the_versions() -> None:
    old, new = validation.actions("ocpp1.6"), validation.actions("ocpp2.0.1")
    assert (len(old), len(new)) == (39, 64)
    assert "StartTransaction" in old - new
    assert "TransactionEvent" in new - old
    assert "Heartbeat" in old & new
    newest = validation.actions("ocpp2.1")
    assert len(newest) == 91
    assert new < newest
    assert newest >= validation.UNCONFIRMED


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
@pytest.mark.parametrize("answer", [False, True])
def test_every_schema_can_be_used(protocol: str, *, answer: bool) -> None:
    """What is sent unconfirmed has no answer, and no schema of one."""
    for action in validation.actions(protocol) - (validation.UNCONFIRMED if answer else frozenset()):
        validation.violations(protocol, action, {"no such member": 1}, answer=answer)


def test_an_unknown_protocol_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        validation.actions("ocpp9")
