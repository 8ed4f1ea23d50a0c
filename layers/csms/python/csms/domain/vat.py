"""VAT numbers of the European Union (and Northern Ireland): form and check digits, as far as each country publishes them.

A number that passes can be one; whether it is given to anybody only the VIES service of the tax offices knows.
Countries without a published, simple check (CZ, ES, HR, IE, LT, LV, RO, XI and others) are checked by form alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SEPARATORS: Final = re.compile(r"[\s.\-/]")

# What follows the country's two letters. Greece writes EL.
_FORMS: Final = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"[1-9]\d{8}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W]",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{10}01",
    "SI": r"[1-9]\d{7}",
    "SK": r"[1-9]\d{9}",
    "XI": r"\d{9}|\d{12}|GD[0-4]\d{2}|HA[5-9]\d{2}",
}


def normal_form(number: str) -> str:
    """The number in capitals, without the separators that people write."""
    return _SEPARATORS.sub("", number).upper()


def is_vat_number(number: str) -> bool:
    """Whether this can be the VAT number of an EU country: its prefix, its form, and its check digits where known."""
    plain = normal_form(number)
    country, rest = plain[:2], plain[2:]
    form = _FORMS.get(country)
    if form is None or not plain.isascii() or not re.fullmatch(form, rest):
        return False
    check = _CHECKS.get(country)
    return check is None or check(rest)


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdigit()]


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: Sequence[int]) -> bool:
    doubled = [sum(divmod(digit * 2, 10)) if index % 2 else digit for index, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _austria(rest: str) -> bool:
    digits = _digits(rest)
    total = sum(sum(divmod(digit * 2, 10)) if index % 2 else digit for index, digit in enumerate(digits[:7]))
    return (10 - (total + 4) % 10) % 10 == digits[7]


def _belgium(rest: str) -> bool:
    return 97 - int(rest[:8]) % 97 == int(rest[8:])


def _germany(rest: str) -> bool:
    """ISO 7064, mod 11,10."""
    digits, product = _digits(rest), 10
    for digit in digits[:8]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[8]


def _denmark(rest: str) -> bool:
    return _weighted(_digits(rest), (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _estonia(rest: str) -> bool:
    return _weighted(_digits(rest), (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0


def _greece(rest: str) -> bool:
    digits = _digits(rest)
    return _weighted(digits[:8], (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == digits[8]


def _finland(rest: str) -> bool:
    return _weighted(_digits(rest), (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0


def _france(rest: str) -> bool:
    """Two check digits before the SIREN; the newer keys with letters are checked by form alone."""
    if not rest[:2].isdigit():
        return True
    return (int(rest[2:]) * 100 + 12) % 97 == int(rest[:2])


def _hungary(rest: str) -> bool:
    return _weighted(_digits(rest), (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0


def _italy(rest: str) -> bool:
    return _luhn(_digits(rest))


def _luxembourg(rest: str) -> bool:
    return int(rest[:6]) % 89 == int(rest[6:])


def _malta(rest: str) -> bool:
    digits = _digits(rest)
    return 37 - _weighted(digits[:6], (3, 4, 6, 7, 8, 9)) % 37 == int(rest[6:])


def _netherlands(rest: str) -> bool:
    """Legal persons: mod 11 on the nine digits. Since 2020 sole traders: mod 97 on the whole number, letters as 10 to 35."""
    digits = _digits(rest[:9])
    if _weighted(digits[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11 == digits[8]:
        return True
    return int("".join(str(int(character, 36)) for character in f"NL{rest}")) % 97 == 1


def _poland(rest: str) -> bool:
    digits = _digits(rest)
    return _weighted(digits[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == digits[9]


def _portugal(rest: str) -> bool:
    digits = _digits(rest)
    return (11 - _weighted(digits[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11) % 11 % 10 == digits[8]


def _sweden(rest: str) -> bool:
    return _luhn(_digits(rest[:10]))


def _slovenia(rest: str) -> bool:
    digits = _digits(rest)
    check = 11 - _weighted(digits[:7], (8, 7, 6, 5, 4, 3, 2)) % 11
    return check != 11 and check % 10 == digits[7]


def _slovakia(rest: str) -> bool:
    return int(rest) % 11 == 0


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "AT": _austria,
    "BE": _belgium,
    "DE": _germany,
    "DK": _denmark,
    "EE": _estonia,
    "EL": _greece,
    "FI": _finland,
    "FR": _france,
    "HU": _hungary,
    "IT": _italy,
    "LU": _luxembourg,
    "MT": _malta,
    "NL": _netherlands,
    "PL": _poland,
    "PT": _portugal,
    "SE": _sweden,
    "SI": _slovenia,
    "SK": _slovakia,
}
