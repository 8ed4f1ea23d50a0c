"""The next command of a charger: taken from its queue, written as sent, posted, given a deadline.

One command is outstanding per charger (ocpp-j-1.6 4.1.1). It is written as sent before it is posted, because the answer
can be quicker than the write. Where the connection is gone the command stays at the head of the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.contract import CHARGERS, COMMAND_TIMEOUT_SECONDS, QUEUE_COMMANDS
from csms.domain.times import format_time, parse_time
from csms.edge import connections, log, log_catalogue, queues
from csms.ocppj import codec
from csms.store import chargers, commands
from csms.store.dynamo import ConditionFailed, Update

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Write

DISPATCH = "dispatch"
EXPIRE = "expire"
_BUSY_RETRY_SECONDS = 5


def dispatch_next(
    store: Store, charger_id: str, now: datetime, expired: Callable[[Item], tuple[Write, ...]] | None = None
) -> str | None:
    """Send the command at the head of the queue, if the slot is free and the charger is connected.

    `expired` makes the writes that follow from a command whose deadline passed before it could be sent. Returns the id
    of the command that was sent.
    """
    for _ in range(20):  # past commands whose time is over; more of them wait for the next dispatch
        connection = chargers.get_connection(store, charger_id)
        if not connection.get("queue") or _slot_is_taken(connection, now):
            return None
        command_id = connection["queue"][0]
        command = commands.get(store, charger_id, command_id)
        if command is None or command["state"] != commands.QUEUED or commands.is_over(command, now):
            _drop(store, charger_id, command_id, command, now, expired)
            continue
        if not connection.get("connection_id"):
            return None
        if _take_and_post(store, connection, command, now):
            return str(command_id)
        return None
    return None


def _slot_is_taken(connection: Item, now: datetime) -> bool:
    return "slot" in connection and parse_time(connection["slot_until"]) >= now


def _drop(
    store: Store,
    charger_id: str,
    command_id: str,
    command: Item | None,
    now: datetime,
    expired: Callable[[Item], tuple[Write, ...]] | None,
) -> None:
    try:
        if command is not None and command["state"] == commands.QUEUED:
            step = commands.changed(
                charger_id, command_id, commands.EXPIRED, was=(commands.QUEUED,), ended_at=format_time(now)
            )
            store.commit(step, *(expired(command) if expired else ()))
            log.write(log_catalogue.OCPP_COMMAND_EXPIRED, charger_id=charger_id, command_id=command_id)
        store.commit(commands.dropped_from_queue(charger_id, command_id))
    except ConditionFailed:
        return  # another dispatcher was quicker; the loop reads again


def _take_and_post(store: Store, connection: Item, command: Item, now: datetime) -> bool:
    charger_id, command_id = command["charger_id"], command["command_id"]
    connection_id = connection["connection_id"]
    sent = commands.changed(
        charger_id,
        command_id,
        commands.SENT,
        was=(commands.QUEUED,),
        sent_at=format_time(now),
        connection_id=connection_id,
    )
    try:
        store.commit(commands.slot_taken(charger_id, command_id, connection_id, now), sent)
    except ConditionFailed:
        return False
    queues.send(
        QUEUE_COMMANDS,
        {"kind": EXPIRE, "charger_id": charger_id, "command_id": command_id},
        delay_seconds=COMMAND_TIMEOUT_SECONDS,
    )
    try:
        connections.post(connection_id, codec.write_call(command_id, command["action"], commands.payload_of(command)))
    except (connections.ConnectionGone, connections.ConnectionBusy) as error:
        gone = isinstance(error, connections.ConnectionGone)
        _take_back(store, charger_id, command_id, connection_id, gone=gone)
        if not gone:
            queues.send(QUEUE_COMMANDS, {"kind": DISPATCH, "charger_id": charger_id}, delay_seconds=_BUSY_RETRY_SECONDS)
        log.write(
            log_catalogue.OCPP_COMMAND_NOT_SENT,
            charger_id=charger_id,
            command_id=command_id,
            reason=type(error).__name__,
        )
        return False
    log.write(log_catalogue.OCPP_COMMAND_SENT, charger_id=charger_id, command_id=command_id, action=command["action"])
    return True


def _take_back(store: Store, charger_id: str, command_id: str, connection_id: str, *, gone: bool) -> None:
    """The frame did not leave: the command goes back to the head of the queue and waits for the next connection."""
    connection = chargers.get_connection(store, charger_id)
    if connection.get("slot") != command_id:
        return
    remove: tuple[str, ...] = ("slot", "slot_until")
    if gone and connection.get("connection_id") == connection_id:
        remove = (*remove, "connection_id")
    back = Update(
        CHARGERS,
        chargers.partition(charger_id),
        chargers.CONNECTION,
        set={"queue": [command_id, *connection.get("queue", [])]},
        remove=remove,
        conditions=(commands.holds_slot(command_id), commands.queue_is(connection.get("queue", []))),
    )
    try:
        store.commit(back, commands.changed(charger_id, command_id, commands.QUEUED, was=(commands.SENT,)))
    except ConditionFailed:
        return  # the queue changed meanwhile: the expiry of the slot brings the matter up again
