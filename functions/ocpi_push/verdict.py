"""What a partner's answer to a push means, and when to try again.

2xx with OCPI 1xxx                    delivered
2xx without an envelope               delivered (some answer with an empty body), unless it is a web page
401                                   the token is refused: stop telling this partner anything
408, 425, 429, 5xx, OCPI 3xxx, 4xxx   try again (but OCPI 4001, an unknown receiver, stays unknown)
other 3xx, 4xx, OCPI 2xxx             refused: the same request again would be refused again
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from csms.edge.ocpi_client import Answered


class Outcome(Enum):
    """The four ways a push can go."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    TOKEN_REFUSED = "token refused"  # noqa: S105 - not a token


_RETRY_STATUSES: Final = frozenset({408, 425, 429})
_UNKNOWN_RECEIVER: Final = 4001


def judge(answered: Answered, module: str) -> Outcome:
    """Decide what an answer means."""
    status = answered.status
    if status == 401:
        return Outcome.TOKEN_REFUSED
    if status in _RETRY_STATUSES or status >= 500:
        return Outcome.RETRY
    if status == 409 and module == "cdrs":
        return Outcome.DELIVERED  # it has this CDR: the answer to an earlier try was lost
    if not 200 <= status < 300:
        return Outcome.REFUSED
    if answered.answer is None:
        return Outcome.RETRY if answered.is_page else Outcome.DELIVERED
    code = answered.answer.status_code
    if answered.answer.ok:
        return Outcome.DELIVERED
    return Outcome.RETRY if code >= 3000 and code != _UNKNOWN_RECEIVER else Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a row is tried. `tries` None: as often as the queue allows. `superseded`: the next one says it all."""

    first_seconds: int = 5
    factor: int = 3
    tries: int | None = None
    superseded: bool = False


_MONEY: Final = Patience()
_PATIENCE: Final[Mapping[tuple[str, str], Patience]] = {
    # A terminal that waits for the result of a command stops waiting soon.
    ("commands", "POST"): Patience(first_seconds=2, factor=2, tries=4),
    # The next PATCH or the final PUT tells the same and more, and waits behind this one.
    ("sessions", "PATCH"): Patience(tries=4, superseded=True),
    # Partners poll locations; the next status is told anyway.
    ("locations", "PATCH"): Patience(tries=5, superseded=True),
    ("locations", "PUT"): Patience(tries=5, superseded=True),
}
_DELAY_MAX_SECONDS: Final = 6 * 3600


def patience(module: str, method: str) -> Patience:
    """How long a row of this kind is tried; everything that money depends on, as long as possible."""
    return _PATIENCE.get((module, method), _MONEY)


def delay_seconds(kind: Patience, tries: int, spread: Callable[[], float] = random.random) -> int:
    """Seconds until the next try after `tries` tries: exponential, a quarter more or less, at most six hours."""
    delay = min(kind.first_seconds * int(kind.factor ** max(tries - 1, 0)), _DELAY_MAX_SECONDS)
    return max(1, round(delay * (0.75 + spread() / 2)))
