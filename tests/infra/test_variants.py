"""Deployments with other settings than a laptop's: they synthesise, pass the rule pack and say what they should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "stage": "prod",
    "public_url": "https://charge.example.org",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000",
    "operator_mfa": "required",
    "alarm_email": "operations@example.org",
    "heartbeat_seconds": "300",
    "direct_connections": "true",
    "aws:cdk:disable-asset-staging": True,
}


def _python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and app
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,20", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("cdk.out")
    done = _python("app.py", CDK_OUTDIR=str(out), CDK_CONTEXT_JSON=json.dumps(PRODUCTION))
    assert done.returncode == 0, done.stdout + done.stderr
    template: dict[str, Any] = json.loads((out / "Csms.template.json").read_text(encoding="utf-8"))
    return template


def _properties(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [body["Properties"] for body in template["Resources"].values() if body["Type"] == f"AWS::{kind}"]


def test_an_own_host_name_with_its_certificate(production: dict[str, Any]) -> None:
    (distribution,) = _properties(production, "CloudFront::Distribution")
    configuration = distribution["DistributionConfig"]

    assert configuration["Aliases"] == ["charge.example.org"]
    assert configuration["ViewerCertificate"]["AcmCertificateArn"] == PRODUCTION["certificate_arn"]
    assert configuration["ViewerCertificate"]["MinimumProtocolVersion"].startswith("TLSv1.2_")
    variables = [body["Environment"]["Variables"] for body in _properties(production, "Lambda::Function")]
    assert {each["CSMS_PUBLIC_URL"] for each in variables if "CSMS_PUBLIC_URL" in each} == {
        "https://charge.example.org"
    }


def test_outputs_say_what_to_type_into_a_charger(production: dict[str, Any]) -> None:
    assert production["Outputs"]["ChargerUrl"]["Value"] == "wss://charge.example.org/ocpp"
    assert production["Outputs"]["PublicUrl"]["Value"] == "https://charge.example.org"


def test_names_and_values_follow_the_settings(production: dict[str, Any]) -> None:
    variables: dict[str, Any] = {}
    for body in _properties(production, "Lambda::Function"):
        variables.update(body["Environment"]["Variables"])
    (pool,) = _properties(production, "Cognito::UserPool")
    (topic,) = _properties(production, "SNS::Topic")

    assert variables["CSMS_TABLE_CHARGERS"] == "csms-prod-chargers"
    assert variables["CSMS_HEARTBEAT_SECONDS"] == "300"
    assert variables["CSMS_ORIGIN_SECRET_PARAMETER"] == ""
    assert variables["CSMS_PARTNER_SECRETS_PATH"] == "/csms/prod/partners"
    assert pool["MfaConfiguration"] == "ON"
    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": "operations@example.org"}]


def test_a_wrong_setting_stops_the_synthesis_with_its_name(tmp_path: Path) -> None:
    done = _python("app.py", CDK_OUTDIR=str(tmp_path), CDK_CONTEXT_JSON=json.dumps({"party_id": "TOOLONG"}))

    assert done.returncode != 0
    assert "context party_id is 'TOOLONG': expected three capital letters or digits" in done.stderr


def test_a_deployment_without_packed_code_is_refused(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from infra.packaging import Packaging; "
        f"Packaging(packaged=True, build=Path({str(tmp_path)!r})).functions()"
    )

    done = _python("-c", script)

    assert done.returncode != 0
    assert "run `make build`" in done.stderr
