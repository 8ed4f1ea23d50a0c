"""The one way of an OCPI request: authenticate, find the route, call the handler, answer in the envelope.

A module's handler file holds a literal table of routes and ends with `handler = endpoint("locations", ROUTES)`.
A route's function gets the request and the named segments of its path, and returns a `Reply` or raises:

    OcpiError            its own HTTP and OCPI status (csms.ocpi.errors)
    StorageUnavailable   503 with OCPI 3000: nothing was done, the partner may try again
    anything else        500 with OCPI 3000, logged; no details leave
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from csms.contract import OCPI_VERSIONS
from csms.edge import log, ocpi_access, partners
from csms.edge import log_catalogue as catalogue
from csms.edge.http import Request, answer, read_request
from csms.ocpi import envelope, routing
from csms.ocpi.errors import BadJson, MethodNotAllowed, NotFound, OcpiError, ServerError, UnsupportedVersion
from csms.store.dynamo import StorageUnavailable, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from csms.edge.ocpi_access import Caller
    from csms.ocpi.fields import Version
    from csms.ocpi.routing import Party, Routing

BODY_MAX: Final = 1_000_000


class NoSuchVersion(UnsupportedVersion):
    """The URL names a version that we do not serve: nothing exists under it."""

    http_status = 404


@dataclass(frozen=True)
class OcpiRequest:
    """An authenticated request. `caller` is None only where a module may be read without a token."""

    http: Request
    module: str
    version: Version
    caller: Caller | None
    routing: Routing
    now: datetime
    store: Store

    @property
    def partner(self) -> dict[str, Any]:
        """The partner's record."""
        if self.caller is None:
            raise ocpi_access.missing_token()
        return self.caller.partner

    @property
    def partner_id(self) -> str:
        """The partner's id in our registry."""
        return str(self.partner["partner_id"])

    @cached_property
    def our_party(self) -> Party:
        """Which of our parties the request is for. Raises ClientError where it names another one."""
        ours = partners.our_party(self.partner)
        return routing.receiver(self.routing, [ours], ours)

    @cached_property
    def json(self) -> Any:
        """The body. Raises BadJson."""
        if len(self.http.body) > BODY_MAX:
            raise BadJson("The body is too large")
        return envelope.decode(self.http.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with success: `data` (None: absent), the HTTP status (201 for what is new) and further headers."""

    data: Any = None
    http_status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


# Takes the request and the named segments of its path as text.
RouteFunction = Callable[..., Reply]
# Path below the module ("" is the module itself; {name} is any segment) → method → function.
Routes = Mapping[str, Mapping[str, RouteFunction]]
LambdaHandler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Module:
    name: str
    routes: Routes
    access: ocpi_access.Access


class _NotThisMethod(MethodNotAllowed):
    """The path exists; `allowed` are its methods."""

    def __init__(self, allowed: set[str]) -> None:
        super().__init__()
        self.allowed = ", ".join(sorted(allowed))


def endpoint(module: str, routes: Routes, access: ocpi_access.Access = ocpi_access.REGISTERED_ONLY) -> LambdaHandler:
    """Build the Lambda handler of a module."""
    served = _Module(module, routes, access)

    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        http = read_request(event)
        ids = routing.read(http.headers)
        with log.context(
            module=module, method=http.method, request_id=ids.request_id, correlation_id=ids.correlation_id
        ):
            return _answered(served, http, ids, datetime.now(UTC))

    return handler


def _answered(module: _Module, http: Request, ids: Routing, now: datetime) -> dict[str, Any]:
    callers: list[Caller] = []
    try:
        reply = _reply(module, http, ids, now, callers)
        status, body = reply.http_status, envelope.success(reply.data, now)
        more = dict(reply.headers)
        log.write(catalogue.OCPI_REQUEST, partner_id=_id(callers), http_status=status)
    except OcpiError as error:
        status, body = error.http_status, envelope.failure_of(error, now)
        more = {"Allow": error.allowed} if isinstance(error, _NotThisMethod) else {}
        event, code = catalogue.OCPI_REQUEST_REFUSED, error.status_code
        log.write(event, partner_id=_id(callers), http_status=status, status_code=code, why=error.message)
    except StorageUnavailable as error:
        log.write(catalogue.STORAGE_UNAVAILABLE, error=error, partner_id=_id(callers))
        status, body = 503, envelope.failure_of(ServerError("The service is not available for the moment"), now)
        more = {"Retry-After": "2"}
    except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the partner gets an envelope and nothing else
        log.write(catalogue.UNEXPECTED_ERROR, error=error, partner_id=_id(callers))
        status, body, more = 500, envelope.failure_of(ServerError(), now), {}
    return answer(status, envelope.encode(body), _headers(ids, module.name, callers) | more)


def _reply(module: _Module, http: Request, ids: Routing, now: datetime, callers: list[Caller]) -> Reply:
    """Do the request. `callers` tells the caller also where it fails afterwards."""
    store = Store()
    caller = ocpi_access.authenticate(http.headers.get("authorization"), module.access, store, now)
    if caller is not None:
        callers.append(caller)
    version, rest = _place(http, module.name)
    request = OcpiRequest(http, module.name, version, caller, ids, now, store)
    if caller is not None and routing.is_functional(module.name):
        _ = request.our_party  # a receiver that is not us is refused, whatever the request is
    function, segments = _route(module.routes, rest, http.method)
    return function(request, **segments)


def _id(callers: list[Caller]) -> str | None:
    return str(callers[0].partner["partner_id"]) if callers else None


def _headers(ids: Routing, module: str, callers: list[Caller]) -> dict[str, str]:
    """Ids echoed; parties swapped where the module is routed and the caller known."""
    functional = bool(callers) and routing.is_functional(module)
    partner = callers[0].partner if callers else {}
    ours, theirs = partners.our_party(partner), partners.their_party(partner)
    return routing.response_headers(ids, ours=ours, theirs=theirs, functional=functional)


def _place(http: Request, module: str) -> tuple[Version, tuple[str, ...]]:
    """The version in the path, and the segments below the module."""
    below = http.segments[1:]  # without "ocpi"
    if below[:1] == ("cpo",):
        below = below[1:]
    if module == "versions" and below == ("versions",):
        return OCPI_VERSIONS[-1], below
    if not below or below[0] not in OCPI_VERSIONS:
        raise NoSuchVersion
    version: Any = below[0]
    return version, below[1:] if module == "versions" else below[2:]


def _route(routes: Routes, rest: Sequence[str], method: str) -> tuple[RouteFunction, dict[str, str]]:
    """The function for a path. A literal segment wins over a named one. Raises NotFound, MethodNotAllowed."""
    allowed: set[str] = set()
    for pattern, methods in sorted(routes.items(), key=lambda entry: entry[0].count("{")):
        segments = _matched(pattern, rest)
        if segments is None:
            continue
        if method in methods:
            return methods[method], segments
        allowed |= set(methods)
    if not allowed:
        raise NotFound
    raise _NotThisMethod(allowed)


def _matched(pattern: str, rest: Sequence[str]) -> dict[str, str] | None:
    parts = pattern.split("/") if pattern else []
    if len(parts) != len(rest):
        return None
    found = {}
    for part, segment in zip(parts, rest, strict=True):
        if part.startswith("{"):
            found[part[1:-1]] = segment
        elif part != segment:
            return None
    return found
