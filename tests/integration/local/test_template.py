from __future__ import annotations

from typing import Any

import pytest

from local.filters import matches, wanted
from local.template import NO_VALUE, Resolver, TemplateError, read_template
from local.units import item_size


class _Resources:
    def reference(self, stack: str, logical_id: str) -> str:
        return f"ref:{stack}:{logical_id}"

    def attribute(self, stack: str, logical_id: str, name: str) -> str:
        return f"att:{stack}:{logical_id}.{name}"


def _resolver(**documents: Any) -> Resolver:
    templates = {name: read_template(name, document) for name, document in documents.items()}
    return Resolver(templates, _Resources(), {"AWS::Region": "eu-west-1", "AWS::AccountId": "1"}, {"Given": "here"})


APP: dict[str, Any] = {
    "Resources": {"A": {"Type": "T"}},
    "Parameters": {"Size": {"Default": "small"}, "Given": {}, "Missing": {}},
    "Mappings": {"M": {"eu-west-1": {"x": "mapped"}}},
    "Conditions": {
        "Small": {"Fn::Equals": [{"Ref": "Size"}, "small"]},
        "Not": {"Fn::Not": [{"Condition": "Small"}]},
        "Both": {"Fn::And": [{"Condition": "Small"}, {"Condition": "Not"}]},
        "Either": {"Fn::Or": [{"Condition": "Small"}, {"Condition": "Not"}]},
    },
}
DATA: dict[str, Any] = {
    "Resources": {"B": {"Type": "T"}},
    "Outputs": {"O": {"Value": {"Fn::GetAtt": ["B", "Arn"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}:B"}}}},
}


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "A"}, "ref:app:A"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::StackName"}, "app"),
        ({"Ref": "Size"}, "small"),
        ({"Ref": "Given"}, "here"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "att:app:A.Arn"),
        ({"Fn::GetAtt": "A.Deep.Arn"}, "att:app:A.Deep.Arn"),
        ({"Fn::Join": ["-", ["a", {"Ref": "A"}, 1]]}, "a-ref:app:A-1"),
        ({"Fn::Sub": "${A}/${A.Arn}/${!literal}/${AWS::Region}"}, "ref:app:A/att:app:A.Arn/${literal}/eu-west-1"),
        ({"Fn::Sub": ["${x}${A}", {"x": {"Ref": "Size"}}]}, "smallref:app:A"),
        ({"Fn::Select": ["1", {"Fn::Split": [":", "a:b:c"]}]}, "b"),
        ({"Fn::ImportValue": "data:B"}, "att:data:B.Arn"),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "x"]}, "mapped"),
        ({"Fn::If": ["Small", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Fn::Base64": "hi"}, "aGk="),
        ([{"Ref": "AWS::NoValue"}, "kept"], ["kept"]),
        ({"gone": {"Fn::If": ["Not", "x", {"Ref": "AWS::NoValue"}]}, "kept": 1}, {"kept": 1}),
    ],
)
def test_functions(node: Any, value: Any) -> None:
    assert _resolver(app=APP, data=DATA).value("app", node) == value


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"Ref": "Nobody"}, "unknown Nobody"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "unknown Nobody"),
        ({"Ref": "Missing"}, "no value and no default"),
        ({"Fn::ImportValue": "nothing"}, "nothing exports"),
        ({"Fn::Cidr": ["x"]}, "Fn::Cidr is not supported"),
    ],
)
def test_what_cannot_be_resolved_is_an_error(node: Any, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        _resolver(app=APP, data=DATA).value("app", node)


def test_no_value_itself_is_a_marker() -> None:
    assert _resolver(app=APP).value("app", {"Ref": "AWS::NoValue"}) is NO_VALUE


@pytest.mark.parametrize(
    ("pattern", "record", "expected"),
    [
        ({"a": ["x"]}, {"a": "x"}, True),
        ({"a": ["x", "y"]}, {"a": "y"}, True),
        ({"a": ["x"]}, {}, False),
        ({"a": {"b": [{"prefix": "TX"}]}}, {"a": {"b": "TX#1"}}, True),
        ({"a": {"b": [{"prefix": "TX"}]}}, {"a": {"b": "XTX"}}, False),
        ({"a": {"b": [{"prefix": "TX"}]}}, {}, False),
        ({"a": [{"suffix": ".x"}]}, {"a": "1.x"}, True),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": True}]}, {}, False),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "xy"}, False),
        ({"a": [{"numeric": [">", 1, "<=", 2]}]}, {"a": "2"}, True),
        ({"a": [{"numeric": [">", 1]}]}, {"a": 1}, False),
        ({"a": [{"equals-ignore-case": "X"}]}, {"a": "x"}, True),
        ({"a": [{"wildcard": "a*c"}]}, {"a": "abc"}, True),
        ({"a": [None]}, {"a": None}, True),
    ],
)
def test_event_patterns(pattern: dict[str, Any], record: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, record) is expected


def test_no_filter_lets_everything_through_and_of_several_one_must_match() -> None:
    assert wanted((), {"a": 1})
    assert wanted(({"a": ["x"]}, {"a": ["y"]}), {"a": "y"})
    with pytest.raises(TemplateError):
        matches({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "10.0.0.1"})


def test_an_items_size_is_names_and_values() -> None:
    assert item_size({"pk": {"S": "abc"}, "é": {"BOOL": True}}) == 2 + 3 + 2 + 1
    assert item_size({"n": {"N": "12345"}}) == 1 + 3 + 1
    assert item_size({"m": {"M": {"k": {"S": "v"}}}, "l": {"L": [{"NULL": True}]}}) == (1 + 3 + 1 + 1 + 1) + (1 + 3 + 2)
    assert item_size({"s": {"SS": ["ab", "c"]}}) == 1 + 3
