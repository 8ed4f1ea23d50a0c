"""Conformance cases: what each is called, what it plays, and which functions of the product it needs.

A case names the actions that it needs. Whether they are there is read from the product's own routing tables when the case
runs: a case without them is reported as not built, with the product's reason; once they are routed it is played.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from functions.ocpp.routes import COMMANDS, NOT_OFFERED, OCPP16, OCPP201, REQUESTS
from functions.operator_api.station_models import StationBody

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import Stack

__all__ = ["CLIENT_CERTIFICATES", "OCPP16", "OCPP201", "TLS", "Case", "Need", "case", "case_of", "missing"]

PASSES: Final = "passes"
FAILS: Final = "FAILS"
NOT_BUILT: Final = "not built"


@dataclass(frozen=True, slots=True)
class Need:
    """Something other than an OCPP action that a case needs, how to see that it is there, and why it is not."""

    name: str
    exists: Callable[[Stack], bool]
    reason: str


TLS: Final = Need(
    "TLS",
    lambda stack: stack.ocpp_url.startswith("wss:"),
    "TLS ends at CloudFront; the laptop edition listens without it, so there is no handshake to look at",
)
CLIENT_CERTIFICATES: Final = Need(
    "client certificates",
    lambda _: 3 in get_args(StationBody.model_fields["security_profile"].annotation),
    "security profile 3 (client certificates) is not offered",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `needs` are OCPP actions (requests that must be handled, commands that must be offered) and `Need`s.

    `boots` False: the case makes its own connection. `registration` is what the operator set for its station.
    """

    case_id: str
    title: str
    protocol: str
    needs: tuple[str | Need, ...] = ()
    boots: bool = True
    registration: str = "accepted"


def case(
    case_id: str,
    title: str,
    *needs: str | Need,
    protocol: str,
    boots: bool = True,
    registration: str = "accepted",
) -> pytest.MarkDecorator:
    """Mark a test as the case of this id. Raises KeyError where a needed action is in none of the product's tables."""
    for need in needs:
        if isinstance(need, str) and not (_routed(protocol, need) or need in NOT_OFFERED[protocol]):
            raise KeyError(f"{case_id}: {protocol} has no {need}")
    return pytest.mark.conformance(Case(case_id, title, protocol, needs, boots, registration))


def case_of(item: pytest.Item) -> Case | None:
    """The case that a collected test plays, None where it plays none."""
    marker = item.get_closest_marker("conformance")
    found: Any = marker.args[0] if marker and marker.args else None
    return found if isinstance(found, Case) else None


def missing(played: Case, stack: Stack) -> str | None:
    """Why the case cannot be played against this product; None where all that it needs is there."""
    for need in played.needs:
        if isinstance(need, str):
            if not _routed(played.protocol, need):
                return f"{need}: {NOT_OFFERED[played.protocol][need]}"
        elif not need.exists(stack):
            return need.reason
    return None


def _routed(protocol: str, action: str) -> bool:
    return action in COMMANDS[protocol] or action in REQUESTS[protocol]
