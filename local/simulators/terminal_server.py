"""The HTTP side of OCPI as a server: what the CPO can call at the platform."""

from __future__ import annotations

import asyncio
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
SUCCESS, INVALID, UNABLE_TO_USE = 1000, 2001, 3001
UNAUTHENTICATED_MODULES = {"versions", "details"}


class FaultError(Exception):
    """An answer other than success."""

    def __init__(self, http_status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code


class TerminalServer:
    """Routes and answers; what the objects mean is the platform's business."""

    def __init__(self, platform: PaymentTerminalSimulator) -> None:
        self._platform = platform
        self._runner: web.AppRunner | None = None
        self._failures_left = platform.modes.cdr_500_n_times

    async def start(self, host: str, port: int) -> str:
        """Listen, and return the base address."""
        app = web.Application(middlewares=[self._around])
        for method, path, handler in self._routes():
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

    def _routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        v = "/{version}"
        owned = "/{country_code}/{party_id}"
        fac = v + "/payments/financial-advice-confirmations"
        return [
            ("GET", "/versions", self._versions),
            ("GET", v, self._details),
            ("*", v + "/credentials", self._credentials),
            ("GET", v + "/payments/terminals", self._terminals),
            ("POST", v + "/payments/terminals/activate", self._activate),
            ("*", v + "/payments/terminals/{id}", self._terminal),
            ("POST", v + "/payments/terminals/{id}/deactivate", self._deactivate),
            ("GET", fac, self._confirmations),
            ("GET", fac + "/{id}", self._confirmation),
            ("*", v + "/sessions" + owned + "/{id}", self._session),
            ("POST", v + "/cdrs", self._post_cdr),
            ("GET", v + "/cdrs/{id}", self._get_cdr),
            ("*", v + "/locations" + owned + "/{id:[^/]+}", self._location),
            ("*", v + "/locations" + owned + "/{id}/{evse_uid}", self._location),
            ("*", v + "/locations" + owned + "/{id}/{evse_uid}/{connector_id}", self._location),
            ("*", v + "/tariffs" + owned + "/{id}", self._tariff),
            ("GET", v + "/tokens", self._tokens),
            ("POST", v + "/tokens/{uid}/authorize", self._authorize_token),
            ("POST", v + "/commands/{command}/{uid}", self._command_result),
        ]

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Check the token, answer faults as OCPI envelopes, note every request."""
        await asyncio.sleep(self._platform.modes.slow)
        try:
            self._admit(request)
            response = await handler(request)
        except FaultError as fault:
            response = self._envelope(None, fault.code, str(fault), fault.http_status)
        except OcpiCallError as error:
            response = self._envelope(None, UNABLE_TO_USE, str(error))
        except web.HTTPException as refusal:
            response = self._envelope(None, 2000, refusal.reason, refusal.status)
        for name in ("X-Request-ID", "X-Correlation-ID"):
            if name in request.headers:
                response.headers[name] = request.headers[name]
        self._platform.note("request", method=request.method, path=request.path, status=response.status)
        return response

    def _admit(self, request: web.Request) -> None:
        platform = self._platform
        header = request.headers.get("Authorization")
        about_versions = request.path.rstrip("/").count("/") == 2  # /ocpi/versions and /ocpi/{version}
        if about_versions and platform.modes.rejects_token_on_versions:
            if header is not None:
                raise FaultError(401, 2000, "no token here, please")
            return
        registration = platform.registration
        known = registration.accepted_tokens | ({registration.token_a} - {None})
        if not read_token(header) & known:
            raise FaultError(401, 2000, "unknown token")

    def _envelope(
        self,
        data: Any,
        code: int = SUCCESS,
        message: str | None = None,
        http_status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        document: dict[str, Any] = {"status_code": code, "timestamp": wire_time(self._platform.now())}
        if data is not None:
            document["data"] = data
        if message is not None:
            document["status_message"] = message
        return web.Response(
            text=encode_json(document), status=http_status, content_type="application/json", headers=headers
        )

    async def _body(self, request: web.Request) -> Any:
        try:
            return decode_json(await request.text())
        except ValueError as error:
            raise FaultError(400, INVALID, f"not JSON: {error}") from error

    # versions, credentials

    async def _versions(self, _request: web.Request) -> web.Response:
        base = self._platform.ocpi_url
        return self._envelope([{"version": v, "url": join_url(base, v)} for v in self._platform.versions])

    async def _details(self, request: web.Request) -> web.Response:
        version = request.match_info["version"]
        if version not in self._platform.versions:
            raise FaultError(404, 2000, f"no version {version}")
        base = join_url(self._platform.ocpi_url, version)
        modules = [
            ("credentials", "RECEIVER"),
            ("credentials", "SENDER"),
            ("payments", "SENDER"),
            ("sessions", "RECEIVER"),
            ("cdrs", "RECEIVER"),
            ("locations", "RECEIVER"),
            ("tariffs", "RECEIVER"),
            ("tokens", "SENDER"),
            ("commands", "SENDER"),
        ]
        endpoints = [{"identifier": m, "role": role, "url": join_url(base, m)} for m, role in modules]
        return self._envelope({"version": version, "endpoints": endpoints})

    async def _credentials(self, request: web.Request) -> web.Response:
        registration = self._platform.registration
        registered = registration.partner.registered
        if request.method == "GET":
            return self._envelope(registration.credentials(next(iter(registration.accepted_tokens), "")))
        if request.method == "POST" and registered:
            raise FaultError(405, 2000, "already registered")
        if request.method in {"PUT", "DELETE"} and not registered:
            raise FaultError(405, 2000, "not registered")
        if request.method == "DELETE":
            registration.forget()
            self._platform.note("unregistered")
            return self._envelope(None)
        answer = await registration.welcome(await self._body(request))
        self._platform.note("registered", version=registration.partner.version)
        return self._envelope(answer)

    # payments

    async def _terminals(self, request: web.Request) -> web.Response:
        return self._page(request, list(self._platform.terminals.values()), "payments/terminals")

    async def _terminal(self, request: web.Request) -> web.Response:
        found = self._platform.terminals.get(request.match_info["id"])
        if found is None:
            raise FaultError(404, INVALID, "no such terminal")
        if request.method in {"PATCH", "PUT"}:
            self._platform.change_terminal(found, await self._body(request))
            return self._envelope(None)
        return self._envelope(decorate(found, self._platform.modes))

    async def _activate(self, request: web.Request) -> web.Response:
        created = self._platform.activate_terminal(await self._body(request))
        return self._envelope(created, http_status=201)

    async def _deactivate(self, request: web.Request) -> web.Response:
        if self._platform.terminals.pop(request.match_info["id"], None) is None:
            raise FaultError(404, INVALID, "no such terminal")
        self._platform.note("terminal_deactivated", terminal_id=request.match_info["id"])
        return self._envelope(None)

    async def _confirmations(self, request: web.Request) -> web.Response:
        found = list(self._platform.desk.confirmations.values())
        return self._page(request, found, "payments/financial-advice-confirmations")

    async def _confirmation(self, request: web.Request) -> web.Response:
        return self._one(self._platform.desk.confirmations, request.match_info["id"])

    # what the CPO pushes

    async def _session(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return self._one(self._platform.sessions, request.match_info["id"])
        if self._platform.modes.session_push_500:
            raise FaultError(500, 3000, "out of order")
        known = request.match_info["id"] in self._platform.sessions
        if request.method == "PATCH" and not known:
            raise FaultError(404, INVALID, "no such session")
        self._platform.take_session(request.match_info["id"], await self._body(request), request.method)
        return self._envelope(None, http_status=200 if known else 201)

    async def _post_cdr(self, request: web.Request) -> web.Response:
        platform, modes = self._platform, self._platform.modes
        body = await self._body(request)
        if self._failures_left:
            self._failures_left -= 1
            platform.note("cdr_refused", cdr_id=body.get("id"))
            raise FaultError(500, 3000, "out of order")
        if modes.cdr_2xxx:
            platform.note("cdr_refused", cdr_id=body.get("id"))
            raise FaultError(200, INVALID, "this CDR will not do")
        known = body["id"] in platform.cdrs
        settling = platform.take_cdr(body)
        if settling is not None and modes.fac_before_cdr_ack:
            await settling
        location = join_url(platform.module_url("cdrs"), body["id"])
        headers = {} if modes.cdr_no_location_header else {"Location": location}
        return self._envelope(None, http_status=200 if known else 201, headers=headers)

    async def _get_cdr(self, request: web.Request) -> web.Response:
        return self._one(self._platform.cdrs, request.match_info["id"])

    async def _location(self, request: web.Request) -> web.Response:
        if self._platform.modes.location_push_500:
            raise FaultError(500, 3000, "out of order")
        parts = [request.match_info[name] for name in ("id", "evse_uid", "connector_id") if name in request.match_info]
        key = "/".join(parts)
        if request.method == "GET":
            return self._one(self._platform.pushed_locations, key)
        if request.method == "PATCH" and key not in self._platform.pushed_locations and len(parts) == 1:
            raise FaultError(404, INVALID, "no such location")
        body = await self._body(request)
        kept = self._platform.pushed_locations.get(key, {}) if request.method == "PATCH" else {}
        self._platform.pushed_locations[key] = {**kept, **body}
        self._platform.note("location_push", method=request.method, key=key, status=body.get("status"))
        return self._envelope(None)

    async def _tariff(self, request: web.Request) -> web.Response:
        tariffs, key = self._platform.pushed_tariffs, request.match_info["id"]
        if request.method == "GET":
            return self._one(tariffs, key)
        if request.method == "DELETE":
            if tariffs.pop(key, None) is None:
                raise FaultError(404, INVALID, "no such tariff")
        else:
            tariffs[key] = await self._body(request)
        self._platform.note("tariff_push", method=request.method, key=key)
        return self._envelope(None)

    async def _command_result(self, request: web.Request) -> web.Response:
        if self._platform.modes.callback_fails:
            raise FaultError(500, 3000, "out of order")
        if request.match_info["uid"] not in self._platform.desk.commands:
            raise FaultError(404, INVALID, "no such command")
        self._platform.desk.take_result(request.match_info["uid"], await self._body(request))
        return self._envelope(None)

    # tokens: a terminal has none to offer, each of its tokens is used once

    async def _tokens(self, request: web.Request) -> web.Response:
        return self._page(request, [], "tokens")

    async def _authorize_token(self, _request: web.Request) -> web.Response:
        raise FaultError(404, 2004, "unknown token")

    def _one(self, objects: dict[str, dict[str, Any]], key: str) -> web.Response:
        if key not in objects:
            raise FaultError(404, INVALID, f"no such object: {key}")
        return self._envelope(objects[key])

    def _page(self, request: web.Request, objects: list[dict[str, Any]], path: str) -> web.Response:
        """Answer a paged list, filtered by last_updated."""
        query = request.query
        start, end = _moment(query.get("date_from")), _moment(query.get("date_to"))
        matching = [item for item in objects if _within(item["last_updated"], start, end)]
        offset, limit = int(query.get("offset", 0)), min(int(query.get("limit", PAGE_LIMIT)), PAGE_LIMIT)
        page = [decorate(item, self._platform.modes) for item in matching[offset : offset + limit]]
        headers = {"X-Total-Count": str(len(matching)), "X-Limit": str(PAGE_LIMIT)}
        if offset + limit < len(matching):
            following = {**query, "offset": str(offset + limit), "limit": str(limit)}
            rest = "&".join(f"{key}={value}" for key, value in following.items())
            url = join_url(self._platform.ocpi_url, request.match_info["version"], path)
            headers["Link"] = f'<{url}?{rest}>; rel="next"'
        return self._envelope(page, headers=headers)


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
