"""Access logs of the two APIs: who asked for what and how it went; never a header, a query string or a body."""

from __future__ import annotations

import json
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_logs as logs

_COMMON: Final = {
    "requestId": "$context.requestId",
    "at": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "route": "$context.routeKey",
    "status": "$context.status",
    "error": "$context.error.message",
}
_FIELDS: Final = {
    "Http": {**_COMMON, "ms": "$context.responseLatency", "integrationError": "$context.integrationErrorMessage"},
    "Ocpp": {
        **_COMMON,
        "event": "$context.eventType",
        "connectionId": "$context.connectionId",
        "chargerId": "$context.authorizer.chargerId",
        "integrationError": "$context.integration.error",
    },
}


def access_log(stack: cdk.Stack, api: str) -> dict[str, Any]:
    """The access log settings of a stage, with a log group kept for a month."""
    group = logs.LogGroup(
        stack,
        f"{api}AccessLog",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    return {"destinationArn": group.log_group_arn, "format": json.dumps(_FIELDS[api])}
