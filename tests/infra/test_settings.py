"""Context values are checked at synthesis, and the message says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings, SettingsError

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000"


def _settings(**context: object) -> Settings:
    return Settings.from_context({**DEFAULTS, **context}.get)


def test_cdk_json_is_usable_as_it_is() -> None:
    settings = _settings()

    assert (settings.stage, settings.unknown_chargers, settings.heartbeat_seconds) == ("dev", "reject", 240)
    assert settings.packaged is False


def test_values_from_the_command_line_are_strings() -> None:
    settings = _settings(heartbeat_seconds="300", packaged="true")

    assert (settings.heartbeat_seconds, settings.packaged) == (300, True)


def test_a_boolean_in_cdk_json_is_understood() -> None:
    assert _settings(packaged=True).packaged is True


def test_the_public_host_comes_from_the_public_url() -> None:
    assert _settings(public_url="https://charge.example.org").public_host == "charge.example.org"
    assert _settings().public_host == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "Production"),
        ("stage", "a" * 17),
        ("country_code", "NLD"),
        ("country_code", "nl"),
        ("party_id", "AB"),
        ("party_name", ""),
        ("party_name", " x "),
        ("public_url", "http://charge.example.org"),
        ("public_url", "https://charge.example.org/csms"),
        ("public_url", "https://charge.example.org/"),
        ("certificate_arn", CERTIFICATE.replace("us-east-1", "eu-central-1")),
        ("unknown_chargers", "maybe"),
        ("direct_connections", "no"),
        ("heartbeat_seconds", 10),
        ("heartbeat_seconds", 600),
        ("heartbeat_seconds", "4.5"),
        ("operator_mfa", "off"),
        ("alarm_email", "nobody"),
        ("packaged", "yes"),
        ("country_code", None),
    ],
)
def test_what_cannot_be_deployed_is_refused_by_name(key: str, value: object) -> None:
    with pytest.raises(SettingsError, match=f"context {key} is (missing|.*expected)"):
        _settings(**{key: value})


def test_a_certificate_needs_its_host() -> None:
    with pytest.raises(SettingsError, match="public_url is empty"):
        _settings(certificate_arn=CERTIFICATE)
    assert (
        _settings(certificate_arn=CERTIFICATE, public_url="https://charge.example.org").certificate_arn == CERTIFICATE
    )
