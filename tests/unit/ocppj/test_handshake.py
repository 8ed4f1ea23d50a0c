import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms import contract
from csms.ocppj import handshake

SALT = b"0123456789abcdef"
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def basic(user: str, password: bytes) -> str:
    return "Basic " + base64.b64encode(user.encode() + b":" + password).decode()


@pytest.mark.parametrize(
    ("query", "user", "identity"),
    [
        ({"cp": "CP001"}, None, "CP001"),
        ({"cp": "/CP001"}, None, "CP001"),  # chargers append "/<id>" to whatever they are given
        ({"cp": "CP%2A1"}, None, "CP*1"),
        ({"cp": "t1/CP001"}, None, "CP001"),
        ({}, "CP001", "CP001"),
        ({"cp": ""}, "CP001", "CP001"),
        ({}, None, None),
        ({"cp": ".."}, None, None),
        ({"cp": 'a"b'}, None, None),
        ({"cp": "x" * 49}, None, None),
    ],
)
def test_the_identity_comes_from_path_query_or_user(
    query: dict[str, str], user: str | None, identity: str | None
) -> None:
    given_user = handshake.Basic(user, b"") if user else None
    assert handshake.identity_of(query, given_user) == identity


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ("ocpp1.6", "ocpp1.6"),
        ("ocpp1.6, ocpp2.0.1", "ocpp1.6"),  # the charger's order counts
        ("ocpp2.1,ocpp2.0.1", "ocpp2.0.1"),
        ("OCPP1.6 ", "ocpp1.6"),
        ("ocpp1.5", None),
        ("", None),
        (None, None),
    ],
)
def test_the_version_is_the_first_of_the_chargers_own_that_is_served(offered: str | None, chosen: str | None) -> None:
    assert handshake.choose_protocol(offered, ("ocpp2.0.1", "ocpp1.6")) == chosen


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ("ocpp2.1, ocpp2.0.1", "ocpp2.1"),
        ("ocpp2.0.1, ocpp2.1", "ocpp2.0.1"),
        ("ocpp1.6,ocpp2.1", "ocpp1.6"),
        ("ocpp2.2, OCPP2.1", "ocpp2.1"),
    ],
)
def test_the_versions_served_by_default(offered: str, chosen: str) -> None:
    assert handshake.choose_protocol(offered, contract.OCPP_PROTOCOLS) == chosen


def test_a_password_is_everything_behind_the_first_colon_and_may_be_any_bytes() -> None:
    read = handshake.read_basic(basic("CP001", b"a:b\xff"))
    assert read == handshake.Basic("CP001", b"a:b\xff")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer x", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"no").decode()]
)
def test_other_headers_are_no_credentials(header: str | None) -> None:
    assert handshake.read_basic(header) is None


@given(st.text(max_size=60))
def test_reading_credentials_never_raises(header: str) -> None:
    handshake.read_basic(header)
    handshake.read_basic(f"Basic {header}")


@pytest.mark.parametrize("sent", [KEY.encode(), bytes.fromhex(KEY), KEY.upper().encode()])
def test_every_form_of_a_hexadecimal_key_is_accepted(sent: bytes) -> None:
    assert handshake.password_matches(sent, handshake.stored_forms(KEY, SALT))


@pytest.mark.parametrize("sent", [b"", b"0f1e", KEY[:-1].encode(), b"another-password"])
def test_other_passwords_are_refused(sent: bytes) -> None:
    stored: list[Any] = handshake.stored_forms(KEY, SALT)
    assert not handshake.password_matches(sent, stored)
    assert not handshake.password_matches(sent, [])


def test_a_password_that_is_no_hexadecimal_has_one_form() -> None:
    stored = handshake.stored_forms("correct horse battery", SALT)
    assert len(stored) == 1
    assert "correct" not in str(stored)
    assert handshake.password_matches(b"correct horse battery", stored)
