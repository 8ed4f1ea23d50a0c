"""The payment session's room: its functions and the state machine that carries a session from tap to capture.

    StartAndWait ──▶ ChargeAndWait ──▶ Settle ──▶ IsCaptureAwaited ──▶ AwaitCapture ──▶ Close
         │ rejected,      ▲  │ timed out  ▲             └───── no ────────────────────────▲
         ▼ timed out      │  └────────────┘
       Expire ──▶ HasStartedAfterAll ──▶ Expired

JSONPath ASL with Lambda tasks, Choice, Retry and Catch only, so that an emulator can execute it. The happy path enters
six states: Standard workflows are billed by transition and would otherwise be the largest item of the bill.
"""

from __future__ import annotations

from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn

from csms import contract
from infra.function import FunctionFactory
from infra.nag import acknowledge
from infra.wiring import Wiring, allow

STATES: Final = (
    contract.PAYMENT_START,
    contract.PAYMENT_EXPIRE,
    contract.PAYMENT_CHARGE,
    contract.PAYMENT_SETTLE,
    contract.PAYMENT_AWAIT_CAPTURE,
    contract.PAYMENT_CLOSE,
)

_TIMEOUTS: Final = ["States.Timeout", "States.HeartbeatTimeout"]
_LAMBDA_FAULTS: Final = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]

_BACK_OFF: Final = {"BackoffRate": 2, "JitterStrategy": "FULL"}
_FAULTS: Final = [*_LAMBDA_FAULTS, "Lambda.Unknown", "States.TaskFailed"]

# Every function may run any number of times: one that waits takes over with its new token. A fault that passes is
# outlived, for about four minutes; a driver in front of a terminal waits for less.
_RETRY: Final = [{"ErrorEquals": _FAULTS, "IntervalSeconds": 2, "MaxAttempts": 7, **_BACK_OFF}]
_RETRY_START: Final = [
    {"ErrorEquals": [contract.ERROR_START_REJECTED, contract.ERROR_START_TIMEOUT], "MaxAttempts": 0},
    {"ErrorEquals": _FAULTS, "IntervalSeconds": 1, "MaxAttempts": 3, **_BACK_OFF},
]


