"""Reads the tables' streams and runs the functions on them, as Lambda's event source mapping does.

One shard per table, one batch at a time per mapping: as on AWS for changes of one partition key, stricter for others.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from local.filters import wanted

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.lambdas import Lambdas, Outcome
    from local.model import StreamMapping
    from local.moto_dynamodb import Change

RETRY_SECONDS: Final = 0.05  # Lambda waits longer; the order of things is the same
RETRY_SECONDS_MAX: Final = 2.0
_FIRST_SEQUENCE: Final = 1_100_000_000_017_454_423_009


class Streams:
    """All stream mappings of a stack. Lives in the event loop; `changed` may be called from any thread."""

    def __init__(self, cloud: Cloud, mappings: list[StreamMapping], lambdas: Lambdas) -> None:
        self._cloud = cloud
        self._readers = [_Reader(cloud, mapping, lambdas) for mapping in mappings]
        self._loop = asyncio.get_running_loop()
        self._sequence = _FIRST_SEQUENCE

    def changed(self, changes: list[Change]) -> None:
        """Hand the changes of one write to the mappings, in order. Called inside the storage's lock."""
        records = []
        for change in changes:
            self._sequence += 1
            if change.table.stream_shard is not None:
                records.append((change.table.name, self._record(change)))
        if records:
            self._loop.call_soon_threadsafe(self._offer, records)

    def _offer(self, records: list[tuple[str, dict[str, Any]]]) -> None:
        for table, record in records:
            for reader in self._readers:
                if reader.mapping.table == table:
                    reader.offer(record)

    def _record(self, change: Change) -> dict[str, Any]:
        view = (change.table.stream_specification or {})["StreamViewType"]
        images: dict[str, Any] = {}
        if change.after is not None and view in {"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}:
            images["NewImage"] = change.after
        if change.before is not None and view in {"OLD_IMAGE", "NEW_AND_OLD_IMAGES"}:
            images["OldImage"] = change.before
        name = "INSERT" if change.before is None else "REMOVE" if change.after is None else "MODIFY"
        return {
            "eventID": uuid.uuid4().hex,
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._cloud.region,
            "dynamodb": {
                "ApproximateCreationDateTime": float(int(time.time())),
                "Keys": change.keys,
                **images,
                "SequenceNumber": str(self._sequence),
                "SizeBytes": len(json.dumps(images)),
                "StreamViewType": view,
            },
            "eventSourceARN": f"{change.table.table_arn}/stream/{change.table.latest_stream_label}",
        }

    def start(self) -> list[asyncio.Task[None]]:
        """One task per mapping."""
        return [asyncio.create_task(reader.run()) for reader in self._readers]

    @property
    def busy(self) -> bool:
        """Whether some record waits or is being worked on."""
        return any(reader.busy for reader in self._readers)


class _Reader:
    def __init__(self, cloud: Cloud, mapping: StreamMapping, lambdas: Lambdas) -> None:
        self.mapping = mapping
        self.busy = False
        self._cloud = cloud
        self._lambdas = lambdas
        self._waiting: deque[dict[str, Any]] = deque()
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()

    def offer(self, record: dict[str, Any]) -> None:
        if wanted(self.mapping.filters, record):
            self._waiting.append(record)
            self.busy = True
            self._arrived.set()
            if len(self._waiting) >= self.mapping.batch_size:
                self._full.set()

    async def run(self) -> None:
        while True:
            await self._arrived.wait()
            if self.mapping.window_seconds and len(self._waiting) < self.mapping.batch_size:
                await _wait(self._full, self.mapping.window_seconds)
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self.mapping.batch_size))]
            self._full.clear()
            if not self._waiting:
                self._arrived.clear()
            await self._work(batch)
            self.busy = bool(self._waiting)

    async def _work(self, batch: list[dict[str, Any]]) -> None:
        """Run the function until every record of the batch is done, retried out or put aside."""
        pending = [(batch, 0)]
        while pending:
            records, tries = pending.pop(0)
            outcome = await self._lambdas.invoke(self.mapping.function_arn, {"Records": records}, label="stream")
            failed = self._failed(records, outcome)
            if not failed:
                continue
            if len(failed) < len(records):  # progress was made: the rest starts anew
                pending.insert(0, (failed, 0))
            elif self.mapping.retries >= 0 and tries >= self.mapping.retries:
                await self._give_up(failed, outcome)
                continue
            elif self.mapping.bisect and outcome.error is not None and len(failed) > 1:
                middle = len(failed) // 2
                pending[:0] = [(failed[:middle], tries + 1), (failed[middle:], tries + 1)]
            else:
                pending.insert(0, (failed, tries + 1))
            await asyncio.sleep(min(RETRY_SECONDS * 2**tries, RETRY_SECONDS_MAX))

    def _failed(self, records: list[dict[str, Any]], outcome: Outcome) -> list[dict[str, Any]]:
        if outcome.error is not None:
            return records
        if not self.mapping.partial_answers or not isinstance(outcome.payload, dict):
            return []
        failures = outcome.payload.get("batchItemFailures") or []
        if not failures:
            return []
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        wrong = [failure.get("itemIdentifier") for failure in failures]
        if any(number not in numbers for number in wrong):
            return records  # an answer that makes no sense fails the whole batch
        return records[min(numbers.index(number) for number in wrong) :]

    async def _give_up(self, records: list[dict[str, Any]], outcome: Outcome) -> None:
        if not self.mapping.on_failure_arn:
            return
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        document = {
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "functionArn": self.mapping.function_arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": self.mapping.retries + 1,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled" if outcome.error else None,
            },
            "version": "1.0",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001541626099285-f35f62ef",
                "startSequenceNumber": numbers[0],
                "endSequenceNumber": numbers[-1],
                "batchSize": len(records),
                "streamArn": self.mapping.stream_arn,
            },
        }
        name = self.mapping.on_failure_arn.rsplit(":", 1)[-1]
        sqs = self._cloud.client("sqs")

        def send() -> None:
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(document))

        await asyncio.to_thread(send)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
