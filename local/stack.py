"""The laptop edition as one object: start it, talk to it, look into it, stop it.

    stack = await Stack.start()
    ... websockets.connect(f"{stack.ocpp_url}/CP001", subprotocols=["ocpp1.6"]) ...
    await stack.stop()

It runs in a thread with an event loop of its own, so that a test which blocks its loop does not stop the system.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from local import events, moto_dynamodb, moto_patches, scope, synth, wiring
from local.cloud import Cloud
from local.front import Front
from local.gateway_http import HttpGateway
from local.gateway_websocket import WebSocketGateway
from local.lambdas import Lambdas, Outcome
from local.queues import Queues
from local.resources import Builder
from local.settings import Settings
from local.streams import Streams
from local.template import read_assembly

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    from local.faults import Faults
    from local.iam import Refusal
    from local.meter import Usage
    from local.model import Function, Model

logger = logging.getLogger(__name__)

_READY_SECONDS: Final = 60
_last_port = 0


class FunctionFailed(Exception):  # noqa: N818 - the function did, not the stack
    """`Stack.invoke` of a function that raised or timed out; `error` is Lambda's error object."""

    def __init__(self, path: str, error: dict[str, Any]) -> None:
        super().__init__(f"{path}: {error['errorType']}: {error['errorMessage']}")
        self.error = error


