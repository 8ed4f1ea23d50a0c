"""Frames to chargers through the WebSocket API's @connections."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from csms.edge import settings

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi.client import ApiGatewayManagementApiClient


class ConnectionGone(Exception):  # noqa: N818 - an expected outcome
    """The connection is closed: the charger will come back on another one."""


class ConnectionBusy(Exception):  # noqa: N818 - an expected outcome
    """The frame could not be handed over now (throttled, slow client): it may be tried again."""


@cache
def _client(endpoint: str) -> ApiGatewayManagementApiClient:
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 3}),
    )


def post(connection_id: str, text: str) -> None:
    """Send one frame. Raises ConnectionGone, ConnectionBusy."""
    client = _client(settings.websocket_endpoint())
    try:
        client.post_to_connection(ConnectionId=connection_id, Data=text.encode())
    except ClientError as error:
        if error.response["Error"]["Code"] in {"GoneException", "410"}:
            raise ConnectionGone(connection_id) from error
        raise ConnectionBusy(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise ConnectionBusy(type(error).__name__) from error


def close(connection_id: str) -> None:
    """Close a connection; nothing happens where it is closed already."""
    client = _client(settings.websocket_endpoint())
    try:
        client.delete_connection(ConnectionId=connection_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"GoneException", "410"}:
            raise
