"""Commands to a charger and its answers, for tests: a command that is outstanding, and what the charger says to it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from csms.store import chargers, commands
from tests.kit.frames import NOW

if TYPE_CHECKING:
    from csms.store.dynamo import Item
    from tests.kit.frames import Line


def outstanding(line: Line, action: str, payload: dict[str, Any]) -> str:
    """A command that was sent to a connected charger and waits for its answer."""
    command_id = commands.new_id()
    known = {"connection_id": f"conn-{line.charger_id}", "protocol": line.protocol}
    line.store.commit(chargers.connected(line.charger_id, known, NOW))
    deadline = NOW + timedelta(minutes=5)
    origin = {"kind": "system"}
    line.store.commit(
        *commands.queued(line.charger_id, command_id, action, payload, NOW, deadline=deadline, origin=origin)
    )
    line.store.commit(
        commands.slot_taken(line.charger_id, command_id, f"conn-{line.charger_id}", NOW),
        commands.changed(line.charger_id, command_id, commands.SENT, was=(commands.QUEUED,)),
    )
    return command_id


def answered(line: Line, action: str, payload: dict[str, Any], answer: Any) -> Item:
    """Send a command, let the charger answer it; the command's row after that, which must be ANSWERED."""
    command_id = outstanding(line, action, payload)
    assert line.text(json.dumps([3, command_id, answer])) is None, "an answer is never answered"
    row = commands.get(line.store, line.charger_id, command_id)
    assert row is not None
    assert row["state"] == commands.ANSWERED
    return row
