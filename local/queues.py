"""Takes messages from the queues and runs the functions on them, as Lambda's event source mapping does.

A message that arrives wakes the reader at once; delayed and invisible ones are waited for by the clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, Any, Final

from moto.sqs.models import sqs_backends

from local.filters import wanted

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.lambdas import Lambdas, Outcome
    from local.model import QueueMapping

LOOK_SECONDS: Final = 1.0  # at the latest, in case nothing says that a message has become visible
CONCURRENCY: Final = 5  # Lambda begins with five pollers per queue


class Queues:
    """All queue mappings of a stack. Lives in the event loop; `arrived` may be called from any thread."""

    def __init__(self, cloud: Cloud, mappings: list[QueueMapping], urls: dict[str, str], lambdas: Lambdas) -> None:
        self._readers = {
            mapping.queue_arn: _Reader(cloud, mapping, urls[mapping.queue_arn], lambdas) for mapping in mappings
        }
        self._loop = asyncio.get_running_loop()

    def arrived(self, queue_arn: str) -> None:
        """A message was put into the queue."""
        reader = self._readers.get(queue_arn)
        if reader is not None:
            self._loop.call_soon_threadsafe(reader.wake.set)

    def start(self) -> list[asyncio.Task[None]]:
        """One task per mapping."""
        return [asyncio.create_task(reader.run()) for reader in self._readers.values()]

    @property
    def busy(self) -> bool:
        """Whether some message waits (and is not delayed) or is being worked on."""
        return any(reader.busy for reader in self._readers.values())


class _Reader:
    def __init__(self, cloud: Cloud, mapping: QueueMapping, url: str, lambdas: Lambdas) -> None:
        self.wake = asyncio.Event()
        self._cloud = cloud
        self._mapping = mapping
        self._url = url
        self._name = url.rsplit("/", 1)[-1]
        self._lambdas = lambdas
        self._working: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        return bool(self._working) or self.wake.is_set() or self._next_visible() == 0

    async def run(self) -> None:
        limit = self._mapping.max_concurrency or CONCURRENCY
        while True:
            self.wake.clear()
            while len(self._working) < limit:
                messages = await asyncio.to_thread(self._receive)
                if not messages:
                    break
                task = asyncio.create_task(self._work(messages))
                self._working.add(task)
                task.add_done_callback(self._done)
            await self._sleep(full=len(self._working) >= limit)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self.wake.set()  # its group is free, or its messages are visible again
        if not task.cancelled():
            task.result()

    async def _sleep(self, *, full: bool) -> None:
        wait = LOOK_SECONDS if full else self._next_visible()
        if wait == 0:
            wait = LOOK_SECONDS / 20
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), wait if wait is not None else 3600)

    def _next_visible(self) -> float | None:
        """Seconds until a message can be had; None where there is none at all."""
        queue = sqs_backends[self._cloud.account][self._cloud.region].queues.get(self._name)
        if queue is None:
            return None
        now = time.time() * 1000
        messages = list(queue._messages)  # noqa: SLF001 - the public view hides what is not visible yet
        held = (
            {message.group_id for message in messages if (message.visible_at or 0) > now} if queue.fifo_queue else set()
        )
        moments = [
            moment
            for message in messages
            if (moment := max(message.visible_at or 0, message.delayed_until or 0)) > now
            or message.group_id not in held
        ]
        return max(0.0, (min(moments) - now) / 1000) if moments else None

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._cloud.client("sqs").receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(10, self._mapping.batch_size),
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        if messages:  # Lambda's empty long polls cost the same whether anything happens or not: about 650,000 a month
            self._cloud.usage.add("sqs.requests", "ReceiveMessage")
        return messages

    async def _work(self, messages: list[dict[str, Any]]) -> None:
        chosen = [message for message in messages if wanted(self._mapping.filters, _filterable(message))]
        dropped = [message for message in messages if message not in chosen]
        outcome = None
        if chosen:
            event = {"Records": [self._record(message) for message in chosen]}
            outcome = await self._lambdas.invoke(self._mapping.function_arn, event, label="queue")
        failed = self._failed(chosen, outcome)
        done = dropped + [message for message in chosen if message["MessageId"] not in failed]
        if done:
            await asyncio.to_thread(self._delete, done)

    def _failed(self, messages: list[dict[str, Any]], outcome: Outcome | None) -> set[str]:
        """Ids of the messages that stay in the queue and come again after the visibility timeout."""
        everything = {message["MessageId"] for message in messages}
        if outcome is None or outcome.error is not None:
            return everything
        if not self._mapping.partial_answers or not isinstance(outcome.payload, dict):
            return set()
        failed = {failure.get("itemIdentifier") for failure in outcome.payload.get("batchItemFailures") or []}
        return min(failed, everything)

    def _delete(self, messages: list[dict[str, Any]]) -> None:
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)
        ]
        self._cloud.client("sqs").delete_message_batch(QueueUrl=self._url, Entries=entries)
        self._cloud.usage.add("sqs.requests", "DeleteMessage")

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        attributes = {
            name: {
                "stringValue": value.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        }
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": attributes,
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._mapping.queue_arn,
            "awsRegion": self._cloud.region,
        }


def _filterable(message: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"body": json.loads(message["Body"])}
    except ValueError:
        return {"body": message["Body"]}
