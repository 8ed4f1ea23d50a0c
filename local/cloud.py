"""The door between boto3 and the emulation: every call of a function, of the stack and of tests passes here.

It replaces the wire below botocore's retries: checks the caller's role, breaks what a fault wants broken, counts what
AWS would bill, and has moto, the gateway or the function runner answer. Code without a scope is not touched.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
import botocore.endpoint
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from local import faults as faulty
from local import moto_dynamodb, moto_patches, moto_stepfunctions, scope
from local.faults import Faults
from local.iam import Iam
from local.meter import Usage

if TYPE_CHECKING:
    from botocore.client import BaseClient

REGION: Final = "us-east-1"
_FIRST_ACCOUNT: Final = 100_000_000_001

Answer = tuple[int, Mapping[str, Any], str | bytes]


@dataclass(frozen=True)
class Call:
    """One HTTP request of boto3, taken apart. `body` is the parsed JSON, {} where the service speaks something else."""

    service: str
    operation: str
    body: dict[str, Any]
    request: AWSPreparedRequest

    @property
    def raw(self) -> bytes:
        """The body's bytes."""
        data = self.request.body
        if isinstance(data, str):
            return data.encode()
        return bytes(data) if isinstance(data, bytes | bytearray) else b""


class Cloud:
    """One emulated account: its own data in moto, its roles, its meter, its faults."""

    def __init__(self, region: str = REGION) -> None:
        install()
        self.region = region
        self.account = _take_account()
        self.iam = Iam(region, self.account)
        self.usage = Usage()
        self.faults = Faults()
        self._answerers: dict[tuple[str, str], Callable[[Call], Answer]] = {}
        self._services: dict[str, Callable[[Call], Answer]] = {}
        self._clients: dict[str, BaseClient] = {}
        self._own = scope.Scope(self)
        self._closed = False

    def close(self) -> None:
        """Forget the account and its data. Threads that still run for it (waiting executions) end at their next call."""
        self._closed = True
        moto_dynamodb.listen(self.account, None)
        moto_patches.listen_to_queues(self.account, None)
        moto_stepfunctions.stop_executions(self.account, self.region)
        moto_patches.PROTECTED_ACCOUNTS.discard(self.account)
        moto_patches.forget_account(self.account)
        _TAKEN.discard(self.account)

    def answer_with(self, service: str, answerer: Callable[[Call], Answer], operation: str = "") -> None:
        """Have a part of the laptop edition, not moto, answer a service or one operation of it."""
        if operation:
            self._answerers[service, operation] = answerer
        else:
            self._services[service] = answerer

    def client(self, service: str) -> Any:
        """A boto3 client into this account for the stack itself and for tests: all rights, and not metered."""
        if service not in self._clients:
            client = _new_client(service, self.region)
            client._endpoint.laptop_scope = self._own  # noqa: SLF001 - the one place the door looks
            self._clients[service] = client
        return self._clients[service]

    def handle(self, call: Call, caller: scope.Scope) -> AWSResponse:
        """Answer one request as AWS would."""
        if self._closed:
            ended = scope.InvocationOver if caller.invocation else ConnectionError
            raise ended(f"{call.service}.{call.operation} after the stack was stopped")
        if caller.invocation is not None and caller.invocation.over:
            raise scope.InvocationOver(
                f"{caller.invocation.function} timed out and must not call {call.service} any more"
            )
        refusal = self._refusal(call, caller)
        if refusal is not None:
            return _response(call, *refusal)
        function = caller.invocation.function if caller.invocation else ""
        fault = self.faults.take(call.service, call.operation, function, call.raw) if caller.principal else None
        if fault is not None:
            broken = faulty.before(fault, call.request.url or "")
            if broken is not None:
                return _response(call, broken[0], {}, json.dumps(broken[1]))
        with moto_dynamodb.captured() as changes:
            answer = self._answer(call, caller)
        if caller.principal is not None:
            self.usage.count_call(call.service, call.operation, call.body, answer, changes, caller.invocation)
        if fault is not None:
            faulty.after(fault, call.request.url or "")
        return _response(call, *answer)

    def _refusal(self, call: Call, caller: scope.Scope) -> Answer | None:
        if caller.principal is None:
            return None
        refused = self.iam.check(caller.principal, call.service, call.operation, call.body, call.request.url or "")
        if refused is None:
            return None
        error = {"__type": "AccessDeniedException", "message": refused, "Message": refused}
        return 403 if call.service in {"lambda", "apigatewaymanagementapi", "s3"} else 400, {}, json.dumps(error)

    def _answer(self, call: Call, caller: scope.Scope) -> Answer:
        own = self._answerers.get((call.service, call.operation)) or self._services.get(call.service)
        if own is not None:
            return own(call)
        call.request.headers["x-moto-account-id"] = self.account
        if call.service == "stepfunctions" and call.operation == "StartExecution":
            # The execution's threads inherit the scope they are started in: it must be the machine's own, not the caller's.
            machine = scope.Scope(self, principal=call.body.get("stateMachineArn", ""))
            with scope.entered(machine):
                return _ask_moto(call)
        del caller
        return _ask_moto(call)


