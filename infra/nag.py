"""Findings of the AwsSolutions rule pack that we live with, each named at the resource it concerns, with the reason."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accepts one finding on a construct and what is in it.

    Args:
        construct: the resource, or the narrowest construct around it.
        rule: the rule's short name, e.g. "SQS3", or one finding of it, e.g. "IAM5[Resource::*]".
        reason: why it stays, for whoever audits the deployment.
    """
    acknowledgment = cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
    cdk.Validations.of(construct).acknowledge(acknowledgment)
