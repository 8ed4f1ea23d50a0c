from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from local.gateway_http import RouteTable
from local.model import Route
from local.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.stack import Stack


@pytest.fixture
async def http(sample_stack: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=f"{sample_stack.base_url}/@http/") as session:
        yield session


async def _event(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    assert answer.status == 200
    event: dict[str, Any] = await answer.json()
    return event


async def test_the_event_is_payload_format_2(http: aiohttp.ClientSession) -> None:
    headers = [("X-Upper", "One"), ("X-Upper", "Two"), ("Cookie", "a=1; b=2")]
    async with http.get("items/a%20b?x=1&x=2&y=%C3%A9", headers=headers) as answer:
        event = await _event(answer)
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /items/{id}"
    assert event["rawPath"] == "/items/a%20b"
    assert event["pathParameters"] == {"id": "a b"}
    assert event["queryStringParameters"] == {"x": "1,2", "y": "é"}
    assert event["headers"]["x-upper"] == "One,Two"
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["isBase64Encoded"] is False
    assert event["requestContext"]["http"]["method"] == "GET"
    assert event["requestContext"]["stage"] == "$default"
    assert "body" not in event


async def test_a_body_that_is_no_text_is_base64(http: aiohttp.ClientSession) -> None:
    async with http.put("items/1", data=b"\xff\xfe") as answer:
        event = await _event(answer)
    assert (event["body"], event["isBase64Encoded"]) == ("//4=", True)


async def test_the_most_specific_route_wins(http: aiohttp.ClientSession) -> None:
    for method, path, key in (
        ("GET", "items/1", "GET /items/{id}"),
        ("PUT", "items/1", "ANY /items/{id}"),
        ("GET", "items/fixed", "ANY /items/fixed"),
        ("POST", "items/1/2", "POST /items/{proxy+}"),
        ("POST", "items/1", "ANY /items/{id}"),
        ("GET", "", "GET /"),
    ):
        async with http.request(method, path) as answer:
            assert (await _event(answer))["routeKey"] == key


async def test_no_route_is_404(http: aiohttp.ClientSession) -> None:
    async with http.get("items/1/2") as answer:
        assert answer.status == 404
        assert await answer.json() == {"message": "Not Found"}


async def test_a_plain_value_becomes_a_json_answer(http: aiohttp.ClientSession) -> None:
    async with http.get("items/plain") as answer:
        assert answer.content_type == "application/json"
        assert await _event(answer) == {"hello": "world"}


async def test_binary_bodies_headers_and_cookies(http: aiohttp.ClientSession) -> None:
    async with http.get("items/binary") as answer:
        assert answer.status == 201
        assert await answer.read() == b"\x00\x01\x02"
        assert answer.headers["X-Y"] == "z"
        assert answer.headers["Set-Cookie"] == "a=b"


async def test_a_function_that_raises_or_times_out_is_500(http: aiohttp.ClientSession) -> None:
    for path in ("raise", "slow"):
        async with http.get(f"items/{path}") as answer:
            assert answer.status == 500
            assert await answer.json() == {"message": "Internal Server Error"}


class TestIntegrationTimeout:
    @pytest.fixture
    def sample_settings(self) -> Settings:
        return Settings(integration_seconds=0.3)

    async def test_a_function_slower_than_the_integration_is_503(self, http: aiohttp.ClientSession) -> None:
        async with http.get("items/slow") as answer:
            assert answer.status == 503
            assert await answer.json() == {"message": "Service Unavailable"}


class TestJwt:
    def _token(self, stack: Stack, kind: str) -> str:
        pool, client_id = stack.model.user_pool_clients[0]
        cognito = stack.client("cognito-idp")
        cognito.admin_create_user(UserPoolId=pool, Username="ann", TemporaryPassword="Temp-123456")
        cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password="Word-123456", Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="ann", GroupName="admin")
        answer = cognito.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann", "PASSWORD": "Word-123456"},
        )
        return str(answer["AuthenticationResult"][kind])

    @pytest.mark.parametrize("kind", ["AccessToken", "IdToken"])
    async def test_a_pools_token_is_let_in_with_its_claims_as_strings(
        self, sample_stack: Stack, http: aiohttp.ClientSession, kind: str
    ) -> None:
        token = await asyncio.to_thread(self._token, sample_stack, kind)
        async with http.get("secret/x", headers={"Authorization": f"Bearer {token}"}) as answer:
            claims = (await _event(answer))["requestContext"]["authorizer"]["jwt"]["claims"]
        assert claims["cognito:groups"] == "[admin]"
        assert all(isinstance(value, str) for value in claims.values())

    async def test_no_token_a_forged_one_and_a_spoiled_one_are_401(
        self, sample_stack: Stack, http: aiohttp.ClientSession
    ) -> None:
        import jwt
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        forged = jwt.encode({"exp": time.time() + 60}, key, algorithm="RS256", headers={"kid": "dummy"})
        spoiled = await asyncio.to_thread(self._token, sample_stack, "AccessToken")
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {forged}"}):
            async with http.get("secret/x", headers=headers) as answer:
                assert answer.status == 401
                assert await answer.json() == {"message": "Unauthorized"}
        async with http.get("secret/x", headers={"Authorization": spoiled[:-4] + "AAAA"}) as answer:
            assert answer.status == 401


def test_a_literal_beats_a_parameter_and_a_parameter_beats_greedy_at_the_first_difference() -> None:
    keys = ["ANY /a/{x}/c", "ANY /a/b/{y}", "ANY /a/{proxy+}", "ANY /{z}/b/c", "$default"]
    table = RouteTable({key: Route(key, key) for key in keys})

    def found(path: str) -> str:
        result = table.find("GET", path)
        assert result is not None
        return result[0].key

    assert found("/a/b/c") == "ANY /a/b/{y}"
    assert found("/a/q/c") == "ANY /a/{x}/c"
    assert found("/a/q/q/q") == "ANY /a/{proxy+}"
    assert found("/q/b/c") == "ANY /{z}/b/c"
    assert found("/q") == "$default"
