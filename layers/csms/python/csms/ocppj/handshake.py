"""The opening handshake of OCPP-J: who connects, which version, which password (ocpp-j-1.6 chapter 3, OCPP 2.0.1 part 4 chapter 3).

Pure. The identity comes from the path (the edge turns `/ocpp/<id>` into a query), from `?cp=<id>`, or is the user name of
Basic authentication. Passwords are kept as salted hashes; a 1.6 AuthorizationKey may arrive as raw bytes, as its hex text
or as plain text, so each form that a charger may send is compared.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IDENTITY: Final = re.compile(r"[A-Za-z0-9*\-_=:+|@.]{1,48}")
_HASH_ROUNDS: Final = 10_000  # a 16 to 40 character random key; once per connection, within a few milliseconds
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){8,20}")


@dataclass(frozen=True, slots=True)
class Basic:
    """User name and password of an Authorization header; the password may be any bytes."""

    user: str
    password: bytes


def identity_of(query: Mapping[str, str], basic: Basic | None) -> str | None:
    """The charger's identity, or None where there is none or it has forbidden characters.

    Chargers append "/<id>" to whatever URL they are given, so the value of `?cp=` may start with a slash.
    """
    given = unquote(query.get("cp") or "").strip("/").rsplit("/", 1)[-1]
    identity = given or (basic.user if basic else "")
    return identity if IDENTITY.fullmatch(identity) and identity not in {".", ".."} else None


def read_basic(header: str | None) -> Basic | None:
    """Credentials of a Basic Authorization header, split at the first colon; None where it is something else."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, separator, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return Basic(user.decode("utf-8", "replace"), password) if separator else None


def choose_protocol(offered: str | None, supported: Iterable[str]) -> str | None:
    """The first of the charger's own list that is supported; spaces and case do not matter."""
    known = {name.lower(): name for name in supported}
    for name in (offered or "").split(","):
        found = known.get(name.strip().lower())
        if found:
            return found
    return None


def hash_password(password: bytes | str, salt: bytes) -> dict[str, str]:
    """What is stored of a password: salt and PBKDF2 hash, as hex."""
    raw = password.encode() if isinstance(password, str) else password
    digest = hashlib.pbkdf2_hmac("sha256", raw, salt, _HASH_ROUNDS)
    return {"salt": salt.hex(), "hash": digest.hex()}


def stored_forms(password: str, salt: bytes) -> list[dict[str, str]]:
    """Hashes of the forms in which a charger may send this password: as text, and where it is hex, as the bytes it means."""
    forms = [hash_password(password, salt)]
    if _HEX.fullmatch(password.encode()):
        forms.append(hash_password(bytes.fromhex(password), salt))
        forms.append(hash_password(password.swapcase(), salt))
    return forms


def password_matches(password: bytes, stored: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a password is one of those stored; every stored form is compared, in constant time."""
    matched = False
    for entry in stored:
        digest = hashlib.pbkdf2_hmac("sha256", password, bytes.fromhex(entry["salt"]), _HASH_ROUNDS)
        matched |= hmac.compare_digest(digest.hex(), entry["hash"])
    return matched
