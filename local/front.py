"""The one port: CloudFront in front of the APIs, and behind `/@…` the APIs themselves.

/ocpp/<id>, /ocpi/…, …            as on the public host name, through the distribution of the template
/@websocket/<stage>               the WebSocket API directly (its own address on AWS), with `?cp=<id>`
/@websocket/<stage>/@connections  its management API
/@http/…                          the HTTP API directly
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
from typing import TYPE_CHECKING, Final

from aiohttp import web
from botocore.exceptions import ClientError

from local import edge, events
from local.gateway_http import PAYLOAD_BYTES_MAX, HttpGateway, Response, message

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.gateway_websocket import Refused, WebSocketGateway
    from local.model import Distribution, Origin

_HOP_BY_HOP: Final = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
_NO_BODY: Final = {204, 304}


class _Done(web.StreamResponse):
    """Stands for a WebSocket that is over: there is nothing left to send."""

    async def prepare(self, _request: web.BaseRequest) -> None:
        """Nothing."""

    async def write_eof(self, _data: bytes = b"") -> None:
        """Nothing."""


class Front:
    """Serves requests for the gateways and the distribution."""

    def __init__(
        self,
        cloud: Cloud,
        distribution: Distribution | None,
        websockets: list[WebSocketGateway],
        https: list[HttpGateway],
    ) -> None:
        self._cloud = cloud
        self._distribution = distribution
        self._websockets = websockets
        self._https = https
        self._server = web.Server(self._handle)
        self._listener: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Open the port (0: any); returns its number."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._server, host, port, reuse_address=True)
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close the port and every connection."""
        if self._listener is not None:
            self._listener.close()
        for gateway in self._websockets:
            await gateway.stop()
        await self._server.shutdown(0.2)

    async def _handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        request = await _read(raw)
        if request.path.startswith("/@websocket/"):
            return await self._direct(raw, request)
        if request.path.startswith("/@http/"):
            inner = events.Request(
                request.method,
                request.path.removeprefix("/@http"),
                request.query,
                request.headers,
                request.body,
                request.source_ip,
            )
            return _to_aiohttp(await self._https[0].handle(inner))
        if self._distribution is None:
            return await self._origin(raw, request, "")
        behaviour = edge.route(self._distribution, request.path)
        self._cloud.usage.add("cloudfront.requests")
        if behaviour.viewer_request:
            self._cloud.usage.add("cloudfront.functions")
            passed = edge.viewer_request(request)
            if passed is None:
                return _to_aiohttp(Response(404, b""))
            request = passed
        origin = self._distribution.origins[behaviour.origin]
        if ".s3." in origin.domain:
            return await self._bucket(request, origin, behaviour.response_headers)
        return await self._origin(raw, edge.to_origin(request, origin), origin.domain)

    async def _origin(self, raw: web.BaseRequest, request: events.Request, domain: str) -> web.StreamResponse:
        upgrading = (request.header("upgrade") or "").lower() == "websocket"
        for websocket in self._websockets:
            if websocket.domain == domain or (not domain and upgrading):
                return await _websocket(websocket, raw, request)
        for http in self._https:
            if http.domain == domain or not domain:
                return _to_aiohttp(await http.handle(request))
        return _to_aiohttp(message(403, "Forbidden"))

    async def _direct(self, raw: web.BaseRequest, request: events.Request) -> web.StreamResponse:
        stage, _, rest = request.path.removeprefix("/@websocket/").partition("/")
        gateway = next((gateway for gateway in self._websockets if gateway.stage == stage), None)
        if gateway is None:
            return _to_aiohttp(message(403, "Forbidden"))
        if rest.startswith("@connections/"):
            connection_id = rest.removeprefix("@connections/")
            from urllib.parse import unquote

            status, document = gateway.manage(request.method, unquote(connection_id), request.body)
            kind = [("x-amzn-errortype", document["__type"])] if "__type" in document else []
            return _to_aiohttp(
                Response(status, json.dumps(document).encode(), [("Content-Type", "application/json"), *kind])
            )
        inner = events.Request(
            request.method, f"/{stage}/{rest}".rstrip("/"), request.query, request.headers, b"", request.source_ip
        )
        return await _websocket(gateway, raw, inner)

    async def _bucket(self, request: events.Request, origin: Origin, headers: dict[str, str]) -> web.StreamResponse:
        key = (origin.path + request.path).lstrip("/")
        if key == "" and self._distribution is not None:
            key = self._distribution.default_object
        bucket = origin.domain.split(".s3.")[0]
        try:
            body = await asyncio.to_thread(self._read_object, bucket, key)
        except ClientError:
            return _to_aiohttp(Response(403, b"AccessDenied"))
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        return _to_aiohttp(Response(200, body, [("Content-Type", kind), *headers.items()]))

    def _read_object(self, bucket: str, key: str) -> bytes:
        return bytes(self._cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


async def _websocket(gateway: WebSocketGateway, raw: web.BaseRequest, request: events.Request) -> web.StreamResponse:
    refused = await gateway.handshake(raw, request)
    return _Done() if refused is None else _refusal(refused)


def _refusal(refused: Refused) -> web.StreamResponse:
    if refused.message:
        body = {"message": refused.message, "connectionId": "", "requestId": events.request_id()}
        return _to_aiohttp(Response(refused.status, json.dumps(body).encode(), [("Content-Type", "application/json")]))
    return _to_aiohttp(Response(refused.status, refused.body.encode()))


async def _read(raw: web.BaseRequest) -> events.Request:
    body = b""
    if raw.body_exists:
        body = await raw.content.read(PAYLOAD_BYTES_MAX + 1)
        while len(body) <= PAYLOAD_BYTES_MAX and (more := await raw.content.read(PAYLOAD_BYTES_MAX)):
            body += more
    path, _, query = raw.raw_path.partition("?")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw.raw_headers)
    peer = raw.transport.get_extra_info("peername") if raw.transport else None
    return events.Request(raw.method, path, query, headers, body, str(peer[0]) if peer else "127.0.0.1")


def _to_aiohttp(response: Response) -> web.Response:
    body = None if response.status in _NO_BODY else response.body
    answer = web.Response(status=response.status, body=body)
    answer.headers.popall("Content-Type", None)
    for name, value in response.headers:
        if name.lower() not in _HOP_BY_HOP:
            answer.headers.add(name, value)
    return answer
