from __future__ import annotations

import inspect
from collections import Counter

import pytest

from functions.operator_api.problems import MethodNotAllowed, NotFound
from functions.operator_api.routes import ROUTES, Route, find

every_route = pytest.mark.parametrize("route", ROUTES, ids=[f"{route.method} {route.path}" for route in ROUTES])


@every_route
def test_a_route_finds_its_function_with_the_names_it_takes(route: Route) -> None:
    named = {part[1:-1]: f"value-of-{part[1:-1]}" for part in route.path.split("/") if part.startswith("{")}
    path = route.path.format(**named)

    found, segments = find(route.method, path.split("/"))

    assert (found, segments) == (route, named)
    assert list(inspect.signature(route.function).parameters)[1:] == list(named)


@every_route
def test_a_function_says_what_it_does(route: Route) -> None:
    assert inspect.getdoc(route.function)


def test_no_two_routes_answer_the_same_request() -> None:
    shapes = Counter(
        (route.method, tuple("*" if part.startswith("{") else part for part in route.path.split("/")))
        for route in ROUTES
    )

    assert set(shapes.values()) == {1}


def test_what_is_not_there() -> None:
    with pytest.raises(NotFound):
        find("GET", ["nowhere"])
    with pytest.raises(MethodNotAllowed) as refused:
        find("DELETE", ["locations", "L1"])
    assert refused.value.headers == {"Allow": "GET, PUT"}
