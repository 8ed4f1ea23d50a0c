"""What a CPO can call at the simulated payment terminal platform; what it means is the platform's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.simulators.terminal_http import join_url
from local.simulators.terminal_http_server import (
    CLIENT_ERROR,
    INVALID,
    SERVER_ERROR,
    UNKNOWN_TOKEN,
    FaultError,
    OcpiServer,
)
from local.simulators.terminal_objects import decorate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web


class TerminalServer(OcpiServer):
    """The endpoints of the platform."""

    _cdr_failures = 0

    def routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        """Return what can be called, by the standard's modules."""
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

    # versions, credentials

    async def _versions(self, _request: web.Request) -> web.Response:
        base = self.platform.ocpi_url
        return self.envelope([{"version": v, "url": join_url(base, v)} for v in self.platform.versions])

    async def _details(self, request: web.Request) -> web.Response:
        version = request.match_info["version"]
        if version not in self.platform.versions:
            raise FaultError(404, CLIENT_ERROR, f"no version {version}")
        base = join_url(self.platform.ocpi_url, version)
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
        return self.envelope({"version": version, "endpoints": endpoints})

    async def _credentials(self, request: web.Request) -> web.Response:
        registration = self.platform.registration
        registered = registration.partner.registered
        if request.method == "GET":
            return self.envelope(registration.credentials(next(iter(registration.accepted_tokens), "")))
        if request.method == "POST" and registered:
            raise FaultError(405, CLIENT_ERROR, "already registered")
        if request.method in {"PUT", "DELETE"} and not registered:
            raise FaultError(405, CLIENT_ERROR, "not registered")
        if request.method == "DELETE":
            registration.forget()
            self.platform.note("unregistered")
            return self.envelope(None)
        answer = await registration.welcome(await self.body(request))
        self.platform.note("registered", version=registration.partner.version)
        return self.envelope(answer)

    # payments

    async def _terminals(self, request: web.Request) -> web.Response:
        return self.page(request, list(self.platform.terminals.values()), "payments/terminals")

    async def _terminal(self, request: web.Request) -> web.Response:
        found = self.platform.terminals.get(request.match_info["id"])
        if found is None:
            raise FaultError(404, INVALID, "no such terminal")
        if request.method in {"PATCH", "PUT"}:
            self.platform.change_terminal(found, await self.body(request))
            return self.envelope(None)
        return self.envelope(decorate(found, self.platform.modes))

    async def _activate(self, request: web.Request) -> web.Response:
        created = self.platform.activate_terminal(await self.body(request))
        return self.envelope(created, http_status=201)

    async def _deactivate(self, request: web.Request) -> web.Response:
        if self.platform.terminals.pop(request.match_info["id"], None) is None:
            raise FaultError(404, INVALID, "no such terminal")
        self.platform.note("terminal_deactivated", terminal_id=request.match_info["id"])
        return self.envelope(None)

    async def _confirmations(self, request: web.Request) -> web.Response:
        found = list(self.platform.desk.confirmations.values())
        return self.page(request, found, "payments/financial-advice-confirmations")

    async def _confirmation(self, request: web.Request) -> web.Response:
        return self.one(self.platform.desk.confirmations, request.match_info["id"])

    # what the CPO pushes

    async def _session(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return self.one(self.platform.sessions, request.match_info["id"])
        if self.platform.modes.session_push_500:
            raise FaultError(500, SERVER_ERROR, "out of order")
        known = request.match_info["id"] in self.platform.sessions
        if request.method == "PATCH" and not known:
            raise FaultError(404, INVALID, "no such session")
        self.platform.take_session(request.match_info["id"], await self.body(request), request.method)
        return self.envelope(None, http_status=200 if known else 201)

    async def _post_cdr(self, request: web.Request) -> web.Response:
        platform, modes = self.platform, self.platform.modes
        body = await self.body(request)
        if self._cdr_failures < modes.cdr_500_n_times:
            self._cdr_failures += 1
            platform.note("cdr_refused", cdr_id=body.get("id"))
            raise FaultError(500, SERVER_ERROR, "out of order")
        if modes.cdr_2xxx:
            platform.note("cdr_refused", cdr_id=body.get("id"))
            raise FaultError(200, INVALID, "this CDR will not do")
        known = body["id"] in platform.cdrs
        settling = platform.take_cdr(body)
        if settling is not None and modes.fac_before_cdr_ack:
            await settling
        location = join_url(platform.module_url("cdrs"), body["id"])
        headers = {} if modes.cdr_no_location_header else {"Location": location}
        return self.envelope(None, http_status=200 if known else 201, headers=headers)

    async def _get_cdr(self, request: web.Request) -> web.Response:
        return self.one(self.platform.cdrs, request.match_info["id"])

    async def _location(self, request: web.Request) -> web.Response:
        if self.platform.modes.location_push_500:
            raise FaultError(500, SERVER_ERROR, "out of order")
        parts = [request.match_info[name] for name in ("id", "evse_uid", "connector_id") if name in request.match_info]
        key = "/".join(parts)
        if request.method == "GET":
            return self.one(self.platform.pushed_locations, key)
        if request.method == "PATCH" and key not in self.platform.pushed_locations and len(parts) == 1:
            raise FaultError(404, INVALID, "no such location")
        body = await self.body(request)
        kept = self.platform.pushed_locations.get(key, {}) if request.method == "PATCH" else {}
        self.platform.pushed_locations[key] = {**kept, **body}
        self.platform.note("location_push", method=request.method, key=key, status=body.get("status"))
        return self.envelope(None)

    async def _tariff(self, request: web.Request) -> web.Response:
        tariffs, key = self.platform.pushed_tariffs, request.match_info["id"]
        if request.method == "GET":
            return self.one(tariffs, key)
        if request.method == "DELETE":
            if tariffs.pop(key, None) is None:
                raise FaultError(404, INVALID, "no such tariff")
        else:
            tariffs[key] = await self.body(request)
        self.platform.note("tariff_push", method=request.method, key=key)
        return self.envelope(None)

    async def _command_result(self, request: web.Request) -> web.Response:
        if self.platform.modes.callback_fails:
            raise FaultError(500, SERVER_ERROR, "out of order")
        if request.match_info["uid"] not in self.platform.desk.commands:
            raise FaultError(404, INVALID, "no such command")
        self.platform.desk.take_result(request.match_info["uid"], await self.body(request))
        return self.envelope(None)

    # tokens: a terminal has none to offer, each of its tokens is used once

    async def _tokens(self, request: web.Request) -> web.Response:
        return self.page(request, [], "tokens")

    async def _authorize_token(self, _request: web.Request) -> web.Response:
        raise FaultError(404, UNKNOWN_TOKEN, "unknown token")
