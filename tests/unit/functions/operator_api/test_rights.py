from __future__ import annotations

from typing import Any

import pytest

from functions.operator_api import rights
from functions.operator_api.rights import caller_of
from functions.operator_api.routes import ROUTES
from infra.operator_api import GROUPS


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("[admin operator]", {"admin", "operator"}),
        ("[viewer]", {"viewer"}),
        ("[admin, operator]", {"admin", "operator"}),
        ('["admin"]', {"admin"}),
        (["admin", "viewer"], {"admin", "viewer"}),
        ("", set()),
        ("[]", set()),
        (None, set()),
    ],
)
def test_groups_are_read_however_they_are_delivered(claim: Any, groups: set[str]) -> None:
    caller = caller_of({"sub": "s", "cognito:groups": claim})

    assert caller is not None
    assert caller.groups == groups


def test_a_caller_is_named_by_whatever_the_token_has() -> None:
    names = [
        caller_of({"sub": "s", **more})
        for more in ({"email": "a@b.example"}, {"cognito:username": "ann"}, {"username": "bob"}, {})
    ]

    assert [caller and caller.name for caller in names] == ["a@b.example", "ann", "bob", "s"]
    assert caller_of({"email": "a@b.example"}) is None


def test_every_group_of_the_user_pool_has_a_role_and_the_reverse() -> None:
    assert set(rights.ROLES) == set(GROUPS)


def test_the_admin_may_do_everything_that_there_is() -> None:
    assert rights.ROLES["admin"] == {route.right for route in ROUTES}


def test_a_viewer_changes_nothing() -> None:
    assert {route.method for route in ROUTES if route.right in rights.ROLES["viewer"]} == {"GET"}


@pytest.mark.parametrize("group", ["viewer", "finance", "installer", "operator"])
def test_tokens_of_partners_are_the_admins_alone(group: str) -> None:
    assert rights.SECRETS not in rights.ROLES[group]