def add_payment_session(stack: cdk.Stack, functions: FunctionFactory, wiring: Wiring, name: str) -> sfn.CfnStateMachine:
    """Creates the functions of the states and the state machine, and makes its ARN known."""
    arns = {state.path: functions.create(state).function_arn for state in STATES}
    log_group = logs.LogGroup(
        stack,
        "PaymentSessionLog",
        log_group_name=f"/aws/vendedlogs/states/{name}",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    machine = sfn.CfnStateMachine(
        stack,
        "PaymentSession",
        state_machine_name=name,
        state_machine_type="STANDARD",
        role_arn=_role(stack, list(arns.values())).role_arn,
        definition_string=stack.to_json_string(definition(arns, stack.partition)),
        # Inputs carry authorization references: errors are logged, data never.
        logging_configuration={
            "level": "ERROR",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": log_group.log_group_arn}}],
        },
        tracing_configuration={"enabled": True},
    )
    acknowledge(machine, "SF1", "ALL would log the inputs of every state: only errors are logged, and no data")
    wiring.add(environment={contract.ENV_STATE_MACHINE: machine.ref}, arns={"state_machine": machine.ref})
    return machine


def _role(stack: cdk.Stack, functions: list[str]) -> iam.Role:
    """May call the six functions; log delivery and tracing know no resources."""
    statements = [
        allow(("lambda:InvokeFunction",), functions),
        allow(
            (
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ),
            ["*"],
        ),
    ]
    role = iam.Role(
        stack,
        "PaymentSessionRole",
        assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
        inline_policies={"grants": iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": statements})},
    )
    acknowledge(role, "IAM5[Resource::*]", "log delivery and X-Ray actions know no resources")
    return role


def definition(arns: dict[str, str], partition: str) -> dict[str, Any]:
    """The Amazon States Language document.

    Args:
        arns: function ARN by contract path.
        partition: AWS partition for the service integrations' resources.

    The input is {"payment": {"partner_id", "authorization_reference"}, "start_wait_seconds": int}.
    """
    tasks = _Tasks(arns, partition)
    return {
        "Comment": "A card payment at a terminal: remote start, charging, settlement, capture.",
        "StartAt": "StartAndWait",
        "States": {
            "StartAndWait": tasks.wait(
                contract.PAYMENT_START,
                {
                    "TimeoutSecondsPath": "$.start_wait_seconds",
                    "ResultPath": "$.started",
                    "Retry": _RETRY_START,
                    "Catch": [
                        _catch([contract.ERROR_START_REJECTED, contract.ERROR_START_TIMEOUT, *_TIMEOUTS], "Expire"),
                        _catch(["States.ALL"], "Expire"),
                    ],
                    "Next": "ChargeAndWait",
                },
            ),
            "Expire": tasks.call(
                contract.PAYMENT_EXPIRE,
                {
                    "ResultSelector": {"state.$": "$.Payload.state"},
                    "ResultPath": "$.expired",
                    "Next": "HasStartedAfterAll",
                },
            ),
            # A start that was given up can still be seen a moment before the session is expired.
            "HasStartedAfterAll": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.expired.state", "StringEquals": "CHARGING", "Next": "ChargeAndWait"}],
                "Default": "Expired",
            },
            "Expired": {"Type": "Succeed"},
            "ChargeAndWait": tasks.wait(
                contract.PAYMENT_CHARGE,
                {
                    "TimeoutSeconds": contract.CHARGE_WAIT_SECONDS,
                    "ResultPath": "$.charged",
                    "Catch": [_catch(_TIMEOUTS, "Settle")],
                    "Next": "Settle",
                },
            ),
            "Settle": tasks.call(
                contract.PAYMENT_SETTLE,
                {
                    "ResultSelector": {"await_capture.$": "$.Payload.await_capture"},
                    "ResultPath": "$.settled",
                    "Next": "IsCaptureAwaited",
                },
            ),
            "IsCaptureAwaited": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.settled.await_capture", "BooleanEquals": True, "Next": "AwaitCapture"}],
                "Default": "Close",
            },
            "AwaitCapture": tasks.wait(
                contract.PAYMENT_AWAIT_CAPTURE,
                {
                    "TimeoutSeconds": contract.CAPTURE_WAIT_SECONDS,
                    "ResultPath": "$.captured",
                    "Catch": [_catch(["States.ALL"], "Close")],
                    "Next": "Close",
                },
            ),
            "Close": tasks.call(contract.PAYMENT_CLOSE, {"ResultPath": "$.closed", "End": True}),
        },
    }


def _catch(errors: list[str], following: str) -> dict[str, Any]:
    return {"ErrorEquals": errors, "ResultPath": "$.error", "Next": following}


class _Tasks:
    """The two shapes of a task: call and go on, or call and wait until the token comes back."""

    def __init__(self, arns: dict[str, str], partition: str) -> None:
        self._arns = arns
        self._invoke = f"arn:{partition}:states:::lambda:invoke"

    def call(self, function: contract.Function, more: dict[str, Any]) -> dict[str, Any]:
        """The function gets the whole state: the payment, what came before and the error that led here."""
        parameters = {"FunctionName": self._arns[function.path], "Payload.$": "$"}
        return {"Type": "Task", "Resource": self._invoke, "Parameters": parameters, "Retry": _RETRY, **more}

    def wait(self, function: contract.Function, more: dict[str, Any]) -> dict[str, Any]:
        """The function gets the payment and a task token that somebody gives back later."""
        parameters = {
            "FunctionName": self._arns[function.path],
            "Payload": {"task_token.$": "$$.Task.Token", "payment.$": "$.payment"},
        }
        resource = f"{self._invoke}.waitForTaskToken"
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, "Retry": _RETRY, **more}