def _ask_moto(call: Call) -> Answer:
    from moto.core.models import botocore_stubber
    from moto.core.request import normalize_request
    from moto.dynamodb.responses import DynamoHandler

    if call.service == "dynamodb":  # the way around the search through all services' address patterns
        request = normalize_request(call.request)
        status, headers, body = DynamoHandler.dispatch(request, request.raw_url, request.headers)
        return status, headers, body
    answer = botocore_stubber.process_request(call.request)
    if answer is None:
        raise NotImplementedError(f"nothing emulates {call.service}.{call.operation} at {call.request.url}")
    status, headers, body = answer
    return int(status), headers, body


class _Raw(io.BytesIO):
    """A body as urllib3 would hand it over."""

    def stream(self, **_options: Any) -> Any:
        """All of it at once."""
        contents = self.read()
        while contents:
            yield contents
            contents = self.read()


def _response(call: Call, status: int, headers: Mapping[str, Any], body: str | bytes) -> AWSResponse:
    from botocore.compat import HTTPHeaders

    data = body.encode() if isinstance(body, str) else body
    typed = HTTPHeaders()
    for name, value in headers.items():
        typed[name] = value
    if (
        "__type" in (text := body if isinstance(body, str) else "")
        and status >= 400
        and "x-amzn-errortype" not in typed
    ):
        typed["x-amzn-errortype"] = json.loads(text)["__type"]
    return AWSResponse(call.request.url or "", status, typed, _Raw(data))


_TAKEN: Final[set[str]] = set()


def _take_account() -> str:
    """The lowest free account: the same one for stacks that run after each other, so that ARNs stay the same."""
    account = next(str(number) for number in itertools.count(_FIRST_ACCOUNT) if str(number) not in _TAKEN)
    _TAKEN.add(account)
    moto_patches.PROTECTED_ACCOUNTS.add(account)
    return account


_SESSION: Final = boto3.Session()


def _new_client(service: str, region: str) -> Any:
    session: Any = _SESSION  # as Any: its overloads want literal names
    return session.client(
        service,
        region_name=region,
        aws_access_key_id="laptop",
        aws_secret_access_key="laptop",  # noqa: S106 - there is nothing behind it
        config=Config(retries={"total_max_attempts": 1}, account_id_endpoint_mode="disabled"),
    )


_JSON_SERVICES: Final = {"dynamodb", "sqs", "ssm", "stepfunctions", "cognito-idp", "secretsmanager", "events", "kms"}


class _Wire:
    """Stands in for an endpoint's event emitter: answers `before-send` itself and passes everything else on."""

    def __init__(self, emitter: Any, operation_model: Any, caller: scope.Scope) -> None:
        self._emitter = emitter
        self._model = operation_model
        self._caller = caller

    def emit(self, event_name: str, **arguments: Any) -> Any:
        """Botocore's call for an event."""
        if not event_name.startswith("before-send."):
            return self._emitter.emit(event_name, **arguments)
        request = arguments["request"]
        service = self._model.service_model.service_name
        body = json.loads(request.body) if service in _JSON_SERVICES and request.body else {}
        call = Call(service, self._model.name, body, request)
        return [(None, self._caller.cloud.handle(call, self._caller))]


def install() -> None:
    """Put the door into botocore and the patches into moto. Once per process."""
    endpoint = botocore.endpoint.Endpoint
    if getattr(endpoint, "laptop_edition", False):
        return
    endpoint.laptop_edition = True  # type: ignore[attr-defined]
    original = endpoint._do_get_response  # type: ignore[attr-defined]  # noqa: SLF001 - the only hook below the retries

    def get_response(self: Any, request: Any, operation_model: Any, context: Any) -> Any:
        caller = getattr(self, "laptop_scope", None) or scope.current()
        if caller is None:
            return original(self, request, operation_model, context)
        own = copy.copy(self)
        own._event_emitter = _Wire(self._event_emitter, operation_model, caller)  # noqa: SLF001 - see above
        return original(own, request, operation_model, context)

    endpoint._do_get_response = get_response  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    scope.install()
    moto_patches.install()
