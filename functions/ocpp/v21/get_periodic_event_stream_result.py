"""The answer to GetPeriodicEventStream (OCPP 2.1, block N): the streams that the station has open, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csms.store.station_state import STREAM, list_states, state_set
from functions.ocpp.v21.answers import members

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply

_ROWS_MAX: Final = 90  # a commit takes 100 items


def writes(reply: Reply) -> tuple[Write, ...]:
    """Opens what is reported; what was known and is not reported is closed."""
    if reply.error is not None:
        return ()
    charger_id = reply.charger.charger_id
    rows: dict[str, Write] = {}
    for stream in members(reply, "constantStreamData"):
        if "id" in stream:
            monitor = stream.get("variableMonitoringId")
            rows[str(stream["id"])] = state_set(
                charger_id, STREAM, stream["id"], reply.now,
                state="open", params=stream.get("params"), variable_monitoring_id=monitor,
            )  # fmt: skip
    for known in list_states(reply.store, charger_id, STREAM):
        if known["name"] not in rows and known.get("state") == "open":
            rows[known["name"]] = state_set(charger_id, STREAM, known["name"], reply.now, state="closed")
    return tuple(rows.values())[:_ROWS_MAX]
