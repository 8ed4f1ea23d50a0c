"""A CPO of a hundred lines for testing the terminal simulator: OCPI as dictionaries, no product code."""

from __future__ import annotations

import base64
import contextlib
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = "2026-03-01T12:00:00Z"
TOKEN_A = "token-a"
TARIFF = {
    "id": "T1",
    "type": "AD_HOC_PAYMENT",
    "currency": "EUR",
    "preauthorize_amount": 40,
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.5, "vat": 20, "step_size": 1}]}],
    "last_updated": NOW,
}


class TinyCpo:
    def __init__(self, version: str) -> None:
        self.version = version
        self.base = ""
        self.tokens = {TOKEN_A}
        self.partner_token: str | None = None
        self.partner: dict[str, str] = {}
        self.authorizations: list[tuple[str, str | None]] = []
        self.headers: list[dict[str, str]] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.command_responses: list[dict[str, Any]] = []
        self.envelope_code = 1000
        self._issued = 0
        self._runner: web.AppRunner | None = None
        self.http: aiohttp.ClientSession

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._hear)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.http = aiohttp.ClientSession()

    async def stop(self) -> None:
        await self.http.close()
        assert self._runner is not None
        await self._runner.cleanup()

    def bodies(self, method: str, path: str) -> list[Any]:
        return [body for sent, where, body in self.requests if sent == method and where.startswith(path)]

    async def call(self, method: str, url: str, body: Any = None, token: str | None = None) -> tuple[int, Any, Any]:
        sent = base64.b64encode((token or self.partner_token or "").encode()).decode()
        headers = {"Authorization": f"Token {sent}"}
        async with self.http.request(method, url, json=body, headers=headers) as response:
            return response.status, await response.json(), response.headers

    async def push(self, method: str, module: str, path: str, body: Any) -> tuple[int, Any, Any]:
        return await self.call(method, self.partner[module] + path, body)

    async def _hear(self, request: web.Request) -> web.Response:
        path, body = request.path.rstrip("/"), await request.json() if request.can_read_body else None
        self.authorizations.append((request.path, request.headers.get("Authorization")))
        self.requests.append((request.method, path, body))
        self.headers.append(dict(request.headers))
        if path == "/elsewhere":
            return web.Response(status=307, headers={"Location": f"{self.base}/versions"})
        if path.startswith("/receipts/"):
            return web.Response(text=f"receipt of {path.rsplit('/', 1)[-1]}")
        answer = await self._answer(request.method, path.removeprefix(f"/{self.version}"), body)
        return web.json_response({"data": answer, "status_code": self.envelope_code, "timestamp": NOW})

    async def _answer(self, method: str, path: str, body: Any) -> Any:
        if path == "/versions":
            return [{"version": self.version, "url": f"{self.base}/{self.version}"}]
        if path == "":
            modules = ["credentials", "locations", "tariffs", "commands", "payments"]
            roles = {"locations": "SENDER", "tariffs": "SENDER"}
            return {
                "version": self.version,
                "endpoints": [
                    {"identifier": m, "role": roles.get(m, "RECEIVER"), "url": f"{self.base}/{self.version}/{m}"}
                    for m in modules
                ],
            }
        if path == "/credentials":
            return await self._credentials(method, body)
        if path == "/locations":
            return [{"id": "L1", "name": "Here", "evses": [{"uid": "E1", "status": "AVAILABLE"}]}]
        if path.startswith("/locations"):
            return {"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ["T1"]}]}
        if path == "/tariffs":
            return [TARIFF]
        if path.startswith("/commands"):
            return self.command_responses.pop(0) if self.command_responses else {"result": "ACCEPTED", "timeout": 30}
        return None

    async def _credentials(self, method: str, body: Any) -> Any:
        if method == "DELETE":
            self.tokens.clear()
            return None
        _, versions, _ = await self.call("GET", body["url"], token=body["token"])
        _, details, _ = await self.call("GET", versions["data"][0]["url"], token=body["token"])
        self.partner = {entry["identifier"]: entry["url"] for entry in details["data"]["endpoints"]}
        self.partner_token = body["token"]
        self._issued += 1
        self.tokens = {f"token-c{self._issued}"}
        role = {"role": "CPO", "country_code": "DE", "party_id": "CPO", "business_details": {"name": "CPO"}}
        return {"token": f"token-c{self._issued}", "url": f"{self.base}/versions", "roles": [role]}


@contextlib.asynccontextmanager
async def tiny_cpo(version: str = "2.3.0") -> AsyncIterator[TinyCpo]:
    cpo = TinyCpo(version)
    await cpo.start()
    try:
        yield cpo
    finally:
        await cpo.stop()


def session(reference: str, status: str, session_id: str = "S1", **more: Any) -> dict[str, Any]:
    token = {"country_code": "NL", "party_id": "PTP", "uid": "u", "type": "AD_HOC_USER", "contract_id": "c"}
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": session_id,
        "start_date_time": NOW,
        "kwh": 0,
        "cdr_token": token,
        "auth_method": "COMMAND",
        "authorization_reference": reference,
        "location_id": "L1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "status": status,
        "last_updated": NOW,
        **more,
    }


def cdr(reference: str, price: dict[str, Any], cdr_id: str = "C1", **more: Any) -> dict[str, Any]:
    location = {
        "id": "L1",
        "address": "Street 1",
        "city": "Ghent",
        "country": "BEL",
        "coordinates": {"latitude": "51.0", "longitude": "3.7"},
        "evse_uid": "E1",
        "evse_id": "BE*CPO*E1",
        "connector_id": "1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
    }
    token = {"country_code": "NL", "party_id": "PTP", "uid": "u", "type": "AD_HOC_USER", "contract_id": "c"}
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": cdr_id,
        "start_date_time": NOW,
        "end_date_time": NOW,
        "session_id": "S1",
        "cdr_token": token,
        "auth_method": "COMMAND",
        "authorization_reference": reference,
        "cdr_location": location,
        "currency": "EUR",
        "charging_periods": [{"start_date_time": NOW, "dimensions": [{"type": "ENERGY", "volume": 20}]}],
        "total_cost": price,
        "total_energy": 20,
        "total_time": 1,
        "last_updated": NOW,
        **more,
    }
