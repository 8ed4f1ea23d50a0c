"""Two sources: new `COMMAND#` rows (stream of the chargers table) and the commands queue.

A row that was inserted is dispatched if its charger is free and connected. A message is either `dispatch` (the charger
reconnected, or was busy) or `expire` (30 s after a command was sent: without an answer it has timed out).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from csms.domain.times import format_time
from csms.edge import dispatch, log, log_catalogue
from csms.edge.outcome import TIMEOUT, outcome_writes
from csms.edge.unanswered import unanswered_writes
from csms.store import commands
from csms.store.dynamo import ConditionFailed, Item, Store, Write, unmarshal


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A batch of stream records or queue messages; failed ones are reported and come again."""
    store = Store()
    failures = []
    for record in event["Records"]:
        try:
            _handle(record, store, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - one record must not hold up the others
            log.write(log_catalogue.UNEXPECTED_ERROR, error=error)
            failures.append({"itemIdentifier": _identifier(record)})
    return {"batchItemFailures": failures}


def _identifier(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"] if "dynamodb" in record else record["messageId"])


def _handle(record: dict[str, Any], store: Store, now: datetime) -> None:
    if "dynamodb" in record:
        row = unmarshal(record["dynamodb"]["NewImage"])
        message = {"kind": dispatch.DISPATCH, "charger_id": row["charger_id"]}
    else:
        message = json.loads(record["body"])
    if message["kind"] == dispatch.EXPIRE:
        _expire(store, message["charger_id"], message["command_id"], now)
    dispatch.dispatch_next(store, message["charger_id"], now, expired=lambda command: _given_up(command, now, store))


def _expire(store: Store, charger_id: str, command_id: str, now: datetime) -> None:
    """No answer came: the command has timed out, its slot is free, and who wanted it is told."""
    command = commands.get(store, charger_id, command_id)
    if command is None or command["state"] != commands.SENT:
        return
    step = commands.changed(charger_id, command_id, commands.TIMED_OUT, was=(commands.SENT,), ended_at=format_time(now))
    try:
        store.commit(step, *_given_up(command, now, store))
        log.write(
            log_catalogue.OCPP_COMMAND_EXPIRED, charger_id=charger_id, command_id=command_id, action=command["action"]
        )
        store.commit(commands.slot_released(charger_id, command_id))
    except ConditionFailed:
        return  # the answer came at this very moment, or another command has the slot


def _given_up(command: Item, now: datetime, store: Store) -> tuple[Write, ...]:
    return (*outcome_writes(command, TIMEOUT, now, store), *unanswered_writes(command, store, now))
