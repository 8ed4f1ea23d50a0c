"""Names of variables, values that mean the same, drift, and the parts of a report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.device_model import Variable, has_drifted, is_complete, read_variable, same_value


def test_a_key_tells_every_variable_from_the_others() -> None:
    entry = {
        "component": {"name": "Connector", "instance": "A", "evse": {"id": 1, "connectorId": 2}},
        "variable": {"name": "Available", "instance": "B"},
    }
    variable = read_variable(entry)
    assert variable == Variable("Connector", "Available", "A", "B", 1, 2)
    assert variable.key == "connector#a#1.2#available#b"
    assert Variable("Connector", "Available", evse_id=1).key == "connector##1#available#"
    assert Variable("A#B", "C").key != Variable("A", "B", "C").key


@given(st.text(max_size=70), st.text(max_size=70), st.text(max_size=70), st.text(max_size=70))
def test_a_key_is_five_parts_and_fits(component: str, name: str, first: str, second: str) -> None:
    key = Variable(component, name, first, second, 1, 1).key
    assert key.count("#") == 4


@pytest.mark.parametrize("entry", [None, 5, {}, {"component": 1, "variable": 2}, {"component": {}, "variable": {}}])
def test_something_else_is_no_variable(entry: object) -> None:
    assert read_variable(entry) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("300", "300.0"), ("true", "True"), ("a, b", "a,b"), ("x ", "x"), ("1e3", "1000"), ("NaN", "NaN")],
)
def test_values_that_mean_the_same(one: str, other: str) -> None:
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("300", "301"), ("true", "false"), ("a,b", "b,a"), ("Key", "key"), ("", "0")]
)
def test_values_that_differ(one: str, other: str) -> None:
    assert not same_value(one, other)


def test_drift_is_only_said_of_what_is_known() -> None:
    assert has_drifted({"value": "1"}, {"value": "2"})
    assert not has_drifted({"value": "1"}, {"value": "1.0"})
    assert not has_drifted({}, {"value": "1"})
    assert not has_drifted({"at": "now"}, {"value": "1"})
    assert not has_drifted({"value": "1"}, None)


@pytest.mark.parametrize(
    ("parts", "complete"),
    [
        ([(0, False)], True),
        ([(1, False)], False),
        ([(0, True), (1, False)], True),
        ([(1, False), (0, True), (0, True)], True),
        ([(0, True)], False),
        ([(0, True), (2, False)], False),
        ([(2, False)], False),
        ([], False),
    ],
)
def test_a_report_is_complete_with_its_last_part_and_all_before(parts: list[tuple[int, bool]], complete: bool) -> None:
    assert is_complete(parts) == complete
