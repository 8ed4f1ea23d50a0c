"""Creators of the front: WebSocket and HTTP APIs with their routes and authorizers, and the CloudFront distribution."""

from __future__ import annotations

import re
from typing import Any, Final

from local.model import Api, Authorizer, Behaviour, Distribution, Origin, Route
from local.resources import Builder, Physical, creator
from local.template import Resource, TemplateError

_INVOKE_URI: Final = re.compile(r"arn:aws:apigateway:[^:]+:lambda:path/2015-03-31/functions/(.+)/invocations")


@creator("AWS::ApiGatewayV2::Api")
def _api(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    identifier = builder.identifier(resource)
    builder.model.apis[identifier] = Api(
        identifier,
        properties["ProtocolType"],
        properties.get("RouteSelectionExpression", ""),
        cors=properties.get("CorsConfiguration", {}),
    )
    scheme = "wss" if properties["ProtocolType"] == "WEBSOCKET" else "https"
    host = f"{identifier}.execute-api.{builder.cloud.region}.amazonaws.com"
    return Physical(identifier, {"ApiEndpoint": f"{scheme}://{host}", "ApiId": identifier})


@creator("AWS::ApiGatewayV2::Stage")
def _stage(builder: Builder, _resource: Resource, properties: dict[str, Any]) -> Physical:
    builder.model.apis[properties["ApiId"]].stages.append(properties["StageName"])
    return Physical(properties["StageName"])


@creator("AWS::ApiGatewayV2::Integration")
def _integration(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    if properties["IntegrationType"] != "AWS_PROXY":
        raise TemplateError(f"{resource.address}: integration type {properties['IntegrationType']}")
    if properties.get("PayloadFormatVersion", "2.0") != "2.0":
        protocol = builder.model.apis[properties["ApiId"]].protocol
        if protocol == "HTTP":
            raise TemplateError(f"{resource.address}: payload format {properties['PayloadFormatVersion']}")
    identifier = builder.identifier(resource)
    builder.integrations[identifier] = _target(properties["IntegrationUri"])
    return Physical(identifier, {"IntegrationId": identifier})


def _target(uri: str) -> str:
    match = _INVOKE_URI.fullmatch(uri)
    return match[1] if match else uri


@creator("AWS::ApiGatewayV2::Authorizer")
def _authorizer(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    kind = properties["AuthorizerType"]
    jwt = properties.get("JwtConfiguration", {})
    identifier = builder.identifier(resource)
    builder.model.apis[properties["ApiId"]].authorizers[identifier] = Authorizer(
        kind,
        tuple(properties.get("IdentitySource", [])),
        _target(properties["AuthorizerUri"]) if kind == "REQUEST" else "",
        jwt.get("Issuer", ""),
        tuple(jwt.get("Audience", [])),
    )
    return Physical(identifier, {"AuthorizerId": identifier})


@creator("AWS::ApiGatewayV2::Route")
def _route(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    key = properties["RouteKey"]
    authorizer = properties.get("AuthorizerId") if properties.get("AuthorizationType", "NONE") != "NONE" else None
    target = builder.integrations[properties["Target"].removeprefix("integrations/")]
    routes = builder.model.apis[properties["ApiId"]].routes
    if key in routes:
        raise TemplateError(f"{resource.address}: a second route {key}")
    routes[key] = Route(key, target, authorizer)
    identifier = builder.identifier(resource)
    builder.routes[identifier] = (properties["ApiId"], key, "RouteResponseSelectionExpression" in properties)
    return Physical(identifier, {"RouteId": identifier})


@creator("AWS::ApiGatewayV2::RouteResponse")
def _route_response(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    api_id, key, selects = builder.routes[properties["RouteId"]]
    routes = builder.model.apis[api_id].routes
    # The answer goes back only if the route also says which route response to take.
    if properties["RouteResponseKey"] == "$default" and selects:
        routes[key] = Route(key, routes[key].function_arn, routes[key].authorizer_id, two_way=True)
    return Physical(builder.identifier(resource))


@creator("AWS::CloudFront::Function")
def _edge_function(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("Name") or builder.name(resource)
    arn = f"arn:aws:cloudfront::{builder.cloud.account}:function/{name}"
    builder.model.edge_functions[arn] = properties["FunctionCode"]
    return Physical(arn, {"FunctionARN": arn, "FunctionMetadata.FunctionARN": arn})


@creator("AWS::CloudFront::ResponseHeadersPolicy")
def _response_headers_policy(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    identifier = builder.identifier(resource)
    builder.header_policies[identifier] = _policy_headers(properties["ResponseHeadersPolicyConfig"])
    return Physical(identifier, {"Id": identifier})


def _policy_headers(policy: dict[str, Any]) -> dict[str, str]:
    custom = policy.get("CustomHeadersConfig", {}).get("Items", [])
    headers = {item["Header"]: item["Value"] for item in custom}
    security = policy.get("SecurityHeadersConfig", {})
    if "ContentSecurityPolicy" in security:
        headers["content-security-policy"] = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    if "ContentTypeOptions" in security:
        headers["x-content-type-options"] = "nosniff"
    if "FrameOptions" in security:
        headers["x-frame-options"] = security["FrameOptions"]["FrameOption"]
    if "ReferrerPolicy" in security:
        headers["referrer-policy"] = security["ReferrerPolicy"]["ReferrerPolicy"]
    return headers


@creator("AWS::CloudFront::Distribution")
def _distribution(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    config = properties["DistributionConfig"]
    identifier = builder.identifier(resource, 14)
    origins = {
        origin["Id"]: Origin(
            origin["Id"],
            origin["DomainName"],
            origin.get("OriginPath", ""),
            {item["HeaderName"].lower(): item["HeaderValue"] for item in origin.get("OriginCustomHeaders", [])},
        )
        for origin in config["Origins"]
    }
    behaviours = [_behaviour(builder, body) for body in config.get("CacheBehaviors", [])]
    behaviours.append(_behaviour(builder, config["DefaultCacheBehavior"]))
    domain = f"{identifier}.cloudfront.net"
    builder.model.distributions.append(
        Distribution(identifier, domain, origins, behaviours, config.get("DefaultRootObject", ""))
    )
    return Physical(identifier, {"DomainName": domain, "Id": identifier})


def _behaviour(builder: Builder, body: dict[str, Any]) -> Behaviour:
    viewer_request = ""
    for association in body.get("FunctionAssociations", []):
        if association["EventType"] == "viewer-request":
            viewer_request = association["FunctionARN"]
        else:
            raise TemplateError(f"a CloudFront function for {association['EventType']} is not emulated")
    headers = builder.header_policies.get(body.get("ResponseHeadersPolicyId", ""), {})
    return Behaviour(
        body.get("PathPattern", ""), body["TargetOriginId"], viewer_request, body["ViewerProtocolPolicy"], headers
    )
