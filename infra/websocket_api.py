"""The WebSocket API that carries OCPP: routes by action, one integration per function, one stage."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from csms import contract
from infra.access_log import access_log
from infra.nag import acknowledge

# A quarter of the account's default limit, so that chargers coming back after an outage leave room for payments.
FRAMES_PER_SECOND: Final = 2500
BURST: Final = 1250

# Every handshake has a Host header. An identity source that may be absent makes API Gateway answer 401 without asking
# us, and both `cp` (direct connections may name the charger by Basic user name) and Authorization (profile 3) may be.
IDENTITY_SOURCE: Final = "route.request.header.Host"

_LOG_DELIVERY: Final = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class WebSocketApi:
    """The API and its stage. Logical ids must not change: a replaced API or stage drops every charger."""

    def __init__(self, stack: cdk.Stack, name: str) -> None:
        self._stack = stack
        self._integrations: dict[str, str] = {}
        self.api = apigw.CfnApi(
            stack,
            "OcppApi",
            name=name,
            protocol_type="WEBSOCKET",
            route_selection_expression=contract.ROUTE_SELECTION,
        )
        self.stage = apigw.CfnStage(
            stack,
            "OcppStage",
            api_id=self.api.ref,
            stage_name=contract.WEBSOCKET_STAGE,
            auto_deploy=True,
            default_route_settings={
                "throttlingRateLimit": FRAMES_PER_SECOND,
                "throttlingBurstLimit": BURST,
                "detailedMetricsEnabled": False,
                "dataTraceEnabled": False,
            },
            access_log_settings=access_log(stack, "Ocpp"),
        )
        self.stage.add_resource_dependency(_allow_api_logs(stack))

    @property
    def host(self) -> str:
        """The API's own host name."""
        return f"{self.api.ref}.execute-api.{self._stack.region}.{self._stack.url_suffix}"

    @property
    def endpoint(self) -> str:
        """Where @connections is called."""
        return f"https://{self.host}/{contract.WEBSOCKET_STAGE}"

    @property
    def connections_arn(self) -> str:
        """The ARN behind execute-api:ManageConnections. Methods and connection ids are only known while it runs."""
        resource = f"{self.api.ref}/{contract.WEBSOCKET_STAGE}/*/@connections/*"
        return self._stack.format_arn(service="execute-api", resource=resource)

    def add_authorizer(self, target: lambda_.Function) -> apigw.CfnAuthorizer:
        """The REQUEST authorizer of $connect."""
        self._permit(target)
        return apigw.CfnAuthorizer(
            self._stack,
            "OcppHandshakeAuthorizer",
            api_id=self.api.ref,
            authorizer_type="REQUEST",
            name="charger",
            authorizer_uri=self._invoke_uri(target),
            identity_source=[IDENTITY_SOURCE],
        )

    def add_route(
        self,
        key: str,
        target: lambda_.Function,
        *,
        two_way: bool = False,
        authorizer: apigw.CfnAuthorizer | None = None,
    ) -> apigw.CfnRoute:
        """A route; a two-way one sends what the function returns back on the connection."""
        name = key.removeprefix("$").capitalize() if key.startswith("$") else key
        route = apigw.CfnRoute(
            self._stack,
            f"OcppRoute{name}",
            api_id=self.api.ref,
            route_key=key,
            authorization_type="CUSTOM" if authorizer else "NONE",
            authorizer_id=authorizer.ref if authorizer else None,
            route_response_selection_expression="$default" if two_way else None,
            target=f"integrations/{self._integration(target)}",
        )
        if authorizer is None:
            acknowledge(route, "APIG4", "WebSocket APIs authorize $connect only; its context rides on every frame")
        if two_way:
            apigw.CfnRouteResponse(
                self._stack,
                f"OcppRoute{name}Response",
                api_id=self.api.ref,
                route_id=route.ref,
                route_response_key="$default",
            )
        return route

    def _integration(self, target: lambda_.Function) -> str:
        """The function's one integration, created with its permission on first use."""
        name = target.node.id
        if name not in self._integrations:
            self._permit(target)
            integration = apigw.CfnIntegration(
                self._stack,
                f"{name}Integration",
                api_id=self.api.ref,
                integration_type="AWS_PROXY",
                integration_uri=self._invoke_uri(target),
            )
            self._integrations[name] = integration.ref
        return self._integrations[name]

    def _permit(self, target: lambda_.Function) -> None:
        """One permission for all routes: one per route would outgrow the function's resource policy."""
        lambda_.CfnPermission(
            self._stack,
            f"{target.node.id}WebSocketMay",
            action="lambda:InvokeFunction",
            function_name=target.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=self._stack.format_arn(service="execute-api", resource=self.api.ref, resource_name="*"),
        )

    def _invoke_uri(self, target: lambda_.Function) -> str:
        action = f"path/2015-03-31/functions/{target.function_arn}/invocations"
        return f"arn:{self._stack.partition}:apigateway:{self._stack.region}:lambda:{action}"


def _allow_api_logs(stack: cdk.Stack) -> apigateway.CfnAccount:
    """WebSocket stages log only once the account's API Gateway has a role for it (one setting per region).

    It is kept when the stack goes, since other APIs of the account may have come to rely on it.
    """
    role = iam.Role(
        stack,
        "ApiLogsRole",
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_LOG_DELIVERY)],
    )
    acknowledge(
        role,
        f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_LOG_DELIVERY}]",
        "the policy API Gateway asks for by name; it writes logs and nothing else",
    )
    role.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    account = apigateway.CfnAccount(stack, "ApiLogs", cloud_watch_role_arn=role.role_arn)
    account.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    return account
