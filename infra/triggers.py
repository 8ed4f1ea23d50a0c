"""What starts a function: table streams, queues and the clock."""

from __future__ import annotations

from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from csms import contract
from infra.wiring import Wiring, allow

# A record that fails is retried alone (the batch is halved) for about a minute, then it is put aside and the shard goes on.
STREAM_RETRIES: Final = 10

_STREAM_ACTIONS: Final = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
_QUEUE_ACTIONS: Final = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


def rights(function: contract.Function, wiring: Wiring, dead: sqs.Queue | None) -> list[dict[str, Any]]:
    """The statements Lambda's pollers need in the function's role; `dead` takes failed stream records."""
    statements = []
    for trigger in function.triggers:
        if isinstance(trigger, contract.StreamTrigger):
            statements.append(allow(_STREAM_ACTIONS, [wiring.stream_arn(trigger.table)]))
            # Listing is granted on a table's streams as a whole: a stream's own label is no part of the request.
            statements.append(allow(("dynamodb:ListStreams",), [f"{wiring.table_arn(trigger.table)}/stream/*"]))
        elif isinstance(trigger, contract.QueueTrigger):
            statements.append(allow(_QUEUE_ACTIONS, [wiring.queue_arn(trigger.queue)]))
    if dead is not None:
        statements.append(allow(("sqs:SendMessage",), [dead.queue_arn]))
    return statements


def attach(
    stack: cdk.Stack, function: contract.Function, target: lambda_.Function, wiring: Wiring, dead: sqs.Queue | None
) -> None:
    """Creates the event source mappings and schedules of a function."""
    for trigger in function.triggers:
        if isinstance(trigger, contract.StreamTrigger):
            _stream(stack, trigger, target, wiring, dead)
        elif isinstance(trigger, contract.QueueTrigger):
            lambda_.CfnEventSourceMapping(
                stack,
                f"{target.node.id}From{trigger.queue.capitalize()}Queue",
                function_name=target.function_name,
                event_source_arn=wiring.queue_arn(trigger.queue),
                batch_size=trigger.batch_size,
                function_response_types=["ReportBatchItemFailures"],
            )
        else:
            _schedule(stack, trigger, target)


def _stream(
    stack: cdk.Stack,
    trigger: contract.StreamTrigger,
    target: lambda_.Function,
    wiring: Wiring,
    dead: sqs.Queue | None,
) -> None:
    lambda_.CfnEventSourceMapping(
        stack,
        f"{target.node.id}From{trigger.table.capitalize()}Stream",
        function_name=target.function_name,
        event_source_arn=wiring.stream_arn(trigger.table),
        starting_position="TRIM_HORIZON",
        batch_size=trigger.batch_size,
        maximum_batching_window_in_seconds=trigger.window_seconds,
        filter_criteria={"filters": [{"pattern": cdk.Stack.of(stack).to_json_string(stream_filter(trigger))}]},
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=STREAM_RETRIES,
        destination_config={"onFailure": {"destination": dead.queue_arn}} if dead else None,
    )


def stream_filter(trigger: contract.StreamTrigger) -> dict[str, Any]:
    """The event pattern: kinds of change, and sort keys that begin with one of the prefixes."""
    pattern: dict[str, Any] = {"eventName": list(trigger.events)}
    if trigger.key_prefixes:
        prefixes = [{"prefix": prefix} for prefix in trigger.key_prefixes]
        pattern["dynamodb"] = {"Keys": {contract.SORT_KEY: {"S": prefixes}}}
    return pattern


def _schedule(stack: cdk.Stack, trigger: contract.ScheduleTrigger, target: lambda_.Function) -> None:
    unit = "minute" if trigger.minutes == 1 else "minutes"
    rule = events.CfnRule(
        stack,
        f"{target.node.id}Schedule",
        schedule_expression=f"rate({trigger.minutes} {unit})",
        targets=[{"id": "function", "arn": target.function_arn}],
    )
    lambda_.CfnPermission(
        stack,
        f"{target.node.id}ScheduleMay",
        action="lambda:InvokeFunction",
        function_name=target.function_name,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )
