"""Who a message is from and for, and the ids that tie it to its answer (OCPI transport_and_format).

The four OCPI-to and OCPI-from headers go with every functional module, request and answer, and never with
credentials, versions and hubclientinfo. In the answer the two parties change places.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from csms.ocpi.errors import ClientError, UnknownReceiver

CONFIGURATION_MODULES = frozenset({"credentials", "versions", "hubclientinfo"})
_VALUE_MAX = 255


@dataclass(frozen=True, slots=True)
class Party:
    """A party as OCPI names it. Its ids compare case-insensitively and keep their case."""

    country_code: str
    party_id: str

    def same(self, other: "Party") -> bool:
        """Tell whether both name one party."""
        return self.key == other.key

    @property
    def key(self) -> str:
        """Return the five letters, upper case: `NLTNM`."""
        return (self.country_code + self.party_id).upper()


@dataclass(frozen=True, slots=True)
class Routing:
    """The routing headers and message ids of a request; what was not sent is None."""

    to: Party | None = None
    sender: Party | None = None
    request_id: str | None = None
    correlation_id: str | None = None


def is_functional(module: str) -> bool:
    """Tell whether messages of this module carry routing headers."""
    return module.lower() not in CONFIGURATION_MODULES


def read(headers: Mapping[str, str]) -> Routing:
    """Read the routing headers and message ids of a request or an answer. Header names are case-insensitive."""
    lower = {name.lower(): _clean(value) for name, value in headers.items()}
    return Routing(
        to=_party(lower, "to"),
        sender=_party(lower, "from"),
        request_id=lower.get("x-request-id") or None,
        correlation_id=lower.get("x-correlation-id") or None,
    )


def _clean(value: str) -> str:
    return "".join(character for character in value.strip()[:_VALUE_MAX] if " " <= character <= "~")


def _party(lower: Mapping[str, str], direction: str) -> Party | None:
    country_code = lower.get(f"ocpi-{direction}-country-code")
    party_id = lower.get(f"ocpi-{direction}-party-id")
    return Party(country_code, party_id) if country_code and party_id else None


def receiver(routing: Routing, ours: Collection[Party], default: Party, *, hub: bool = False) -> Party:
    """Decide which of our parties a request is for: the one it names, else the partner's default.

    Raises ClientError (2000) when it names one that is not ours, UnknownReceiver (4001) where we act as a hub.
    """
    if routing.to is None:
        return default
    for party in ours:
        if party.same(routing.to):
            return party
    raise UnknownReceiver if hub else ClientError("The receiving party is not known here")


def request_headers(
    *, request_id: str, correlation_id: str, to: Party | None = None, sender: Party | None = None
) -> dict[str, str]:
    """Build the headers of a request of ours. Leave the parties out for configuration modules."""
    return {"X-Request-ID": request_id, "X-Correlation-ID": correlation_id, **_parties(to, sender)}


def response_headers(routing: Routing, *, ours: Party, theirs: Party, functional: bool) -> dict[str, str]:
    """Build the headers of our answer: ids echoed, parties swapped.

    `ours` and `theirs` stand in for what the request did not name: a partner of one party may leave the headers out.
    """
    result = {}
    if routing.request_id:
        result["X-Request-ID"] = routing.request_id
    if routing.correlation_id:
        result["X-Correlation-ID"] = routing.correlation_id
    return {**result, **_parties(routing.sender or theirs, routing.to or ours)} if functional else result


def _parties(to: Party | None, sender: Party | None) -> dict[str, str]:
    result = {}
    for direction, party in (("to", to), ("from", sender)):
        if party:
            result[f"OCPI-{direction}-party-id"] = party.party_id
            result[f"OCPI-{direction}-country-code"] = party.country_code
    return result
