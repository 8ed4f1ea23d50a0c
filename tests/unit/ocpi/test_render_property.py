"""Whatever a valid internal document holds, what leaves for either version is valid there."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csms.ocpi import render
from csms.ocpi.conformance import problems
from csms.ocpi.enums import OPEN_SINCE_2_3_0, is_enum, values
from csms.ocpi.fields import Field, Version, fields
from csms.ocpi.jsontext import decode, encode

VERSIONS: tuple[Version, ...] = ("2.2.1", "2.3.0")
KINDS: dict[str, Callable[..., dict[str, Any]]] = {
    "Location": render.location,
    "Tariff": render.tariff,
    "Session": render.session,
    "CDR": render.cdr,
    "Token": render.token,
    "Terminal": render.terminal,
    "FinancialAdviceConfirmation": render.financial_advice_confirmation,
    "Credentials": render.credentials,
}

_ascii = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
_amounts = st.decimals(0, 10_000, places=4)


def _scalar(field: Field) -> st.SearchStrategy[Any]:
    if is_enum(field.type):
        known = st.sampled_from(sorted(values(field.type, "2.3.0")))
        return known | st.just("SOMETHING_NEW") if field.type in OPEN_SINCE_2_3_0 else known
    if field.type in {"ci", "s"}:
        return st.text(_ascii, min_size=1, max_size=min(field.limit or 20, 20))
    return {
        # Longer than allowed on purpose: texts are cut.
        "t": st.text(min_size=1, max_size=2 * min(field.limit or 20, 20)),
        "url": st.just("https://csms.example/x"),
        "time": st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)).map(lambda at: at.isoformat()),  # noqa: DTZ001 - hypothesis wants bounds without zone
        "num": st.decimals(-1000, 1000, places=6),
        "money": _amounts,
        "int": st.integers(0, 10_000),
        "bool": st.booleans(),
    }[field.type]


@cache
def _documents(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in fields(kind, "2.3.0").items():
        nested = not is_enum(field.type) and field.type[0].isupper()
        strategy = _documents(field.type) if nested else _scalar(field)
        if field.many:
            strategy = st.lists(strategy, min_size=int(field.cardinality == "+"), max_size=2)
        (required if field.required else optional)[name] = strategy
    return st.fixed_dictionaries(required, optional=optional)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_rendering_conforms(kind: str, data: st.DataObject) -> None:
    source = data.draw(_documents(kind))
    for version in VERSIONS:
        notes: list[str] = []
        rendered = KINDS[kind](source, version, notes)
        # A required value at the top of a document has nowhere to be left out: it is sent, and noted.
        excused = {f"{kind}.{note.split(':')[0]}" for note in notes if "sent as it is" in note}
        found = [problem for problem in problems(kind, rendered, version) if problem.split(":")[0] not in excused]
        assert found == []
        assert decode(encode(rendered)) == _as_decoded(rendered)


def _as_decoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_decoded(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_decoded(member) for member in value]
    return int(value) if isinstance(value, Decimal) and value == int(value) else value
