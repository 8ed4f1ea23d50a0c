"""Sessions as sender (OCPI mod_sessions): the partner's own sessions, and its drivers' charging preferences."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.edge.ocpi_lists import created_window, page_reply
from csms.ocpi import render
from csms.ocpi.errors import NotFound
from csms.ocpi.models.base import parse
from csms.ocpi.models.sessions import ChargingPreferences
from csms.store import sessions

if TYPE_CHECKING:
    from csms.store.dynamo import Item

OWNED: Final = "SESSIONS"
# From a session's creation to its last change: charging, settlement, and a person's review.
LONGEST: Final = timedelta(days=180)
NOT_POSSIBLE: Final = "NOT_POSSIBLE"


def list_sessions(request: OcpiRequest) -> Reply:
    """The partner's sessions, running and past."""
    rows = sessions.list_owned(request.store, request.partner_id, OWNED, created=created_window(request, LONGEST))
    return page_reply(
        request,
        rows,
        last_updated=lambda row: str(row["last_updated"]),
        show=lambda row: render.session(row["session"], request.version),
    )


def get_session(request: OcpiRequest, session_id: str) -> Reply:
    """One session."""
    return Reply(render.session(_own(request, session_id)["session"], request.version))


def put_charging_preferences(request: OcpiRequest, session_id: str) -> Reply:
    """Wishes of the driver. Chargers are not controlled by them: no EVSE is CHARGING_PREFERENCES_CAPABLE."""
    _own(request, session_id)
    parse(ChargingPreferences, request.json)
    return Reply(NOT_POSSIBLE)


def _own(request: OcpiRequest, session_id: str) -> Item:
    row = sessions.get_session(request.store, session_id)
    if row is None or row["owner"] != f"{request.partner_id}#{OWNED}":
        raise NotFound
    return row


handler = endpoint(
    "sessions",
    {
        "": {"GET": list_sessions},
        "{session_id}": {"GET": get_session},
        "{session_id}/charging_preferences": {"PUT": put_charging_preferences},
    },
)
