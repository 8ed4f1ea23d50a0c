"""The operator's hands on the laptop: signs in at the stack's user pool and calls the operator API over real HTTP."""

from __future__ import annotations

import asyncio
import json
import secrets
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from local.stack import Stack

USER: Final = "operator"
_HTTP_SECONDS: Final = 30


class OperatorError(Exception):
    """The API refused: its problem document as text."""

    def __init__(self, method: str, path: str, status: int, problem: str) -> None:
        super().__init__(f"{method} {path}: {status} {problem}")
        self.status = status


class OperatorClient:
    """Calls of one signed-in person."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        self.token = token

    @classmethod
    async def sign_in(cls, stack: Stack, group: str = "admin") -> OperatorClient:
        """Make a user of a group in the stack's user pool and sign in."""
        return cls(stack.base_url, await asyncio.to_thread(_sign_in, stack, group))

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request to `/api<path>`; the decoded answer. Raises OperatorError."""
        return await asyncio.to_thread(self._call, method, path, body)

    def _call(self, method: str, path: str, body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the local stack's own
            f"{self.base_url}/api{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_HTTP_SECONDS) as answer:  # noqa: S310 - as above
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise OperatorError(method, path, error.code, error.read().decode(errors="replace")) from None
        return json.loads(text) if text else None


def _sign_in(stack: Stack, group: str) -> str:
    cognito = stack.client("cognito-idp")
    pool = cognito.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    client = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=1)["UserPoolClients"][0]["ClientId"]
    user = f"{USER}-{secrets.token_hex(4)}@example.org"
    password = f"Aa1!{secrets.token_urlsafe(16)}"
    cognito.admin_create_user(UserPoolId=pool, Username=user, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=user, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=group)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password},
    )
    token: str = answer["AuthenticationResult"]["IdToken"]
    return token
