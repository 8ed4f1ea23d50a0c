"""Local lists: which tokens belong in one, and the next message that brings a charger there."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csms.domain import local_list as rules
from csms.domain.local_list import DIFFERENTIAL, FULL

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STATUSES = ["Accepted", "Failed", "VersionMismatch", "NotSupported", "NotImplemented", "InternalError", ""]


@pytest.mark.parametrize(("update_type", "status"), list(product([FULL, DIFFERENTIAL], STATUSES)))
def test_every_answer(update_type: str, status: str) -> None:
    after = {"Accepted": rules.APPLIED, "NotSupported": rules.UNSUPPORTED, "NotImplemented": rules.UNSUPPORTED}
    if update_type == DIFFERENTIAL:
        after |= {"Failed": rules.START_OVER, "VersionMismatch": rules.START_OVER}
    assert rules.after_answer(update_type, status) == after.get(status, rules.FAILED)


def token(uid: str, **more: Any) -> dict[str, Any]:
    return {"uid": uid, "valid": True, "whitelist": "ALWAYS", **more}


def wanted(*tokens: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    chosen: dict[str, Any] = {"groups": None, "length": 20, "most": 100, **more}
    return rules.wanted_entries(tokens, NOW, **chosen)


def test_what_an_entry_says() -> None:
    found = wanted(token("b", valid=False), token("a", group_id="G", expires_at="2027-01-01T00:00:00.000Z"))
    assert found == {
        "A": {"id_token": "a", "status": "Accepted", "group_id": "G", "valid_until": "2027-01-01T00:00:00.000Z"},
        "B": {"id_token": "b", "status": "Blocked"},
    }
    assert list(found) == ["A", "B"]


@pytest.mark.parametrize(
    "left_out",
    [
        token("X", whitelist="NEVER"),
        token("X", whitelist="ALLOWED"),
        token("X", expires_at="2026-11-20T12:00:00.000Z"),
        token("X" * 21),
    ],
)
def test_who_does_not_belong_in_it(left_out: dict[str, Any]) -> None:
    assert list(wanted(left_out, token("A"))) == ["A"]


def test_groups_and_lengths() -> None:
    tokens = [token("A", group_id="G"), token("B", group_id="H"), token("C")]
    assert list(wanted(*tokens, groups=["G", "H"])) == ["A", "B"]
    assert list(wanted(*tokens, groups=["G"])) == ["A"]
    assert list(wanted(*tokens, most=2)) == ["A", "B"]
    assert list(wanted(token("X" * 36), length=36)) == ["X" * 36]


def entries(*keys: str) -> dict[str, dict[str, Any]]:
    return {key: {"id_token": key, "status": "Accepted"} for key in keys}


def test_from_nothing_known_to_in_sync() -> None:
    prints = {"A": "1", "B": "2", "C": "3"}
    first = rules.next_message(None, entries(*prints), prints, 0, 2)
    assert first == rules.Message(FULL, 1, entries("A", "B"))
    second = rules.next_message({"A": "1", "B": "2"}, entries(*prints), prints, 1, 2)
    assert second == rules.Message(DIFFERENTIAL, 2, entries("C"))
    assert rules.next_message(prints, entries(*prints), prints, 2, 2) is None


def test_an_empty_list_is_sent_where_nothing_is_known_and_not_where_it_is_empty() -> None:
    assert rules.next_message(None, {}, {}, 7, 10) == rules.Message(FULL, 8, {})
    assert rules.next_message({}, {}, {}, 0, 10) is None


def test_who_left_is_taken_out_and_who_changed_is_sent_again() -> None:
    message = rules.next_message({"A": "1", "B": "2", "D": "4"}, entries("A", "B"), {"A": "1", "B": "9"}, 3, 10)
    assert message == rules.Message(DIFFERENTIAL, 4, {"D": None, **entries("B")})


_LISTS = st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from("123"))


@given(st.none() | _LISTS, _LISTS, st.integers(1, 5))
@settings(max_examples=80, deadline=None)
def test_messages_come_to_an_end_and_bring_the_charger_there(
    known: dict[str, str] | None, prints: dict[str, str], most: int
) -> None:
    version = 0
    while message := rules.next_message(known, entries(*prints), prints, version, most):
        assert len(message.entries) <= most
        assert message.version == version + 1
        held = {} if message.update_type == FULL else dict(known or {})
        for key, entry in message.entries.items():
            held.pop(key, None)
            if entry is not None:
                held[key] = prints[key]
        known, version = held, message.version
        assert version < 40
    assert known == prints
