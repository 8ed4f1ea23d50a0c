"""What a handler is given and what it returns. A handler decides; the store writes; the edge answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

Answer = dict[str, Any]
DECIDE_TRIES: Final = 5  # how often a decision is made anew where others change the same items


@dataclass(frozen=True, slots=True)
class Charger:
    """Who speaks, as the authorizer found out when the connection was made."""

    charger_id: str
    protocol: str
    connection_id: str
    security_profile: int = 1
    registration: str = "accepted"


@dataclass(frozen=True, slots=True)
class Frame:
    """A valid request. `rules` names the tolerance rules that it needed."""

    charger: Charger
    action: str
    payload: dict[str, Any]
    now: datetime
    store: Store
    rules: tuple[str, ...] = ()

    @property
    def charger_id(self) -> str:
        """The identity of the charger that sent the frame."""
        return self.charger.charger_id


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a request.

    `answer` is the CALLRESULT's payload, or is made from the item that the commit returned. `writes` are committed in one
    call before the answer leaves. `otherwise` decides anew where a condition did not hold (somebody was there first).
    `after` names further writes, made from the committed item once the answer has left (e.g. the limit's stop command).
    """

    answer: Answer | Callable[[Item], Answer]
    writes: tuple[Write, ...] = ()
    otherwise: Callable[[], Decision] | None = None
    after: Callable[[Item], tuple[Write, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A charger's answer to one of our commands: the command's row and either `payload` or `error` (a CALLERROR's code)."""

    charger: Charger
    command: Item
    now: datetime
    store: Store
    payload: dict[str, Any] | None = None
    error: str | None = None
    description: str = ""
