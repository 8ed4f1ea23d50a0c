"""The HTTP API: OCPI, receipts and the operator's API behind one endpoint, one integration per function."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_lambda as lambda_

from csms import contract
from infra.access_log import access_log
from infra.nag import acknowledge

# Far above one cell's need and far below the account's limit, which WebSocket frames share.
REQUESTS_PER_SECOND: Final = 500
BURST: Final = 1000


class HttpApi:
    """The API and its default stage; rooms add their functions with the contract's routes."""

    def __init__(self, stack: cdk.Stack, name: str) -> None:
        self._stack = stack
        self.api = apigw.CfnApi(stack, "HttpApi", name=name, protocol_type="HTTP")
        self._authorizers: dict[str, apigw.CfnAuthorizer] = {}
        apigw.CfnStage(
            stack,
            "HttpStage",
            api_id=self.api.ref,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings={
                "throttlingRateLimit": REQUESTS_PER_SECOND,
                "throttlingBurstLimit": BURST,
                "detailedMetricsEnabled": False,
            },
            access_log_settings=access_log(stack, "Http"),
        )

    @property
    def host(self) -> str:
        """The API's own host name."""
        return f"{self.api.ref}.execute-api.{self._stack.region}.{self._stack.url_suffix}"

    def add_authorizer(self, name: str, *, issuer: str, audience: str) -> None:
        """A JWT authorizer that routes name in the contract."""
        self._authorizers[name] = apigw.CfnAuthorizer(
            self._stack,
            f"{name.capitalize()}Authorizer",
            api_id=self.api.ref,
            authorizer_type="JWT",
            name=name,
            identity_source=["$request.header.Authorization"],
            jwt_configuration={"issuer": issuer, "audience": [audience]},
        )

    def add(self, function: contract.Function, target: lambda_.Function, *, open_because: str = "") -> None:
        """The function's integration, its routes and API Gateway's right to call it.

        `open_because` says who checks the caller on routes that the contract leaves without an authorizer.
        """
        integration = apigw.CfnIntegration(
            self._stack,
            f"{target.node.id}Integration",
            api_id=self.api.ref,
            integration_type="AWS_PROXY",
            integration_uri=target.function_arn,
            payload_format_version="2.0",
        )
        lambda_.CfnPermission(
            self._stack,
            f"{target.node.id}HttpMay",
            action="lambda:InvokeFunction",
            function_name=target.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=self._stack.format_arn(service="execute-api", resource=self.api.ref, resource_name="*"),
        )
        for number, route in enumerate(function.http, start=1):
            created = self._route(f"{target.node.id}Route{number}", route, integration)
            if route.authorizer is None:
                acknowledge(created, "APIG4", open_because)

    def _route(self, name: str, route: contract.HttpRoute, integration: apigw.CfnIntegration) -> apigw.CfnRoute:
        authorizer = self._authorizers[route.authorizer] if route.authorizer else None
        return apigw.CfnRoute(
            self._stack,
            name,
            api_id=self.api.ref,
            route_key=f"{route.method} {route.path}",
            authorization_type="JWT" if authorizer else "NONE",
            authorizer_id=authorizer.ref if authorizer else None,
            target=f"integrations/{integration.ref}",
        )
