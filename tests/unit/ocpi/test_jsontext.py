"""JSON with Decimal numbers."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.ocpi.errors import BadJson
from csms.ocpi.jsontext import decode, encode


def test_numbers_with_a_point_are_exact_decimals() -> None:
    value = decode('{"a": 0.1, "b": 3, "c": 1e2}')
    assert value == {"a": Decimal("0.1"), "b": 3, "c": Decimal(100)}
    assert isinstance(value["a"], Decimal)
    assert isinstance(value["b"], int)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        b"",
        "{",
        "nul",
        "NaN",
        '{"a": NaN}',
        "[-Infinity]",
        "1e9999",
        "1e-9999",
        "9" * 41,
        "0." + "1" * 41,
        "[" * 100_000,
        "[" * 70 + "]" * 70,
        '"\\ud800"',
        b"\xff\xfe",
        "{'a': 1}",
        "1 2",
    ],
)
def test_what_is_not_a_json_text_of_ours_is_refused(text: str | bytes | None) -> None:
    with pytest.raises(BadJson) as caught:
        decode(text)
    assert (caught.value.http_status, caught.value.status_code) == (400, 2000)


def test_wide_bodies_and_paired_surrogates_are_fine() -> None:
    assert decode("[" + ",".join(["{}"] * 500) + "]") == [{}] * 500
    assert decode('"\\ud83d\\ude00"') == "\N{GRINNING FACE}"
    assert decode(b"\xef\xbb\xbf{}") == {}


def test_nothing_is_written_as_null_inside_an_object() -> None:
    assert encode({"a": None, "b": {"c": None}, "d": [None, 1]}) == '{"b":{},"d":[null,1]}'


def test_decimals_are_written_digit_by_digit() -> None:
    written = encode([Decimal("4.00"), Decimal("1E+2"), Decimal("1E-7"), Decimal("0.1"), True, 7])
    assert written == "[4.00,100,0.0000001,0.1,true,7]"


def test_a_datetime_is_written_as_ocpi_wants_it() -> None:
    assert encode(datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)) == '"2026-01-02T03:04:05.678Z"'


@pytest.mark.parametrize("value", [0.1, {1: "a"}, object(), {"a": {0.5}}])
def test_a_float_or_a_stranger_is_a_fault_of_ours(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), {"a": Decimal("sNaN")}])
def test_a_number_that_is_none_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match="finite"):
        encode(value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_json)
def test_what_is_written_is_json_and_reads_back(value: object) -> None:
    written = encode(value)
    assert encode(decode(written)) == written
    json.loads(written)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_a_decimal_survives_the_wire(value: Decimal) -> None:
    assert Decimal(decode(encode([value]))[0]) == value
