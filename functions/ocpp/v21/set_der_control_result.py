"""The answer to SetDERControl (OCPP 2.1, block R): what the station is set to now, and which controls that supersedes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csms.store.station_state import DER, state_set
from functions.ocpp.v21.answers import accepted, texts

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply

_NAMED: Final = frozenset({"controlId", "controlType", "isDefault", "customData"})


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps the control where the station took it; the ones it supersedes are marked."""
    if not accepted(reply):
        return ()
    asked, charger_id = reply.command["payload"], reply.charger.charger_id
    control_id = str(asked["controlId"])
    rows = {
        other: state_set(charger_id, DER, other, reply.now, is_superseded=True)
        for other in texts(reply, "supersededIds")[:24]
    }
    rows[control_id] = state_set(
        charger_id,
        DER,
        control_id,
        reply.now,
        control_type=asked["controlType"],
        is_default=asked["isDefault"],
        is_superseded=False,
        setting={name: value for name, value in asked.items() if name not in _NAMED},
    )
    return tuple(rows.values())
