"""Commands as receiver (OCPI mod_commands). Answered at once; the charger's own answer follows to the response_url."""

from __future__ import annotations

from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.ocpi.models.base import parse
from csms.ocpi.models.commands import CancelReservation, ReserveNow
from functions.ocpi.commands import answers
from functions.ocpi.commands.start_session import start_session
from functions.ocpi.commands.stop_session import stop_session
from functions.ocpi.commands.unlock_connector import unlock_connector


def reserve_now(request: OcpiRequest) -> Reply:
    """Reservations are not offered: no EVSE of ours has the capability RESERVABLE."""
    parse(ReserveNow, request.json)
    return answers.decided(request, "RESERVE_NOW", answers.NOT_SUPPORTED)


def cancel_reservation(request: OcpiRequest) -> Reply:
    """As for RESERVE_NOW."""
    parse(CancelReservation, request.json)
    return answers.decided(request, "CANCEL_RESERVATION", answers.NOT_SUPPORTED)


handler = endpoint(
    "commands",
    {
        "START_SESSION": {"POST": start_session},
        "STOP_SESSION": {"POST": stop_session},
        "UNLOCK_CONNECTOR": {"POST": unlock_connector},
        "RESERVE_NOW": {"POST": reserve_now},
        "CANCEL_RESERVATION": {"POST": cancel_reservation},
    },
)
