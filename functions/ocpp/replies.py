"""Answers of chargers to our commands, and what 2.1 says about answers to answers.

An answer belongs to the command whose id it bears, and to no other: one that comes after the time-out is noted there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.edge import log, log_catalogue
from csms.edge.dispatch import dispatch_next
from csms.ocppj import codec, validation
from csms.ocppj.errors import OcppError
from csms.store import chargers, commands
from csms.store.dynamo import ConditionFailed, StorageUnavailable, Store
from functions.ocpp import results, routes
from functions.ocpp.decision import DECIDE_TRIES, Charger, Reply

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item


def take(charger: Charger, message: codec.CallResult | codec.CallError, now: datetime, store: Store) -> None:
    """Take the answer to a command, free the charger's slot and send what waits next."""
    command = commands.get(store, charger.charger_id, message.message_id)
    if command is None:
        store.commit(chargers.parked(charger.charger_id, "answer", _facts(message), "answers no command", now))
        return
    reply = _to_reply(charger, command, message, now, store)
    for _ in range(DECIDE_TRIES):
        late = command["state"] != commands.SENT
        try:
            store.commit(*(results.late_writes(reply) if late else results.reply_writes(reply)))
            break
        except ConditionFailed:
            command = commands.get(store, charger.charger_id, message.message_id) or command
            reply = _to_reply(charger, command, message, now, store)
    else:
        raise StorageUnavailable("others keep changing what this answer changes")
    log.write(
        log_catalogue.OCPP_COMMAND_ANSWERED, charger_id=charger.charger_id, command_id=message.message_id,
        action=command["action"], late=late, error_code=reply.error,
    )  # fmt: skip
    try:
        waiting = store.commit(commands.slot_released(charger.charger_id, message.message_id))
    except ConditionFailed:
        return  # its time was over and another command has the slot
    if waiting and waiting.get("queue"):
        dispatch_next(store, charger.charger_id, now)


def _to_reply(
    charger: Charger, command: Item, message: codec.CallResult | codec.CallError, now: datetime, store: Store
) -> Reply:
    if isinstance(message, codec.CallError):
        return Reply(charger, command, now, store, None, message.code, message.description)
    faults = validation.violations(charger.protocol, command["action"], message.payload, answer=True)
    if faults:
        log.write(log_catalogue.OCPP_FRAME_REFUSED, charger_id=charger.charger_id, reason=f"answer: {faults[0]}")
    return Reply(charger, command, now, store, message.payload)


def _facts(message: codec.CallResult | codec.CallError) -> dict[str, Any]:
    if isinstance(message, codec.CallError):
        return {"message_id": message.message_id, "code": message.code}
    return {"message_id": message.message_id, "payload": message.payload}


def answer_refused(charger: Charger, message: codec.CallResultError, now: datetime, store: Store) -> None:
    """CALLRESULTERROR: the station could not use an answer of ours. Nothing is to be done but to show it to a person."""
    log.write(
        log_catalogue.OCPP_FRAME_REFUSED, charger_id=charger.charger_id, code=message.code[:50],
        reason=f"our answer: {message.description[:255]}",
    )  # fmt: skip
    facts = {"message_id": message.message_id, "code": message.code, "description": message.description}
    store.commit(chargers.parked(charger.charger_id, "answer", facts, "the station could not use our answer", now))


def result_error(charger: Charger, message: codec.CallResult | codec.CallError, store: Store) -> str | None:
    """The CALLRESULTERROR that 2.1 has for an answer that breaks its schema; None where there is nothing to say.

    What can be used of the answer is used all the same.
    """
    if charger.protocol != routes.OCPP21:
        return None
    if isinstance(message, codec.CallError):
        wrong = OcppError(message.code, message.description)
        return codec.write_result_error(wrong, message.message_id) if message.odd_result else None
    try:
        command = commands.get(store, charger.charger_id, message.message_id)
    except StorageUnavailable as error:
        log.write(log_catalogue.STORAGE_UNAVAILABLE, error=error, charger_id=charger.charger_id)
        return None
    if command is None or command["action"] not in routes.COMMANDS[charger.protocol]:
        return None
    faults = validation.violations(charger.protocol, command["action"], message.payload, answer=True)
    return codec.write_result_error(OcppError(faults[0].code, str(faults[0])), message.message_id) if faults else None
