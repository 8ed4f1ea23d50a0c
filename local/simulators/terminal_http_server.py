"""The HTTP side of OCPI as a server: tokens, envelope, paging, faults."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from local.simulators.clock import wire_time
from local.simulators.terminal_http import OcpiCallError, decode_json, encode_json, join_url, read_token
from local.simulators.terminal_objects import decorate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.simulators.terminal import PaymentTerminalSimulator

PAGE_LIMIT = 50
SUCCESS, CLIENT_ERROR, INVALID, UNKNOWN_TOKEN, SERVER_ERROR, UNABLE_TO_USE = 1000, 2000, 2001, 2004, 3000, 3001


class FaultError(Exception):
    """An answer other than success."""

    def __init__(self, http_status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code


class OcpiServer(ABC):
    """Listens, admits and answers; what can be called is said by `routes`."""

    def __init__(self, platform: PaymentTerminalSimulator) -> None:
        self.platform = platform
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen, and return the base address."""
        app = web.Application(middlewares=[self._around])
        for method, path, handler in self.routes():
            app.router.add_route(method, f"/ocpi{path}", handler)
            app.router.add_route(method, f"/ocpi{path}/", handler)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound_host, bound_port = self._runner.addresses[0][:2]
        return f"http://{bound_host}:{bound_port}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @abstractmethod
    def routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        """Return what can be called: method, path under /ocpi, handler."""

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Check the token, answer faults as OCPI envelopes, note every request."""
        await asyncio.sleep(self.platform.modes.slow)
        try:
            self._admit(request)
            response = await handler(request)
        except FaultError as fault:
            response = self.envelope(None, fault.code, str(fault), fault.http_status)
        except OcpiCallError as error:
            response = self.envelope(None, UNABLE_TO_USE, str(error))
        except web.HTTPException as refusal:
            response = self.envelope(None, CLIENT_ERROR, refusal.reason, refusal.status)
        for name in ("X-Request-ID", "X-Correlation-ID"):
            if name in request.headers:
                response.headers[name] = request.headers[name]
        self.platform.note("request", method=request.method, path=request.path, status=response.status)
        return response

    def _admit(self, request: web.Request) -> None:
        platform = self.platform
        header = request.headers.get("Authorization")
        about_versions = request.path.rstrip("/").count("/") == 2  # /ocpi/versions and /ocpi/{version}
        if about_versions and platform.modes.rejects_token_on_versions:
            if header is not None:
                raise FaultError(401, CLIENT_ERROR, "no token here, please")
            return
        registration = platform.registration
        known = registration.accepted_tokens | ({registration.token_a} - {None})
        if not read_token(header) & known:
            raise FaultError(401, CLIENT_ERROR, "unknown token")

    def envelope(
        self,
        data: Any,
        code: int = SUCCESS,
        message: str | None = None,
        http_status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        """Return an answer with the OCPI envelope around `data`."""
        document: dict[str, Any] = {"status_code": code, "timestamp": wire_time(self.platform.now())}
        if data is not None:
            document["data"] = data
        if message is not None:
            document["status_message"] = message
        return web.Response(
            text=encode_json(document), status=http_status, content_type="application/json", headers=headers
        )

    async def body(self, request: web.Request) -> Any:
        """Return the JSON document of a request. Raises FaultError (400) when it is none."""
        try:
            return decode_json(await request.text())
        except ValueError as error:
            raise FaultError(400, INVALID, f"not JSON: {error}") from error

    def one(self, objects: dict[str, dict[str, Any]], key: str) -> web.Response:
        """Answer one object. Raises FaultError (404) when there is none."""
        if key not in objects:
            raise FaultError(404, INVALID, f"no such object: {key}")
        return self.envelope(objects[key])

    def page(self, request: web.Request, objects: list[dict[str, Any]], path: str) -> web.Response:
        """Answer a paged list, filtered by last_updated."""
        query = request.query
        start, end = _moment(query.get("date_from")), _moment(query.get("date_to"))
        matching = [item for item in objects if _within(item["last_updated"], start, end)]
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", PAGE_LIMIT)), PAGE_LIMIT)
        page = [decorate(item, self.platform.modes) for item in matching[offset : offset + limit]]
        headers = {"X-Total-Count": str(len(matching)), "X-Limit": str(PAGE_LIMIT)}
        if offset + limit < len(matching):
            following = {**query, "offset": str(offset + limit), "limit": str(limit)}
            rest = "&".join(f"{key}={value}" for key, value in following.items())
            url = join_url(self.platform.ocpi_url, request.match_info["version"], path)
            headers["Link"] = f'<{url}?{rest}>; rel="next"'
        return self.envelope(page, headers=headers)


def _moment(text: str | None) -> datetime | None:
    """Return an OCPI DateTime; without a zone it is UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FaultError(200, INVALID, f"no DateTime: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _within(text: str, start: datetime | None, end: datetime | None) -> bool:
    """Tell whether a DateTime is in the half-open period; an absent bound is no bound."""
    moment = _moment(text)
    return moment is not None and (start is None or moment >= start) and (end is None or moment < end)
