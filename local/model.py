"""What the templates describe, as the parts of the laptop edition use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Function:
    """A Lambda function. `path` is its folder under functions/ (or its whole dotted module where it lives elsewhere)."""

    path: str
    name: str
    arn: str
    handler: str
    role_arn: str
    environment: dict[str, str]
    timeout_seconds: float
    memory_mb: int


@dataclass(frozen=True)
class Route:
    """A route of an API: its key, the function's ARN, its authorizer's id, and whether the answer goes back."""

    key: str
    function_arn: str
    authorizer_id: str | None = None
    two_way: bool = False


@dataclass(frozen=True)
class Authorizer:
    """REQUEST: `function_arn` and identity sources. JWT: issuer and audience."""

    kind: str
    identity_sources: tuple[str, ...] = ()
    function_arn: str = ""
    issuer: str = ""
    audience: tuple[str, ...] = ()


@dataclass
class Api:
    """An API Gateway v2 API, WEBSOCKET or HTTP."""

    id: str
    protocol: str
    route_selection: str = ""
    stages: list[str] = field(default_factory=list)
    routes: dict[str, Route] = field(default_factory=dict)
    authorizers: dict[str, Authorizer] = field(default_factory=dict)
    cors: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StreamMapping:
    """A DynamoDB stream as event source of a function."""

    id: str
    function_arn: str
    stream_arn: str
    table: str
    filters: tuple[dict[str, Any], ...] = ()
    batch_size: int = 100
    window_seconds: float = 0.0
    partial_answers: bool = False
    bisect: bool = False
    retries: int = -1
    on_failure_arn: str = ""
    parallel: int = 1


@dataclass(frozen=True)
class QueueMapping:
    """A queue as event source of a function."""

    id: str
    function_arn: str
    queue_arn: str
    filters: tuple[dict[str, Any], ...] = ()
    batch_size: int = 10
    window_seconds: float = 0.0
    partial_answers: bool = False
    max_concurrency: int = 0


@dataclass(frozen=True)
class Schedule:
    """A rule that runs a function every so many seconds (0: a cron expression, run only on demand)."""

    name: str
    arn: str
    seconds: float
    function_arn: str
    input: Any = None


@dataclass(frozen=True)
class Permission:
    """Who else may invoke a function."""

    function: str
    principal: str
    source_arn: str


@dataclass(frozen=True)
class Origin:
    """Where a CloudFront behaviour sends requests, and the headers it adds."""

    id: str
    domain: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Behaviour:
    """One path pattern of a distribution ("" is the default behaviour)."""

    pattern: str
    origin: str
    viewer_request: str = ""  # the name of the CloudFront function that sees the request first
    viewer_protocol: str = "redirect-to-https"
    response_headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Distribution:
    """A CloudFront distribution."""

    id: str
    domain: str
    origins: dict[str, Origin]
    behaviours: list[Behaviour]
    default_object: str = ""


@dataclass
class Model:
    """Everything the templates describe that the laptop edition runs itself (the rest lives in moto)."""

    functions: dict[str, Function] = field(default_factory=dict)  # by ARN
    apis: dict[str, Api] = field(default_factory=dict)  # by id
    streams: list[StreamMapping] = field(default_factory=list)
    queues: list[QueueMapping] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    state_machines: dict[str, str] = field(default_factory=dict)  # ARN -> role ARN
    roles: dict[str, list[Any]] = field(default_factory=dict)  # role ARN -> statements
    edge_functions: dict[str, str] = field(default_factory=dict)  # CloudFront function name -> code
    queue_urls: dict[str, str] = field(default_factory=dict)  # ARN -> URL
    user_pool_clients: list[tuple[str, str]] = field(default_factory=list)  # (pool id, client id)
    ignored: dict[str, list[str]] = field(default_factory=dict)  # resource type -> addresses

    def function(self, wanted: str) -> Function:
        """The function with this path, name or ARN. Raises KeyError."""
        for function in self.functions.values():
            if wanted in {function.path, function.name, function.arn}:
                return function
        raise KeyError(f"no function {wanted}; there are {', '.join(sorted(f.path for f in self.functions.values()))}")
