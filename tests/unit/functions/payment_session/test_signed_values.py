import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.transaction import entry
from functions.payment_session.signed_values import signed_data_of


def at(minute: int) -> datetime:
    return datetime(2026, 3, 2, 9, minute, tzinfo=UTC)


def signed(minute: int, context: str, *values: dict[str, Any]) -> dict[str, Any]:
    return entry(at(minute), context=context, sig=list(values))


OCMF = 'OCMF|{"RD":[{"RV":1}]}|{"SD":"30"}'


def test_nothing_signed_is_nothing() -> None:
    assert signed_data_of({}) is None
    assert signed_data_of({"a": entry(at(0)), "b": signed(1, "Transaction.End", {"data": ""})}) is None


def test_values_are_in_order_and_say_what_they_are() -> None:
    found = signed_data_of(
        {
            "z": signed(0, "Transaction.Begin", {"data": "AA"}),
            "a": signed(59, "Transaction.End", {"data": "CC"}),
            "m": signed(30, "Sample.Periodic", {"data": "BB"}),
        }
    )
    assert found is not None
    assert [(value["nature"], value["signed_data"]) for value in found["signed_values"]] == [
        ("Start", "AA"),
        ("Intermediate", "BB"),
        ("End", "CC"),
    ]


@pytest.mark.parametrize("data", [OCMF, base64.b64encode(OCMF.encode()).decode()])
def test_ocmf_is_recognised_as_text_and_as_base64(data: str) -> None:
    found = signed_data_of({"a": signed(0, "Transaction.End", {"data": data})})
    assert found is not None
    (value,) = found["signed_values"]
    assert found["encoding_method"] == "OCMF"
    assert value["plain_data"] == '{"RD":[{"RV":1}]}'
    assert base64.b64decode(value["signed_data"]).decode() == OCMF


def test_a_2x_value_names_its_encoding_and_key() -> None:
    value = {"data": "QUJD", "method": "ECDSA", "encoding": "EDL40 Mennekes", "public_key": "KEY"}
    found = signed_data_of({"a": signed(0, "Transaction.End", value)})
    assert found is not None
    assert (found["encoding_method"], found["public_key"]) == ("EDL40 Mennekes", "KEY")
    assert found["signed_values"][0]["plain_data"] == "QUJD"


def test_a_key_too_long_for_ocpi_is_left_out() -> None:
    found = signed_data_of({"a": signed(0, "Transaction.End", {"data": "AA", "public_key": "K" * 513})})
    assert found is not None
    assert "public_key" not in found


def test_unknown_data_is_passed_on_as_it_is() -> None:
    found = signed_data_of({"a": signed(0, "Transaction.End", {"data": "0a:0b"})})
    assert found is not None
    assert found["encoding_method"] == "OTHER"
    assert found["signed_values"][0]["plain_data"] == "0a:0b"
    assert base64.b64decode(found["signed_values"][0]["signed_data"]) == b"0a:0b"
