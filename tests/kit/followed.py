"""Commands that open something: queued and sent as the operator API and the dispatcher do it, then answered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from csms.edge.unanswered import unanswered_writes
from csms.store import chargers, commands, followed

if TYPE_CHECKING:
    from tests.kit.frames import Line


def connect(line: Line, **station: Any) -> Line:
    """Register the charger and connect it."""
    line.register(**station)
    known = {"connection_id": line.charger.connection_id, "protocol": line.protocol}
    line.store.commit(chargers.connected(line.charger_id, known, line.now))
    return line


def send(line: Line, action: str, payload: dict[str, Any], *, target_version: str | None = None) -> str:
    """A command that was sent and waits for its answer; its id."""
    station = chargers.get_station(line.store, line.charger_id)
    assert station is not None
    command_id = commands.new_id()
    command = followed.prepared(line.store, line.charger_id, line.protocol, action, payload)
    more = followed.opened(station, command_id, command, line.now, target_version=target_version)
    queued = commands.queued(
        line.charger_id, command_id, action, command.payload, line.now,
        deadline=line.now + timedelta(minutes=5), origin={"kind": "operator", **more.about},
    )  # fmt: skip
    line.store.commit(*queued, *more.writes)
    line.store.commit(
        commands.slot_taken(line.charger_id, command_id, line.charger.connection_id, line.now),
        commands.changed(line.charger_id, command_id, commands.SENT, was=(commands.QUEUED,)),
    )
    return command_id


def answer(line: Line, command_id: str, payload: Any = None, *, error: str | None = None) -> None:
    """The charger's answer: a CALLRESULT, or a CALLERROR with the code `error`."""
    frame = [4, command_id, error, "", {}] if error else [3, command_id, {} if payload is None else payload]
    assert line.text(json.dumps(frame)) is None, "an answer is never answered"


def done(line: Line, action: str, payload: dict[str, Any], reply: Any = None, **more: Any) -> str:
    """A command that was sent and answered (default: Accepted)."""
    command_id = send(line, action, payload, **more)
    answer(line, command_id, {"status": "Accepted"} if reply is None else reply)
    return command_id


def give_up(line: Line, command_id: str) -> None:
    """No answer came in time."""
    command = commands.get(line.store, line.charger_id, command_id)
    assert command is not None
    step = commands.changed(line.charger_id, command_id, commands.TIMED_OUT, was=(commands.SENT,))
    line.store.commit(step, *unanswered_writes(command, line.store, line.now))
    line.store.commit(commands.slot_released(line.charger_id, command_id))
