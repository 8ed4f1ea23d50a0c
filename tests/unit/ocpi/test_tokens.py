"""Credentials tokens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.ocpi import tokens

printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)


def test_tokens_are_long_printable_and_different() -> None:
    made = {tokens.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(43 <= len(token) <= 64 and all("!" <= letter <= "~" for letter in token) for token in made)


def test_the_source_of_chance_can_be_given() -> None:
    assert tokens.generate(lambda count: b"\0" * count) == "A" * 43


def test_the_header_is_base64_unless_the_partner_cannot() -> None:
    assert tokens.authorization("example-token") == "Token ZXhhbXBsZS10b2tlbg=="
    assert tokens.authorization("example-token", raw=True) == "Token example-token"


@given(printable, st.booleans())
def test_what_we_send_is_recognised(token: str, raw: bool) -> None:
    assert tokens.matches(tokens.authorization(token, raw=raw), [tokens.digest("other"), tokens.digest(token)])
    assert not tokens.matches(tokens.authorization(token, raw=raw), [tokens.digest(token + "x")])


def test_the_specifications_own_example_with_its_line_feed_is_recognised() -> None:
    assert "example-token" in tokens.candidates("Token ZXhhbXBsZS10b2tlbgo=")


@pytest.mark.parametrize(
    "header",
    ["Token ZXhhbXBsZS10b2tlbg==", "token  ZXhhbXBsZS10b2tlbg", "  TOKEN example-token ", "Token example-token"],
)
def test_habits_of_clients_are_understood(header: str | None) -> None:
    assert "example-token" in tokens.candidates(header)


@pytest.mark.parametrize(
    "header",
    [None, "", "Token", "Token ", "Bearer example-token", "example-token", "Token " + "x" * 2000, "Basic Og=="],
)
def test_what_is_no_token_has_no_candidates(header: str | None) -> None:
    assert tokens.candidates(header) == ()
    assert not tokens.matches(header, [tokens.digest("")])


def test_bytes_that_are_no_text_are_taken_as_they_stand() -> None:
    sent = base64.b64encode(b"\xff\xfe\xfd").decode()
    assert tokens.candidates(f"Token {sent}") == (sent,)


def test_candidates_are_ordered_and_do_not_repeat() -> None:
    sent = base64.b64encode(b" abc ").decode()
    assert tokens.candidates(f"Token {sent}") == (" abc ", "abc", sent)
    assert tokens.digests(f"Token {sent}")[1] == tokens.digest("abc")


@given(st.text(max_size=200))
def test_no_header_breaks_the_reading(header: str) -> None:
    assert isinstance(tokens.digests("Token " + header), tuple)
