"""Credentials tokens: made, sent, recognised. These are the partners' keys, not the Tokens of drivers.

Only the SHA-256 of a token that partners use with us is stored. The tokens are random and long, so a plain hash
suffices, and the hash can be looked up.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable

_BYTES = 32
_HEADER_MAX = 1024


def generate(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Make a credentials token: 43 characters of U+0021..U+007E carrying 256 random bits."""
    return base64.urlsafe_b64encode(random_bytes(_BYTES)).decode().rstrip("=")


def authorization(token: str, *, raw: bool = False) -> str:
    """Build the value of the Authorization header: Base64 as OCPI asks, or `raw` for partners that do not decode."""
    return f"Token {token if raw else base64.b64encode(token.encode()).decode()}"


def candidates(header: str | None) -> tuple[str, ...]:
    """List the tokens an inbound Authorization header may stand for, most likely first, without repeats.

    Decoded; decoded without the white space around it (the specification's own example encodes a line feed); and as
    it stands, for clients that do not encode. Empty when the header is missing or of another scheme.
    """
    if not header or len(header) > _HEADER_MAX:
        return ()
    scheme, _, sent = header.strip().partition(" ")
    sent = sent.strip()
    if scheme.lower() != "token" or not sent:
        return ()
    decoded = _decoded(sent)
    found = [sent] if decoded is None else [decoded, decoded.strip(), sent]
    return tuple(dict.fromkeys(token for token in found if token))


def _decoded(sent: str) -> str | None:
    padded = sent + "=" * (-len(sent) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def digest(token: str) -> str:
    """Return the SHA-256 of a token, in hexadecimal: what is stored and looked up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def digests(header: str | None) -> tuple[str, ...]:
    """Return the digests to look up for an inbound Authorization header, most likely first."""
    return tuple(digest(token) for token in candidates(header))


def matches(header: str | None, stored_digests: Iterable[str]) -> bool:
    """Tell, in constant time per comparison, whether the header carries one of the stored tokens."""
    sent, stored = digests(header), tuple(stored_digests)
    found = False
    for ours in stored:
        for theirs in sent:
            found |= hmac.compare_digest(ours, theirs)
    return found
