"""The operator API with empty tables, and a person who may do everything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from functions.operator_api.handler import handler
from tests.kit.http_events import http_event
from tests.kit.tables import fresh_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csms.store.dynamo import Store


@dataclass(frozen=True)
class Answer:
    """An answer with its body read; `body` is None where there is none."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def fields(self) -> list[str]:
        """The fields that a problem names."""
        return [entry["field"] for entry in self.body["errors"]]


@dataclass(frozen=True)
class Api:
    """Calls the Lambda as the HTTP API would."""

    store: Store

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        groups: str = "[admin]",
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        sub: str = "person-1",
    ) -> Answer:
        event = http_event(method, f"/api/{path}", body=body, query=query, headers=headers)
        claims = {"sub": sub, "email": f"{sub}@cpo.example", "cognito:groups": groups}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
        answer = handler(event, None)
        text = answer["body"]
        return Answer(answer["statusCode"], answer["headers"], json.loads(text, parse_float=Decimal) if text else None)

    def all_pages(self, path: str, limit: int, **query: str) -> list[list[Any]]:
        """Every page of a list."""
        pages = []
        cursor: str | None = ""
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            answer = self("GET", path, query={"limit": str(limit), **query, **more})
            assert answer.status == 200, answer.body
            pages.append(answer.body["items"])
            cursor = answer.body.get("next_cursor")
        return pages


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as empty:
        yield empty


@pytest.fixture
def api(store: Store) -> Api:
    return Api(store)
