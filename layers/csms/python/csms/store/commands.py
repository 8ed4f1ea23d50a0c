"""Commands to chargers as resources: queued, sent, answered (or refused, timed out, expired), one outstanding a charger.

`COMMAND#<id>` holds the life of a command; the id is its OCPP message id. The ids that wait stand in the connection's
`queue`, the one outstanding in `slot`. Inserting a command row starts its dispatch (a stream does), so committing it is
all a producer does.

Secrets (passwords among settings) are hidden in `payload`. What is really sent stands in `sealed` until the command's life
is over, and is shown nowhere.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS, COMMAND_PREFIX, COMMAND_TIMEOUT_SECONDS
from csms.domain.secrecy import without_secrets
from csms.domain.times import format_time, parse_time
from csms.store.chargers import CONNECTION, expiry, partition
from csms.store.dynamo import Condition, Item, Put, Store, Update, Write, absent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

QUEUED: Final = "QUEUED"
SENT: Final = "SENT"
ANSWERED: Final = "ANSWERED"
REFUSED: Final = "REFUSED"  # CALLERROR
TIMED_OUT: Final = "TIMED_OUT"
EXPIRED: Final = "EXPIRED"  # never sent before its deadline
FINAL_STATES: Final = frozenset({ANSWERED, REFUSED, TIMED_OUT, EXPIRED})

_KEEP: Final = timedelta(days=400)


def new_id() -> str:
    """A command id, which is also the OCPP message id: 36 characters, unique for ever."""
    return str(uuid.uuid4())


def owner_of(charger_id: str) -> str:
    """The charger's list of commands in the `owned` index, in the order of time (ids are random)."""
    return f"{charger_id}#COMMANDS"


def queued(
    charger_id: str,
    command_id: str,
    action: str,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    deadline: datetime,
    origin: Mapping[str, Any],
) -> tuple[Write, ...]:
    """Writes that queue a command. `origin` says who wants it and where its outcome goes, e.g. {"kind": "payment", …}."""
    given, shown = dict(payload), without_secrets(dict(payload))
    row = {
        "pk": partition(charger_id),
        "sk": f"{COMMAND_PREFIX}{command_id}",
        "kind": "COMMAND",
        "charger_id": charger_id,
        "command_id": command_id,
        "action": action,
        "payload": shown,
        "sealed": given if given != shown else None,
        "state": QUEUED,
        "queued_at": format_time(now),
        "deadline": format_time(deadline),
        "origin": dict(origin),
        "owner": owner_of(charger_id),
        "created": f"{format_time(now)}#{command_id}",
        "expires_at_s": expiry(now, _KEEP),
    }
    return (
        Put(CHARGERS, row, (absent(),)),
        Update(CHARGERS, partition(charger_id), CONNECTION, append={"queue": [command_id]}),
    )


def payload_of(command: Item) -> dict[str, Any]:
    """The payload as it is sent, with its secrets as long as they are kept."""
    payload: dict[str, Any] = command.get("sealed") or command["payload"]
    return payload


def get(store: Store, charger_id: str, command_id: str) -> Item | None:
    """A command by its id, or None."""
    return store.get(CHARGERS, partition(charger_id), f"{COMMAND_PREFIX}{command_id}")


def list_of(store: Store, charger_id: str, limit: int = 100) -> list[Item]:
    """Commands of a charger, in the order of their (random) ids; the caller sorts by `queued_at`."""
    return store.query(CHARGERS, partition(charger_id), prefix=COMMAND_PREFIX, limit=limit)


def changed(charger_id: str, command_id: str, state: str, *, was: tuple[str, ...], **more: Any) -> Update:
    """A step of the command's life, taken once: only from one of the states `was`. Its end drops its secrets."""
    return Update(
        CHARGERS,
        partition(charger_id),
        f"{COMMAND_PREFIX}{command_id}",
        set={"state": state, **more},
        remove=("sealed",) if state in FINAL_STATES else (),
        conditions=(Condition("state", "in", was),),
    )


def noted(charger_id: str, command_id: str, **more: Any) -> Update:
    """Adds facts to a command without changing its state, e.g. an answer that came too late."""
    return Update(
        CHARGERS,
        partition(charger_id),
        f"{COMMAND_PREFIX}{command_id}",
        set=more,
        conditions=(Condition("pk", "exists"),),
    )


def slot_taken(charger_id: str, command_id: str, connection_id: str, now: datetime) -> Update:
    """Take the charger's one slot for the command at the head of the queue.

    Conditions: still the same connection, the command still heads the queue, and the slot is free or its time is over.
    """
    return Update(
        CHARGERS,
        partition(charger_id),
        CONNECTION,
        set={"slot": command_id, "slot_until": format_time(now + timedelta(seconds=COMMAND_TIMEOUT_SECONDS))},
        remove=("queue[0]",),
        conditions=(
            Condition("connection_id", "=", connection_id),
            Condition("queue[0]", "=", command_id),
            Condition("slot", "absent", or_else=Condition("slot_until", "<", format_time(now))),
        ),
    )


def slot_released(charger_id: str, command_id: str) -> Update:
    """Free the slot if this command still holds it. Returns the connection, with what waits next."""
    return Update(
        CHARGERS,
        partition(charger_id),
        CONNECTION,
        remove=("slot", "slot_until"),
        conditions=(Condition("slot", "=", command_id),),
    )


def dropped_from_queue(charger_id: str, command_id: str) -> Update:
    """Remove the head of the queue, where it is this command."""
    return Update(
        CHARGERS,
        partition(charger_id),
        CONNECTION,
        remove=("queue[0]",),
        conditions=(Condition("queue[0]", "=", command_id),),
    )


def is_over(command: Item, now: datetime) -> bool:
    """Whether the command's deadline for being sent has passed."""
    return parse_time(command["deadline"]) <= now


def holds_slot(command_id: str) -> Condition:
    """The command still holds the charger's slot."""
    return Condition("slot", "=", command_id)


def queue_is(queue: list[str]) -> Condition:
    """Nobody changed the queue since it was read."""
    return Condition("queue", "=", queue)
