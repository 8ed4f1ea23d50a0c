"""Checks bearer tokens as the JWT authorizer of an HTTP API does, against the emulated user pool's keys."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from local.model import Authorizer


@dataclass(frozen=True)
class Unauthorized(Exception):  # noqa: N818 - named as API Gateway answers
    """The token is missing or not valid, and why."""

    reason: str


@functools.cache
def _keys() -> dict[str, Any]:
    """Moto signs the tokens of all pools with one key pair that it brings along."""
    from moto.utilities.utils import load_resource

    return {key["kid"]: jwt.PyJWK(key) for key in load_resource("cognitoidp/resources/jwks-public.json")["keys"]}


def claims(authorizer: Authorizer, header: str | None) -> dict[str, Any]:
    """The claims of the token in an Authorization header. Raises Unauthorized.

    As API Gateway: signature by the issuer's key, `iss`, `exp`, `nbf`, `iat`, and `aud` or (without it) `client_id`.
    """
    if not header:
        raise Unauthorized("")
    token = header.removeprefix("Bearer ").removeprefix("bearer ").strip()
    try:
        key = _keys()[jwt.get_unverified_header(token)["kid"]]
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=authorizer.issuer,
            options={"verify_aud": False, "require": ["exp"]},
        )
    except KeyError:
        raise Unauthorized("invalid_token: unknown key") from None
    except jwt.PyJWTError as error:
        raise Unauthorized(f"invalid_token: {error}") from None
    audience = found.get("aud", found.get("client_id"))
    if not set(audience if isinstance(audience, list) else [audience]) & set(authorizer.audience):
        raise Unauthorized("invalid_token: audience")
    return found
