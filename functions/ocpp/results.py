"""Answers to our commands: what every answer means, whatever the command.

An action with consequences of its own has a `_result` module in its version's folder (`RESULTS` in `routes.py`); its
writes are committed together with the command's own.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from csms.domain.secrecy import without_secrets
from csms.domain.times import format_time
from csms.edge.outcome import command_result, outcome_writes
from csms.store import commands
from functions.ocpp import routes

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply

_ANSWER_BYTES_MAX: Final = 200_000


def reply_writes(reply: Reply) -> tuple[Write, ...]:
    """The writes of an answer to a command that is still outstanding."""
    command = reply.command
    module = routes.RESULTS[reply.charger.protocol].get(command["action"])
    special: tuple[Write, ...] = import_module(module).writes(reply) if module else ()
    result = command_result(reply.payload, reply.error)
    return (_step(reply), *outcome_writes(command, result, reply.now, reply.store), *special)


def late_writes(reply: Reply) -> tuple[Write, ...]:
    """An answer after the time-out: noted on its command, applied to nothing (and never to the next command)."""
    return (commands.noted(reply.charger.charger_id, reply.command["command_id"], late_answer=_facts(reply)),)


def _step(reply: Reply) -> Write:
    state = commands.ANSWERED if reply.error is None else commands.REFUSED
    return commands.changed(
        reply.charger.charger_id,
        reply.command["command_id"],
        state,
        was=(commands.SENT,),
        answered_at=format_time(reply.now),
        answer=_facts(reply),
    )


def _facts(reply: Reply) -> dict[str, Any]:
    """The answer as JSON text: it may hold anything but secrets."""
    if reply.error is not None:
        return {"error": reply.error, "description": reply.description[:255]}
    text = json.dumps(without_secrets(reply.payload), default=str, ensure_ascii=False)
    return {"payload": text[:_ANSWER_BYTES_MAX], "status": str((reply.payload or {}).get("status", ""))}