class Stack:
    """A running system. Made by `Stack.start`; every method may be called from any thread or loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cloud = Cloud()
        self.model: Model
        self.host = ""
        self.port = 0
        self._lambdas: Lambdas
        self._front: Front
        self._streams: Streams
        self._queues: Queues
        self._websockets: list[WebSocketGateway] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=scope.without_scope, args=(self._loop.run_forever,), name="laptop", daemon=True
        )

    # --- life

    @classmethod
    async def start(
        cls,
        assembly_dir: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
    ) -> Self:
        """Build everything and open the port.

        Args:
            assembly_dir: folder with the synthesised templates; None synthesises the app (cached by its content).
            host: address to listen on.
            port: 0 takes a free one, the last stack's where possible, so that addresses stay the same between tests.
            settings: limits and overrides.

        Raises:
            local.template.TemplateError: the templates hold something that is wrong or unknown here.
            local.synth.SynthError: the app does not synthesise.
        """
        call = partial(cls.start_blocking, assembly_dir, host=host, port=port, settings=settings)
        return await asyncio.to_thread(call)

    @classmethod
    def start_blocking(
        cls,
        assembly_dir: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
    ) -> Self:
        """`start` for code without an event loop."""
        folder = assembly_dir or synth.assembly()
        stack = cls(settings or Settings())
        stack._thread.start()
        try:
            stack._build(folder)
            stack._run(stack._open(host, port))
        except BaseException:
            stack.stop_blocking()
            raise
        return stack

    async def stop(self) -> None:
        """Close connections and the port, end the work, forget the data."""
        await asyncio.to_thread(self.stop_blocking)

    def stop_blocking(self) -> None:
        """`stop` for code without an event loop."""
        if self._loop.is_closed():
            return
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.cloud.close()

    def _build(self, folder: Path) -> None:
        builder = Builder(self.cloud, read_assembly(folder), self.settings.parameters)
        self.model = builder.build()
        wiring.bind(self.cloud, self.model, enforced=self.settings.check_iam)
        self._lambdas = Lambdas(self.cloud, self.model.functions, self.settings.threads)
        self.cloud.answer_with("lambda", self._lambdas.answer)

    async def _open(self, host: str, port: int) -> None:
        global _last_port  # noqa: PLW0603 - one process, one port after the other
        apis = list(self.model.apis.values())
        make = (self.cloud, self._lambdas, self.settings)
        self._websockets = [
            WebSocketGateway(make[0], api, *make[1:]) for api in apis if api.protocol == "WEBSOCKET" and api.stages
        ]
        https = [HttpGateway(make[0], api, *make[1:]) for api in apis if api.protocol == "HTTP" and api.stages]
        for gateway in self._websockets:
            self.cloud.answer_with("apigatewaymanagementapi", gateway.answer)
        distribution = next(iter(self.model.distributions), None)
        self._front = Front(self.cloud, distribution, self._websockets, https)
        self.host = host
        self.port = await self._listen(host, port or _last_port, fallback=port == 0)
        _last_port = self.port
        wiring.point_to_here(self.model, self.base_url, self.websocket_endpoint, self.settings.environment)
        self._streams = Streams(self.cloud, self.model.streams, self._lambdas)
        self._queues = Queues(self.cloud, self.model.queues, self.model.queue_urls, self._lambdas)
        moto_dynamodb.listen(self.cloud.account, self._streams.changed)
        moto_patches.listen_to_queues(self.cloud.account, self._queues.arrived)
        self._tasks = [*self._streams.start(), *self._queues.start()]
        if self.settings.schedules:
            self._tasks += [asyncio.create_task(self._on_schedule(s.name)) for s in self.model.schedules if s.seconds]
        for task in self._tasks:
            task.add_done_callback(_report)

    async def _listen(self, host: str, port: int, *, fallback: bool) -> int:
        try:
            return await self._front.listen(host, port)
        except OSError:
            if not fallback:
                raise
            return await self._front.listen(host, 0)

    async def _close(self) -> None:
        moto_dynamodb.listen(self.cloud.account, None)
        moto_patches.listen_to_queues(self.cloud.account, None)
        if hasattr(self, "_front"):
            await self._front.close()
        # Python 3.11's wait_for can swallow a cancellation that meets its result: ask until they have heard it.
        while pending := [task for task in self._tasks if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=0.2)
        if hasattr(self, "_lambdas"):
            self._lambdas.stop()
        await asyncio.sleep(0)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_READY_SECONDS)

    # --- addresses

    @property
    def base_url(self) -> str:
        """The public address, as CloudFront's: `http://127.0.0.1:PORT`."""
        return f"http://{self.host}:{self.port}"

    @property
    def ocpp_url(self) -> str:
        """What a charger is given as its CSMS address; it appends its own identity."""
        return f"ws://{self.host}:{self.port}/ocpp"

    @property
    def websocket_endpoint(self) -> str:
        """Where @connections is called: an `endpoint_url` for boto3."""
        stage = self._websockets[0].stage if self._websockets else ""
        return f"{self.base_url}/@websocket/{stage}"

    # --- looking into it

    def client(self, service: str) -> Any:
        """A boto3 client into the stack's account, with all rights and not metered."""
        return self.cloud.client(service)

    @property
    def usage(self) -> Usage:
        """What AWS would bill so far."""
        for gateway in self._websockets:
            gateway.bill()
        return self.cloud.usage

    @property
    def faults(self) -> Faults:
        """Breaks calls of functions on purpose."""
        return self.cloud.faults

    @property
    def iam_refusals(self) -> list[Refusal]:
        """Calls that a function's role did not allow."""
        return self.cloud.iam.refusals

    @property
    def iam_used(self) -> set[tuple[str, str, str]]:
        """(function, action, resource) of every allowed call so far."""
        return self.cloud.iam.used

    @property
    def iam_unused(self) -> set[tuple[str, str, str]]:
        """(function, action, resource) of every grant that nothing has used so far; logs and traces are not ours."""
        return {grant for grant in self.cloud.iam.unused() if not grant[1].startswith(("logs:", "xray:"))}

    @property
    def errors(self) -> list[tuple[str, dict[str, Any]]]:
        """(function, Lambda's error object) of every invocation that failed."""
        return self._lambdas.errors

    @property
    def connections(self) -> list[events.Connection]:
        """The open WebSocket connections."""
        return [entry.connection for gateway in self._websockets for entry in list(gateway.connections.values())]

    def environment(self, function_path: str) -> dict[str, str]:
        """The environment of a function."""
        return self._lambdas.environment(self.function(function_path))

    def function(self, function_path: str) -> Function:
        """The function's description. Raises KeyError."""
        return self.model.function(function_path)

    @contextmanager
    def as_function(self, function_path: str) -> Iterator[None]:
        """Run code of a test as the function: its environment, its role, its meter."""
        with scope.entered(self._lambdas.scope_of(self.function(function_path))):
            yield

    # --- doing things

    async def invoke(self, function_path: str, event: Any) -> Any:
        """Run a function and return its answer. Raises FunctionFailed."""
        return await asyncio.to_thread(self.invoke_blocking, function_path, event)

    def invoke_blocking(self, function_path: str, event: Any) -> Any:
        """`invoke` for code without an event loop."""
        return self._result(function_path, self._lambdas.invoke_blocking(self.function(function_path).arn, event))

    async def run_schedule(self, function_path: str) -> Any:
        """Run a scheduled function now, with the event its rule sends."""
        arn = self.function(function_path).arn
        schedule = next(schedule for schedule in self.model.schedules if schedule.function_arn == arn)
        event = schedule.input or events.schedule(schedule.arn, self.cloud.region, self.cloud.account)
        return await self.invoke(function_path, event)

    def close_connection(self, connection_id: str, code: int = 1001) -> None:
        """Cut a connection as API Gateway does after two hours."""
        for gateway in self._websockets:
            entry = gateway.connections.get(connection_id)
            if entry is not None:
                self._loop.call_soon_threadsafe(entry.link.close, code, "Going away")

    @property
    def busy(self) -> bool:
        """Whether a stream or a queue still has work that is due now."""
        return self._streams.busy or self._queues.busy

    async def settle(self, timeout_seconds: float = 10.0) -> None:
        """Wait until streams and queues have nothing to do. Raises TimeoutError."""
        end, quiet = time.monotonic() + timeout_seconds, 0
        while quiet < 3:
            quiet = 0 if self.busy else quiet + 1
            if time.monotonic() > end:
                raise TimeoutError("streams and queues still have work")
            await asyncio.sleep(0.01)

    @staticmethod
    def _result(function_path: str, outcome: Outcome) -> Any:
        if outcome.error is not None:
            raise FunctionFailed(function_path, outcome.error)
        return outcome.payload

    async def _on_schedule(self, name: str) -> None:
        schedule = next(schedule for schedule in self.model.schedules if schedule.name == name)
        while True:
            await asyncio.sleep(schedule.seconds)
            event = schedule.input or events.schedule(schedule.arn, self.cloud.region, self.cloud.account)
            await self._lambdas.invoke(schedule.function_arn, event, label="schedule")


def _report(task: asyncio.Task[None]) -> None:
    """A poller that ends by itself is a defect: nobody would poll any more."""
    if not task.cancelled() and task.exception() is not None:
        logger.error("a poller of the laptop edition failed", exc_info=task.exception())
