"""Messages to the deployment's own queues."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from csms.edge import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sqs.client import SQSClient

    from csms.contract import Queue


@cache
def _client() -> SQSClient:
    return boto3.client("sqs")


def send(
    queue: Queue,
    body: Mapping[str, Any],
    *,
    delay_seconds: int = 0,
    group: str | None = None,
    deduplication_id: str | None = None,
) -> None:
    """Send one message. FIFO queues need `group` (at most 128 characters) and take `deduplication_id`."""
    more: dict[str, Any] = {}
    if delay_seconds:
        more["DelaySeconds"] = delay_seconds
    if group is not None:
        more["MessageGroupId"] = group
    if deduplication_id is not None:
        more["MessageDeduplicationId"] = deduplication_id
    _client().send_message(QueueUrl=settings.queue_url(queue), MessageBody=json.dumps(body), **more)


def retry_in(queue: Queue, receipt_handle: str, seconds: int) -> None:
    """Make a received message visible again in `seconds` (at most 12 hours)."""
    _client().change_message_visibility(
        QueueUrl=settings.queue_url(queue), ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )
