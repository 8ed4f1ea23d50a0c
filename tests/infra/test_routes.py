"""Both APIs have the contract's routes, each leading to its function."""

from __future__ import annotations

import re
from typing import Any

from csms import contract
from tests.kit import synth


def _routes(api: str) -> dict[str, dict[str, Any]]:
    routes = synth.resources("ApiGatewayV2::Route").values()
    return {route["RouteKey"]: route for route in routes if route["ApiId"] == {"Ref": api}}


def _target(route: dict[str, Any]) -> str:
    """The logical id of the function a route leads to."""
    integration = re.fullmatch(r"integrations/\$\{(\w+)\}", synth.text(route["Target"]))
    assert integration
    uri = synth.text(synth.resources("ApiGatewayV2::Integration")[integration[1]]["IntegrationUri"])
    function = re.search(r"\$\{(\w+)\.Arn\}", uri)
    assert function
    return function[1]


def test_the_http_api_has_the_contracts_routes() -> None:
    wanted = {
        f"{route.method} {route.path}": synth.logical_id_of(function)
        for function in contract.FUNCTIONS
        for route in function.http
    }

    assert {key: _target(route) for key, route in _routes("HttpApi").items()} == wanted


def test_operator_routes_need_a_sign_in_and_no_other_route_does() -> None:
    needs = {
        f"{route.method} {route.path}": "JWT" if route.authorizer == "operator" else "NONE"
        for function in contract.FUNCTIONS
        for route in function.http
    }

    assert {key: route["AuthorizationType"] for key, route in _routes("HttpApi").items()} == needs


def test_the_sign_in_is_the_operators_pool() -> None:
    (route,) = (route for route in _routes("HttpApi").values() if route["AuthorizationType"] == "JWT")
    authorizer = synth.resources("ApiGatewayV2::Authorizer")[route["AuthorizerId"]["Ref"]]
    configuration = authorizer["JwtConfiguration"]

    assert configuration["Audience"] == [{"Ref": "OperatorClient"}]
    assert synth.text(configuration["Issuer"]) == "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${OperatorPool}"
    groups = {group["GroupName"] for group in synth.resources("Cognito::UserPoolGroup").values()}
    assert groups == {"admin", "operator", "finance", "installer", "viewer"}


def test_the_websocket_api_has_a_route_for_each_action_and_the_three_of_its_own() -> None:
    routes = {key: _target(route) for key, route in _routes("OcppApi").items()}
    frames = synth.logical_id_of(contract.OCPP)
    connection = synth.logical_id_of(contract.OCPP_CONNECTION)

    actions = {*contract.TWO_WAY_ACTIONS, *contract.ONE_WAY_ACTIONS, "$default"}
    assert routes == {**dict.fromkeys(actions, frames), "$connect": connection, "$disconnect": connection}
    assert synth.resources("ApiGatewayV2::Api")["OcppApi"]["RouteSelectionExpression"] == contract.ROUTE_SELECTION


def test_only_two_way_actions_answer_by_route_response() -> None:
    answering = {response["RouteId"]["Ref"] for response in synth.resources("ApiGatewayV2::RouteResponse").values()}
    routes = synth.resources("ApiGatewayV2::Route")

    assert {routes[name]["RouteKey"] for name in answering} == set(contract.TWO_WAY_ACTIONS)
    expressions = {key: route.get("RouteResponseSelectionExpression") for key, route in _routes("OcppApi").items()}
    assert {key for key, expression in expressions.items() if expression == "$default"} == set(contract.TWO_WAY_ACTIONS)


def test_a_charger_without_authorization_header_reaches_the_authorizer() -> None:
    routes = _routes("OcppApi")
    authorizer = synth.resources("ApiGatewayV2::Authorizer")[routes["$connect"]["AuthorizerId"]["Ref"]]

    assert {key for key, route in routes.items() if route["AuthorizationType"] == "CUSTOM"} == {"$connect"}
    assert authorizer["IdentitySource"] == ["route.request.header.Host"]
    assert synth.logical_id_of(contract.OCPP_AUTHORIZER) in synth.text(authorizer["AuthorizerUri"])


def test_every_called_function_lets_its_api_call_it_once() -> None:
    called = {_target(route) for route in synth.resources("ApiGatewayV2::Route").values()}
    called.add(synth.logical_id_of(contract.OCPP_AUTHORIZER))
    permissions = [
        synth.text(permission["FunctionName"])
        for permission in synth.resources("Lambda::Permission").values()
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]

    assert sorted(permissions) == sorted(f"${{{name}}}" for name in called)


def test_stages_log_and_throttle() -> None:
    stages = synth.resources("ApiGatewayV2::Stage")

    assert {stage["StageName"] for stage in stages.values()} == {"$default", contract.WEBSOCKET_STAGE}
    for stage in stages.values():
        assert stage["AutoDeploy"] is True
        assert stage["AccessLogSettings"]["DestinationArn"]
        assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
        # Authorization headers and query strings with tokens stay out of the logs.
        assert "header" not in stage["AccessLogSettings"]["Format"].lower()
