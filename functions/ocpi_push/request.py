"""From an outbox row to the request that its partner gets, in the version that is current now.

A row names module, method, `path` (the segments behind the partner's endpoint; empty: country, party and object id) or a
whole `url`, and the internal document. `full_document` is what a PATCH that the partner cannot apply is replaced by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.edge import partners
from csms.ocpi import endpoints, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.ocpi.fields import Version

# The partner's role in each module that we call.
_ROLES: Final = {
    "locations": endpoints.RECEIVER,
    "tariffs": endpoints.RECEIVER,
    "sessions": endpoints.RECEIVER,
    "cdrs": endpoints.RECEIVER,
    "payments": endpoints.SENDER,
}
_KINDS: Final = {"sessions": "Session", "commands": "CommandResult", "payments": "Terminal"}
_PLACES: Final = {3: "Location", 4: "EVSE", 5: "Connector"}  # by the number of path segments
_WITHOUT_PATH: Final = frozenset({"cdrs"})


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What is sent. `notes`: what the partner's version could not say."""

    method: str
    url: str
    document: dict[str, Any] | None
    notes: tuple[str, ...] = ()


class NoEndpointError(Exception):
    """The partner does not have this module: there is nobody to tell."""


def build(row: Mapping[str, Any], partner: Mapping[str, Any]) -> PushRequest:
    """Build the request of a row. Raises NoEndpointError."""
    path = _path(row, partner)
    notes: list[str] = []
    document = row.get("document")
    rendered = (
        None if document is None else _rendered(str(row["module"]), len(path), document, partner["version"], notes)
    )
    return PushRequest(str(row["method"]), _url(row, partner, path), rendered, tuple(notes))


def replacement(
    row: Mapping[str, Any], partner: Mapping[str, Any], location: Mapping[str, Any] | None
) -> PushRequest | None:
    """The PUT of the whole object that repairs a PATCH the partner could not apply; None where there is none.

    `location` is the whole location that a row of that module is about.
    """
    if row["method"] != "PATCH":
        return None
    path = _path(row, partner)
    if row["module"] == "locations" and location is not None:
        return build({**row, "method": "PUT", "document": location, "path": list(path[:3])}, partner)
    if row.get("full_document"):
        return build({**row, "method": "PUT", "document": row["full_document"]}, partner)
    return None


def _path(row: Mapping[str, Any], partner: Mapping[str, Any]) -> tuple[str, ...]:
    given = tuple(str(segment) for segment in row.get("path") or ())
    if given or row.get("url") or row["module"] in _WITHOUT_PATH:
        return given
    ours = partners.our_party(partner)
    return (ours.country_code, ours.party_id, str(row["object_id"]))


def _url(row: Mapping[str, Any], partner: Mapping[str, Any], path: tuple[str, ...]) -> str:
    if row.get("url"):
        return str(row["url"])
    module = str(row["module"])
    base = endpoints.pick_endpoint(partner.get("endpoints") or (), module, _ROLES[module])
    if base is None:
        raise NoEndpointError(module)
    if module == "payments":
        return endpoints.terminals_url(base, *(path[1:] if path[:1] == ("terminals",) else path))
    return endpoints.join(base, *path)


def _rendered(
    module: str, depth: int, document: Mapping[str, Any], version: Version, notes: list[str]
) -> dict[str, Any]:
    if module == "cdrs":
        return render.cdr(document, version, notes)
    if module == "tariffs":
        return render.tariff(document, version, notes)
    kind = _PLACES[depth] if module == "locations" else _KINDS[module]
    return render.document(kind, document, version, notes)
