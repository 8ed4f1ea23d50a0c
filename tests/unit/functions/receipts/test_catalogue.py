from decimal import Decimal
from typing import get_args

import pytest

from csms.domain.receipt import LineKind, Outcome
from functions.receipts.catalogue import WORDS, Language, language_of, number


@pytest.mark.parametrize("language", get_args(Language))
def test_every_language_has_every_word(language: Language) -> None:
    assert WORDS[language].keys() == WORDS["en"].keys()
    assert {*get_args(Outcome), *get_args(LineKind)} <= WORDS[language].keys()
    assert all(WORDS[language].values())


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("en;q=0.3, fr;q=0.9", "fr"),
        ("pl, de;q=0.5", "de"),
        ("pl", "en"),
        ("DE-at", "de"),
        ("de;q=0", "en"),
        ("de;q=much, fr;q=0.1", "fr"),
        ("dex", "en"),
        ("," * 5000 + "de", "en"),
    ],
)
def test_the_language_is_the_one_that_is_wanted_most(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_numbers_have_the_languages_sign() -> None:
    assert number(Decimal("5.4"), 2, "en") == "5.40"
    assert number(Decimal("5.4"), 2, "nl") == "5,40"
    assert number(Decimal(1200), 0, "de") == "1200"
