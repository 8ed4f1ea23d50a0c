"""Who may do what: the groups of the user pool, and the rights each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

READ: Final = "read"
STATIONS: Final = "stations"  # put chargers into service, adopt, block, remove
COMMANDS: Final = "commands"  # send commands to chargers
MASTER: Final = "master"  # locations, tariffs, tokens
PARTNERS: Final = "partners"  # terminals and what partners may see
SECRETS: Final = "secrets"  # invite partners and exchange tokens with them
MONEY: Final = "money"  # decide reviews, close payments
AUDIT: Final = "audit"  # who changed what

ROLES: Final[Mapping[str, frozenset[str]]] = {
    "viewer": frozenset({READ}),
    "finance": frozenset({READ, MONEY, AUDIT}),
    "installer": frozenset({READ, STATIONS, COMMANDS}),
    "operator": frozenset({READ, STATIONS, COMMANDS, MASTER, PARTNERS, AUDIT}),
    "admin": frozenset({READ, STATIONS, COMMANDS, MASTER, PARTNERS, MONEY, AUDIT, SECRETS}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in person."""

    sub: str
    name: str
    groups: frozenset[str]

    @property
    def rights(self) -> frozenset[str]:
        """What any of the caller's groups may do."""
        return frozenset(right for group in self.groups for right in ROLES.get(group, ()))

    @property
    def who(self) -> dict[str, str]:
        """How the caller stands in audit rows and commands."""
        return {"sub": self.sub, "name": self.name}


def caller_of(claims: Mapping[str, Any]) -> Caller | None:
    """Read the verified claims of an id or access token; None where they name nobody."""
    sub = str(claims.get("sub") or "")
    if not sub:
        return None
    name = claims.get("email") or claims.get("cognito:username") or claims.get("username") or sub
    return Caller(sub, str(name), _groups(claims.get("cognito:groups")))


def _groups(claim: Any) -> frozenset[str]:
    """An HTTP API hands a list over as text: `[admin operator]`."""
    if isinstance(claim, str):
        claim = claim.strip("[]").replace(",", " ").split()
    return frozenset(str(group).strip('"') for group in claim or ())
