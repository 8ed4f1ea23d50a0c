"""The one host name in front of both APIs: CloudFront, its viewer-request function and the secret of the origins.

API Gateway's WebSocket endpoint takes no path, so the charger's identity travels as a query parameter from here on.
WebSocket APIs have no resource policy, no firewall and no private origin: a secret header proves that a handshake came
this way. The authorizer checks it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm

from csms import contract
from infra.http_api import HttpApi
from infra.nag import acknowledge
from infra.settings import Settings
from infra.websocket_api import WebSocketApi
from infra.wiring import Wiring

ORIGIN_HEADER: Final = "x-origin-verify"
CONNECTION_PATHS: Final = ("/ocpp/*", "/maintenance/*")
VIEWER_REQUEST: Final = Path(__file__).with_name("viewer_request.js")

# Forwards everything but Host (API Gateway answers 403 to a foreign one); a list of headers could not hold Authorization.
_FORWARD: Final = cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.origin_request_policy_id
_NO_CACHE: Final = cloudfront.CachePolicy.CACHING_DISABLED.cache_policy_id

# The strictest policy that still offers TLS_RSA_WITH_AES_128_GCM_SHA256, which OCPP has a CSMS support.
_TLS: Final = "TLSv1.2_2018"


def add_edge(
    stack: cdk.Stack, settings: Settings, wiring: Wiring, http: HttpApi, websocket: WebSocketApi
) -> cloudfront.CfnDistribution:
    """Creates the distribution and the origin secret, and makes the public URL known."""
    secret = _origin_secret(stack, wiring)
    function = _viewer_request(stack, settings)
    distribution = cloudfront.CfnDistribution(
        stack,
        "Edge",
        distribution_config={
            "comment": f"csms-{settings.stage}",
            "enabled": True,
            "httpVersion": "http2",
            "ipv6Enabled": True,
            "aliases": [settings.public_host] if settings.certificate_arn else None,
            "viewerCertificate": _certificate(settings),
            "origins": [
                _origin("http", http.host, "", secret),
                _origin("ocpp", websocket.host, f"/{contract.WEBSOCKET_STAGE}", secret),
            ],
            "defaultCacheBehavior": _behaviour("http", function, writes=True),
            "cacheBehaviors": [
                {"pathPattern": path, **_behaviour("ocpp", function, writes=False)} for path in CONNECTION_PATHS
            ],
        },
    )
    _accept_findings(distribution, settings)
    url = settings.public_url or f"https://{distribution.attr_domain_name}"
    wiring.add(environment={contract.ENV_PUBLIC_URL: url})
    cdk.CfnOutput(stack, "PublicUrl", value=url)
    cdk.CfnOutput(stack, "ChargerUrl", value=f"wss://{settings.public_host or distribution.attr_domain_name}/ocpp")
    cdk.CfnOutput(stack, "EdgeHost", value=distribution.attr_domain_name)
    return distribution


def _origin_secret(stack: cdk.Stack, wiring: Wiring) -> str:
    """Generated on the first deployment, so that nobody has to invent it; returns a reference CloudFormation resolves.

    The authorizer reads a parameter with the same value: a handshake then costs no Secrets Manager request.
    """
    secret = secretsmanager.CfnSecret(
        stack,
        "OriginSecret",
        description="Proves to the APIs that a request came through CloudFront",
        generate_secret_string={"passwordLength": 48, "excludePunctuation": True},
    )
    acknowledge(secret, "SMG4", "a new value needs a new distribution config: it is rotated by a deployment")
    value = f"{{{{resolve:secretsmanager:{secret.ref}:SecretString:::}}}}"
    ssm.CfnParameter(stack, "OriginSecretParameter", name=wiring.origin_secret_name, type="String", value=value)
    return value


def _viewer_request(stack: cdk.Stack, settings: Settings) -> cloudfront.CfnFunction:
    return cloudfront.CfnFunction(
        stack,
        "ViewerRequest",
        name=f"csms-{settings.stage}-viewer-request",
        auto_publish=True,
        function_code=VIEWER_REQUEST.read_text(encoding="utf-8"),
        function_config={"comment": "charger identity: path to query; header hygiene", "runtime": "cloudfront-js-2.0"},
    )


def _certificate(settings: Settings) -> dict[str, Any]:
    if not settings.certificate_arn:
        return {"cloudFrontDefaultCertificate": True}
    return {
        "acmCertificateArn": settings.certificate_arn,
        "sslSupportMethod": "sni-only",
        "minimumProtocolVersion": _TLS,
    }


def _accept_findings(distribution: cloudfront.CfnDistribution, settings: Settings) -> None:
    acknowledge(distribution, "CFR1", "chargers and drivers roam: there is no country to keep out")
    acknowledge(
        distribution, "CFR2", "a firewall costs a fixed fee per month; both APIs throttle and check every caller"
    )
    acknowledge(distribution, "CFR3", "both APIs behind it log every request and handshake")
    if not settings.certificate_arn:
        reason = "CloudFront's own host name has a fixed TLS policy; context certificate_arn brings TLS 1.2 only"
        acknowledge(distribution, "CFR4", reason)


def _origin(name: str, host: str, path: str, secret: str) -> dict[str, Any]:
    return {
        "id": name,
        "domainName": host,
        "originPath": path,
        "originCustomHeaders": [{"headerName": ORIGIN_HEADER, "headerValue": secret}],
        "customOriginConfig": {
            "originProtocolPolicy": "https-only",
            "originSslProtocols": ["TLSv1.2"],
            "originReadTimeout": 30,
        },
    }


def _behaviour(origin: str, function: cloudfront.CfnFunction, *, writes: bool) -> dict[str, Any]:
    """Nothing is cached; WebSocket handshakes are GET requests."""
    every = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
    return {
        "targetOriginId": origin,
        "viewerProtocolPolicy": "https-only",
        "allowedMethods": every if writes else every[:2],
        "cachePolicyId": _NO_CACHE,
        "originRequestPolicyId": _FORWARD,
        "compress": False,
        "functionAssociations": [{"eventType": "viewer-request", "functionArn": function.attr_function_arn}],
    }
