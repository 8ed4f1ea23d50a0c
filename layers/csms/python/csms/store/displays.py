"""Messages on a station's display: `DISPLAY#<id>` with the message and its `state`: set, reported or cleared.

`set`: the station took it. `reported`: the station itself said that it has it. `cleared`: it is not there any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.store import station_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.store.dynamo import Update

DISPLAY: Final = "DISPLAY"
SET: Final = "set"
REPORTED: Final = "reported"
CLEARED: Final = "cleared"


def told(
    charger_id: str, message: Mapping[str, Any], state: str, now: datetime, *, request_id: int | None = None
) -> Update:
    """A message that is on the station; `state` says who said so."""
    known: dict[str, Any] = {"message_id": message["id"], "message": dict(message), "request_id": request_id}
    known |= {"state": state, f"{state}_at": format_time(now)}
    return station_rows.kept(charger_id, DISPLAY, str(message["id"]), now, **known)


def cleared(charger_id: str, message_id: int, now: datetime) -> Update:
    """A message that is not on the station any more."""
    return station_rows.kept(
        charger_id, DISPLAY, str(message_id), now, message_id=message_id, state=CLEARED, cleared_at=format_time(now)
    )
