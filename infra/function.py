"""Turns an entry of the contract into a Lambda function: code, role, log group and event sources."""

from __future__ import annotations

import re
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from csms import contract
from infra import triggers
from infra.nag import acknowledge
from infra.packaging import Packaging
from infra.queues import dead_letter_queue
from infra.wiring import Wiring, allow

_LOG_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def construct_id(path: str) -> str:
    """`payment_session/await_capture` -> `PaymentSessionAwaitCapture`."""
    return "".join(word.capitalize() for word in re.split(r"[/_]", path))


class FunctionFactory:
    """Creates each function of the contract once and remembers it by its path."""

    def __init__(self, stack: cdk.Stack, wiring: Wiring, packaging: Packaging) -> None:
        self._stack = stack
        self._wiring = wiring
        self._code = packaging.functions()
        self._layers = [
            self._layer("Dependencies", packaging.dependencies(), "Third-party packages, pinned by requirements.txt"),
            self._layer("SharedPackage", packaging.shared_package(), "The package csms"),
        ]
        self.created: dict[str, lambda_.Function] = {}
        self.dead_letters: list[sqs.Queue] = []

    def create(self, function: contract.Function) -> lambda_.Function:
        """The Lambda function with its role, its log group and what starts it."""
        name = construct_id(function.path)
        dead = self._dead_letters(function, name)
        log_group = logs.LogGroup(
            self._stack,
            f"{name}Log",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        statements = [
            allow(_LOG_ACTIONS, [log_group.log_group_arn]),
            *self._wiring.statements(function),
            *triggers.rights(function, self._wiring, dead),
        ]
        created = lambda_.Function(
            self._stack,
            name,
            description=f"{function.path}: {function.handler}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=self._code,
            layers=self._layers,
            handler=function.handler,
            environment=self._wiring.environment(function),
            memory_size=function.memory_mb,
            timeout=cdk.Duration.seconds(function.timeout_seconds),
            role=self._role(function, name, statements),
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            # The platform's START, END and REPORT lines would cost more than the invocation.
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
        )
        triggers.attach(self._stack, function, created, self._wiring, dead)
        self.created[function.path] = created
        return created

    def _dead_letters(self, function: contract.Function, name: str) -> sqs.Queue | None:
        """Where records go that a stream reader gave up on; queues have their own."""
        if not any(isinstance(trigger, contract.StreamTrigger) for trigger in function.triggers):
            return None
        dead = dead_letter_queue(self._stack, f"{name}StreamDeadQueue")
        acknowledge(dead, "SQS3", "it is the dead-letter queue of a stream reader")
        self.dead_letters.append(dead)
        return dead

    def _role(self, function: contract.Function, name: str, statements: list[dict[str, Any]]) -> iam.Role:
        """One role per function with one inline policy and no managed ones."""
        document = iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": statements})
        role = iam.Role(
            self._stack,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"grants": document},
        )
        for resource, reason in self._wiring.wildcards(function):
            acknowledge(role, f"IAM5[Resource::{resource}]", reason)
        return role

    def _layer(self, name: str, code: lambda_.Code, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self._stack,
            name,
            code=code,
            description=description,
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )
