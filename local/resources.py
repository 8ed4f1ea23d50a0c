"""Builds what the templates describe: one creator per resource type; a type without one is an error.

A resource is created when something first asks for its reference or attribute, so the template's order does not matter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from local.model import Model
from local.template import Resolver, Resource, Template, TemplateError

if TYPE_CHECKING:
    from local.cloud import Cloud


@dataclass(frozen=True)
class Physical:
    """What became of a resource: what `Ref` gives and what `Fn::GetAtt` gives."""

    ref: Any
    attributes: dict[str, Any] = field(default_factory=dict)


_SECRET: Final = re.compile(
    r"\{\{resolve:secretsmanager:((?:arn:(?:[^:}]*:){5})?[^:}]+)(?::SecretString:([^:}]*)[^}]*)?\}\}"
)
_PARAMETER: Final = re.compile(r"\{\{resolve:ssm:([^:}]+)(?::\d+)?\}\}")

Creator = Callable[["Builder", Resource, dict[str, Any]], Physical]

CREATORS: Final[dict[str, Creator]] = {}

# Resource types that the laptop edition leaves out, and why that changes nothing about how the system behaves.
IGNORED: Final = {
    "AWS::ApiGateway::Account": "allows API Gateway to write logs; there are none here",
    "AWS::ApiGatewayV2::Deployment": "stages deploy themselves here",
    "AWS::Budgets::Budget": "a budget watches a bill, and there is none here",
    "AWS::CDK::Metadata": "analytics of the CDK",
    "AWS::CloudFront::CachePolicy": "nothing is cached here",
    "AWS::CloudFront::OriginAccessControl": "the emulated bucket is read directly",
    "AWS::CloudFront::OriginRequestPolicy": "all viewer headers but Host are forwarded",
    "AWS::CloudWatch::Alarm": "alarms watch metrics, and there are none here",
    "AWS::CloudWatch::CompositeAlarm": "alarms watch metrics, and there are none here",
    "AWS::CloudWatch::Dashboard": "dashboards show metrics, and there are none here",
    "AWS::Logs::MetricFilter": "makes metrics of logs, and there are none here",
    "AWS::Logs::ResourcePolicy": "log delivery",
    "AWS::S3::BucketPolicy": "the emulated bucket is reached by the stack only",
    "AWS::SNS::Subscription": "nobody is notified here",
    "AWS::SNS::TopicPolicy": "nobody is notified here",
    "AWS::SQS::QueuePolicy": "enforces TLS, and there is no wire here",
    "AWS::Cognito::UserPoolDomain": "the hosted sign-in page; tests sign in through the API",
}


def creator(*types: str) -> Callable[[Creator], Creator]:
    """Register the function as the creator of these resource types."""

    def register(function: Creator) -> Creator:
        CREATORS.update(dict.fromkeys(types, function))
        return function

    return register


class Builder:
    """Creates the resources of all stacks. `model` and moto hold the result."""

    def __init__(self, cloud: Cloud, templates: dict[str, Template], parameters: dict[str, str] | None = None) -> None:
        self.cloud = cloud
        self.model = Model()
        self.secrets: dict[str, str] = {}  # ARN -> value
        self.integrations: dict[str, str] = {}  # id -> function ARN
        self.routes: dict[str, tuple[str, str, bool]] = {}  # id -> (API id, route key, selects a route response)
        self.header_policies: dict[str, dict[str, str]] = {}  # id -> headers
        self._templates = templates
        self._made: dict[tuple[str, str], Physical] = {}
        self._making: list[tuple[str, str]] = []
        pseudo = {
            "AWS::Region": cloud.region,
            "AWS::AccountId": cloud.account,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NotificationARNs": "",
        }
        self.resolver = Resolver(templates, self, pseudo, parameters)

    def build(self) -> Model:
        """Create everything. Raises TemplateError naming the resource."""
        import local.resources_api
        import local.resources_compute
        import local.resources_data  # noqa: F401 - importing the three registers their creators

        unknown = {
            resource.type: resource.address
            for template in self._templates.values()
            for resource in template.resources.values()
            if resource.type not in CREATORS and resource.type not in IGNORED
        }
        if unknown:
            listed = ", ".join(f"{kind} ({address})" for kind, address in sorted(unknown.items()))
            raise TemplateError(f"resource types the laptop edition neither builds nor ignores: {listed}")
        for template in self._templates.values():
            for logical_id in template.resources:
                self._physical(template.name, logical_id)
        return self.model

    def reference(self, stack: str, logical_id: str) -> Any:
        """See `template.Resources`."""
        return self._physical(stack, logical_id).ref

    def attribute(self, stack: str, logical_id: str, name: str) -> Any:
        """See `template.Resources`."""
        attributes = self._physical(stack, logical_id).attributes
        if name not in attributes:
            resource = self._templates[stack].resources[logical_id]
            raise TemplateError(f"{resource.address} ({resource.type}) has no attribute {name} here")
        return attributes[name]

    def name(self, resource: Resource, suffix: str = "") -> str:
        """A physical name as CloudFormation would make one, but always the same."""
        return f"{resource.stack}-{resource.logical_id}{suffix}"

    def identifier(self, resource: Resource, length: int = 10) -> str:
        """A short lower-case id for the resource, always the same."""
        return hashlib.sha256(resource.address.encode()).hexdigest()[:length]

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the emulated account."""
        return f"arn:aws:{service}:{self.cloud.region}:{self.cloud.account}:{resource}"

    def _physical(self, stack: str, logical_id: str) -> Physical:
        key = (stack, logical_id)
        if key in self._made:
            return self._made[key]
        if key in self._making:
            cycle = " -> ".join(name for _, name in [*self._making, key])
            raise TemplateError(f"{stack}: resources depend on each other in a circle: {cycle}")
        self._making.append(key)
        try:
            self._made[key] = self._create(self._templates[stack].resources[logical_id])
        finally:
            self._making.pop()
        return self._made[key]

    def _create(self, resource: Resource) -> Physical:
        if resource.condition and not self.resolver.condition(resource.stack, resource.condition):
            return Physical("")
        if resource.type in IGNORED:
            self.model.ignored.setdefault(resource.type, []).append(resource.address)
            identifier = self.identifier(resource)
            return Physical(identifier, {"Id": identifier, "Arn": f"arn:aws:ignored:::{identifier}"})
        properties = self._dynamic(self.resolver.value(resource.stack, resource.properties))
        try:
            return CREATORS[resource.type](self, resource, properties)
        except (KeyError, TypeError, ValueError) as error:
            raise TemplateError(f"{resource.address} ({resource.type}): {error!r}") from error

    def _dynamic(self, node: Any) -> Any:
        """The node with `{{resolve:…}}` references replaced by the secret or parameter they name."""
        if isinstance(node, dict):
            return {key: self._dynamic(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._dynamic(value) for value in node]
        if isinstance(node, str) and "{{resolve:" in node:
            return _PARAMETER.sub(self._parameter_value, _SECRET.sub(self._secret_value, node))
        return node

    def _secret_value(self, match: re.Match[str]) -> str:
        secret = self.secrets[match[1]]
        return str(json.loads(secret)[match[2]]) if match[2] else secret

    def _parameter_value(self, match: re.Match[str]) -> str:
        return str(self.cloud.client("ssm").get_parameter(Name=match[1])["Parameter"]["Value"])
