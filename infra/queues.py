"""The queues of the contract, each with its dead-letter queue, and the dead-letter queues of stream readers."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs

from csms import contract
from infra.wiring import Wiring

_KEEP: Final = cdk.Duration.days(14)


def add_queues(stack: cdk.Stack, wiring: Wiring) -> list[sqs.Queue]:
    """Creates every queue and makes its URL and ARN known. Returns the dead-letter queues."""
    dead_letters = []
    for queue in contract.QUEUES:
        name = queue.name.capitalize()
        dead = dead_letter_queue(stack, f"{name}DeadQueue", fifo=queue.fifo)
        live = sqs.Queue(
            stack,
            f"{name}Queue",
            visibility_timeout=cdk.Duration.seconds(queue.visibility_seconds),
            retention_period=_KEEP,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=queue.max_receives),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            fifo=queue.fifo or None,
            # Order holds within a message group; groups do not slow each other down.
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if queue.fifo else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if queue.fifo else None,
        )
        wiring.add(environment={queue.env: live.queue_url}, arns={f"queue:{queue.name}": live.queue_arn})
        dead_letters.append(dead)
    return dead_letters


def dead_letter_queue(stack: cdk.Stack, name: str, *, fifo: bool = False) -> sqs.Queue:
    """A queue where failed work waits for a person for 14 days."""
    return sqs.Queue(
        stack,
        name,
        retention_period=_KEEP,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        fifo=fifo or None,
    )
