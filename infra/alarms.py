"""The few alarms that mean work for a person: something is lost, stuck or refused."""

from __future__ import annotations

from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from csms import contract

# An alarm costs money every month: functions whose failure is seen elsewhere (dead letters, the partner's retry) have none.
WATCHED: Final = (contract.OCPP, contract.OCPP_AUTHORIZER, contract.OCPI_PAYMENTS, contract.OPERATOR_API)
STREAM_AGE_MS_MAX: Final = 60_000


class Alarms:
    """Creates alarms that publish to one topic."""

    def __init__(self, stack: cdk.Stack, email: str) -> None:
        self._stack = stack
        topic = sns.CfnTopic(
            stack,
            "AlarmTopic",
            display_name="CSMS alarms",
            subscription=[{"protocol": "email", "endpoint": email}] if email else None,
        )
        sns.CfnTopicPolicy(
            stack,
            "AlarmTopicPolicy",
            topics=[topic.ref],
            policy_document={"Version": "2012-10-17", "Statement": _topic_statements(stack, topic.ref)},
        )
        self._topic = topic.ref

    def add(
        self,
        *,
        dead_letters: list[sqs.Queue],
        functions: dict[str, lambda_.Function],
        payment_session: sfn.CfnStateMachine,
    ) -> None:
        """All alarms of the stack."""
        for queue in dead_letters:
            dimensions = {"QueueName": queue.queue_name}
            text = "work was given up: read the messages, mend the cause, redrive the queue"
            metric = "AWS/SQS", "ApproximateNumberOfMessagesVisible"
            self._alarm(f"{queue.node.id}NotEmpty", text, metric, dimensions, statistic="Maximum")
        for function in WATCHED:
            target = functions[function.path]
            dimensions = {"FunctionName": target.function_name}
            text = f"{function.path} fails: every error is caught, so this is a fault of the code or a timeout"
            self._alarm(f"{target.node.id}Errors", text, ("AWS/Lambda", "Errors"), dimensions)
        for function in contract.FUNCTIONS:
            if any(isinstance(trigger, contract.StreamTrigger) for trigger in function.triggers):
                self._stream_age(functions[function.path])
        self._alarm(
            "Throttles", "Lambda refuses work: raise the account's concurrency", ("AWS/Lambda", "Throttles"), {}
        )
        self._alarm(
            "PaymentSessionsFailed",
            "a payment session's workflow failed: the session is in the operator's list of open matters",
            ("AWS/States", "ExecutionsFailed"),
            {"StateMachineArn": payment_session.ref},
        )

    def _stream_age(self, target: lambda_.Function) -> None:
        self._alarm(
            f"{target.node.id}Behind",
            "the reader of a table's stream is a minute behind",
            ("AWS/Lambda", "IteratorAge"),
            {"FunctionName": target.function_name},
            statistic="Maximum",
            threshold=STREAM_AGE_MS_MAX,
        )

    def _alarm(
        self,
        name: str,
        text: str,
        metric: tuple[str, str],
        dimensions: dict[str, str],
        *,
        statistic: str = "Sum",
        threshold: int = 0,
    ) -> None:
        namespace, metric_name = metric
        cloudwatch.CfnAlarm(
            self._stack,
            f"{name}Alarm",
            alarm_description=text,
            namespace=namespace,
            metric_name=metric_name,
            dimensions=[{"name": key, "value": value} for key, value in dimensions.items()] or None,
            statistic=statistic,
            period=300,
            evaluation_periods=1,
            threshold=threshold,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[self._topic],
        )


def _topic_statements(stack: cdk.Stack, topic: str) -> list[dict[str, Any]]:
    """CloudWatch of this account may publish; nobody without TLS."""
    return [
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
