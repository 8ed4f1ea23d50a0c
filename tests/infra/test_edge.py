"""The viewer-request function under node, with the input of honest chargers and of others; and the distribution."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from csms import contract
from tests.kit import synth

HERE = Path(__file__).resolve().parent
FUNCTION = HERE.parents[1] / "infra" / "edge" / "viewer_request.js"


def _run(*requests: dict[str, Any]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    assert node, "node is needed: the CDK needs it, too"
    done = subprocess.run(  # noqa: S603 - node on our own file
        [node, str(HERE / "viewer_request_harness.js"), str(FUNCTION)],
        input=json.dumps([{"version": "1.0", "context": {}, "viewer": {}, "request": request} for request in requests]),
        capture_output=True,
        text=True,
        check=True,
    )
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def _request(
    uri: str, headers: dict[str, str] | None = None, query: dict[str, str] | None = None, method: str = "GET"
) -> dict[str, Any]:
    return {
        "method": method,
        "uri": uri,
        "querystring": {name: {"value": value} for name, value in (query or {}).items()},
        "headers": {name: {"value": value} for name, value in (headers or {}).items()},
        "cookies": {},
    }


ACCEPTED = {
    "/ocpp/CP001": ("CP001", "charger"),
    "/ocpp/CP001/": ("CP001", "charger"),
    "/maintenance/CP001": ("CP001", "maintenance"),
    "/ocpp/1.6/CP001": ("CP001", "charger"),
    "/ocpp/RDAM%7C123": ("RDAM|123", "charger"),
    "/ocpp/RDAM|123": ("RDAM|123", "charger"),
    "/ocpp/EVSE%20hal%2012": ("EVSE hal 12", "charger"),
    "/ocpp/NL*ABC*E1": ("NL*ABC*E1", "charger"),
    "/ocpp/caf%C3%A9": ("café", "charger"),
    "/ocpp/a:b@c.d=e+f": ("a:b@c.d=e+f", "charger"),
    "/ocpp/__proto__": ("__proto__", "charger"),
    f"/ocpp/{'x' * 48}": ("x" * 48, "charger"),
}

REFUSED = [
    "/",
    "",
    "/ocpp",
    "/ocpp/",
    "/ocpp//",
    "/maintenance/",
    "/ocppx/CP001",
    "/OCPP/CP001",
    "/__proto__/CP001",
    "/constructor/CP001",
    "//ocpp/CP001",
    "/ocpp/%",
    "/ocpp/%zz",
    "/ocpp/%C3",
    "/ocpp/%ED%A0%80",
    "/ocpp/a%2Fb",
    "/ocpp/..",
    "/ocpp/%2e%2e",
    "/ocpp/a%5Cb",
    "/ocpp/a%00b",
    "/ocpp/a%0D%0Ax-origin-verify:%20x",
    "/ocpp/a%23b",
    "/ocpp/a%26role%3Dmaintenance",
    "/ocpp/a%22b",
    "/ocpp/%3Cscript%3E",
    "/ocpp/a%E2%80%A8b",
    "/ocpp/a%C2%85b",
    f"/ocpp/{'x' * 49}",
    f"/ocpp/{'%41' * 5000}",
    "/admin",
    "/favicon.ico",
]


def test_the_last_segment_of_the_path_becomes_the_query() -> None:
    for (identity, role), result in zip(ACCEPTED.values(), _run(*map(_request, ACCEPTED)), strict=True):
        assert result["uri"] == "/"
        assert set(result["querystring"]) == {"cp", "role"}
        assert unquote(result["querystring"]["cp"]["value"]) == identity
        assert result["querystring"]["role"] == {"value": role}


def test_what_is_no_identity_is_answered_with_404_at_the_edge() -> None:
    results = _run(*map(_request, REFUSED))

    assert {uri: result.get("statusCode") for uri, result in zip(REFUSED, results, strict=True)} == dict.fromkeys(
        REFUSED, 404
    )


def test_a_viewer_cannot_choose_role_or_identity_by_query() -> None:
    (result,) = _run(_request("/ocpp/CP001", query={"cp": "CP999", "role": "maintenance", "x": "1"}))

    assert result["querystring"] == {"cp": {"value": "CP001"}, "role": {"value": "charger"}}


@pytest.mark.parametrize("uri", ["/ocpp/CP001", "/ocpi/versions", "/api/chargers", "/receipts/abc"])
def test_headers_that_only_we_set_do_not_come_from_a_viewer(uri: str) -> None:
    reserved = ["x-origin-verify", "x-ocpp-authorization", "x-ocpp-path", "x-ocpp-new", "cloudfront-viewer-cert-sha256"]
    sent = dict.fromkeys([*reserved, "X-Origin-Verify", "X-OCPP-Authorization"], "forged")

    (result,) = _run(_request(uri, {**sent, "user-agent": "kept"}))

    assert "forged" not in json.dumps(result)
    assert result["headers"]["user-agent"] == {"value": "kept"}


def test_authorization_is_copied_for_chargers_and_stays_where_it_was() -> None:
    charger, partner, anonymous = _run(
        _request("/ocpp/CP001", {"authorization": "Basic Q1A6cHc="}),
        _request("/ocpi/versions", {"authorization": "Token abc"}),
        _request("/ocpp/CP001"),
    )

    assert charger["headers"]["x-ocpp-authorization"] == charger["headers"]["authorization"]
    assert charger["headers"]["x-ocpp-path"] == {"value": "/ocpp/CP001"}
    assert set(partner["headers"]) == {"authorization"}
    assert "x-ocpp-authorization" not in anonymous["headers"]


@pytest.mark.parametrize("uri", ["/ocpi/2.2.1/credentials", "/ocpi/cpo/2.3.0/locations/", "/api/x", "/receipts/r"])
def test_http_requests_pass_unchanged(uri: str) -> None:
    request = _request(uri, {"content-type": "application/json"}, {"limit": "10", "cp": "kept"}, "POST")

    assert _run(request) == [request]


def _distribution() -> dict[str, Any]:
    (distribution,) = synth.resources("CloudFront::Distribution").values()
    configuration: dict[str, Any] = distribution["DistributionConfig"]
    return configuration


def test_connections_go_to_the_websocket_stage_and_the_rest_to_the_http_api() -> None:
    configuration = _distribution()
    origins = {origin["Id"]: origin for origin in configuration["Origins"]}

    paths = {behaviour["PathPattern"]: behaviour["TargetOriginId"] for behaviour in configuration["CacheBehaviors"]}
    assert paths == {"/ocpp/*": "ocpp", "/maintenance/*": "ocpp"}
    assert configuration["DefaultCacheBehavior"]["TargetOriginId"] == "http"
    assert origins["ocpp"]["OriginPath"] == f"/{contract.WEBSOCKET_STAGE}"
    assert synth.text(origins["ocpp"]["DomainName"]).startswith("${OcppApi}.execute-api.")
    assert synth.text(origins["http"]["DomainName"]).startswith("${HttpApi}.execute-api.")


def test_nothing_is_cached_and_the_origins_host_is_not_replaced() -> None:
    configuration = _distribution()
    for behaviour in [configuration["DefaultCacheBehavior"], *configuration["CacheBehaviors"]]:
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert [each["EventType"] for each in behaviour["FunctionAssociations"]] == ["viewer-request"]


def test_origins_and_authorizer_get_the_same_generated_secret() -> None:
    headers = [header for origin in _distribution()["Origins"] for header in origin["OriginCustomHeaders"]]
    (parameter,) = synth.resources("SSM::Parameter").values()
    (secret,) = synth.resources("SecretsManager::Secret").values()

    assert {header["HeaderName"] for header in headers} == {"x-origin-verify"}
    assert {synth.text(header["HeaderValue"]) for header in headers} == {synth.text(parameter["Value"])}
    assert synth.text(parameter["Value"]) == "{{resolve:secretsmanager:${OriginSecret}:SecretString:::}}"
    assert secret["GenerateSecretString"]["PasswordLength"] >= 32


def test_the_function_fits_into_cloudfront() -> None:
    assert len(FUNCTION.read_bytes()) < 10 * 1024
    (deployed,) = synth.resources("CloudFront::Function").values()
    assert deployed["FunctionCode"] == FUNCTION.read_text(encoding="utf-8")
