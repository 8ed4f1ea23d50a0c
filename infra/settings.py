"""The deployment's own values, read from the CDK context (cdk.json or `-c name=value`) and checked at synthesis."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

UnknownChargers = Literal["reject", "pending", "accept"]
OperatorMfa = Literal["optional", "required"]

# API Gateway and CloudFront cut a connection after 600 s without a message; a beat must fit in with room for a lost one.
HEARTBEAT_SECONDS_MIN: Final = 30
HEARTBEAT_SECONDS_MAX: Final = 540

_TRUE_FALSE: Final = {"true": True, "false": False}


class SettingsError(ValueError):
    """A context value that cannot be deployed; the text names the key, the value and what is expected."""


@dataclass(frozen=True)
class Settings:
    """What distinguishes one deployment from another.

    `country_code` and `party_id` are this operator's OCPI party (ISO 3166-1 alpha-2, three letters or digits).
    `public_url` is the https address partners and drivers see; empty means CloudFront's own host name.
    `certificate_arn` is the ACM certificate (us-east-1) for the host of `public_url`.
    `direct_connections` lets chargers connect to API Gateway's own address, too, around CloudFront.
    `packaged` takes the Lambda code from build/ (with third-party packages and byte code) instead of the sources.
    """

    stage: str
    country_code: str
    party_id: str
    party_name: str
    public_url: str
    certificate_arn: str
    unknown_chargers: UnknownChargers
    direct_connections: bool
    heartbeat_seconds: int
    operator_mfa: OperatorMfa
    alarm_email: str
    packaged: bool

    @property
    def public_host(self) -> str:
        """The host of `public_url`, or "" where CloudFront's own is used."""
        return self.public_url.removeprefix("https://").rstrip("/")

    @classmethod
    def from_context(cls, read: Callable[[str], object]) -> Settings:
        """Reads and checks every value; `read` returns a context value or None.

        Raises:
            SettingsError: the first value that is missing or does not fit.
        """
        settings = cls(
            stage=_matching(read, "stage", r"[a-z][a-z0-9-]{0,15}", "1-16 lower-case letters, digits or dashes"),
            country_code=_matching(read, "country_code", r"[A-Z]{2}", "an ISO 3166-1 alpha-2 code such as NL"),
            party_id=_matching(read, "party_id", r"[A-Z0-9]{3}", "three capital letters or digits (OCPI party_id)"),
            party_name=_matching(
                read, "party_name", r"\S.{0,98}\S", "a name of 2-100 characters (OCPI BusinessDetails)"
            ),
            public_url=_matching(
                read, "public_url", r"(https://[A-Za-z0-9.-]+\.[A-Za-z]{2,})?", "https://host without a path, or empty"
            ),
            certificate_arn=_matching(
                read,
                "certificate_arn",
                r"(arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+)?",
                "the ARN of an ACM certificate in us-east-1 (CloudFront takes no other region), or empty",
            ),
            unknown_chargers=cast("UnknownChargers", _one_of(read, "unknown_chargers", get_args(UnknownChargers))),
            direct_connections=_TRUE_FALSE[_one_of(read, "direct_connections", tuple(_TRUE_FALSE))],
            heartbeat_seconds=_seconds(read, "heartbeat_seconds", HEARTBEAT_SECONDS_MIN, HEARTBEAT_SECONDS_MAX),
            operator_mfa=cast("OperatorMfa", _one_of(read, "operator_mfa", get_args(OperatorMfa))),
            alarm_email=_matching(read, "alarm_email", r"([^@\s]+@[^@\s]+\.[^@\s]+)?", "an e-mail address, or empty"),
            packaged=_TRUE_FALSE[_one_of(read, "packaged", tuple(_TRUE_FALSE))],
        )
        if settings.certificate_arn and not settings.public_url:
            raise SettingsError(
                "context certificate_arn is set but public_url is empty: the certificate needs its host"
            )
        return settings


def _text(read: Callable[[str], object], key: str) -> str:
    value = read(key)
    if value is None:
        raise SettingsError(f"context {key} is missing: set it in cdk.json or with -c {key}=…")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _matching(read: Callable[[str], object], key: str, pattern: str, expected: str) -> str:
    value = _text(read, key)
    if not re.fullmatch(pattern, value):
        raise SettingsError(f"context {key} is {value!r}: expected {expected}")
    return value


def _one_of(read: Callable[[str], object], key: str, allowed: tuple[str, ...]) -> str:
    value = _text(read, key)
    if value not in allowed:
        raise SettingsError(f"context {key} is {value!r}: expected one of {', '.join(allowed)}")
    return value


def _seconds(read: Callable[[str], object], key: str, least: int, most: int) -> int:
    value = _text(read, key)
    if not re.fullmatch(r"\d{1,5}", value) or not least <= int(value) <= most:
        raise SettingsError(f"context {key} is {value!r}: expected whole seconds from {least} to {most}")
    return int(value)
