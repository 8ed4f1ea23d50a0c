"""UNLOCK_CONNECTOR: release a cable that is stuck after a session."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import COMMAND_TIMEOUT_SECONDS
from csms.ocpi.models.base import parse
from csms.ocpi.models.commands import UnlockConnector
from csms.store import chargers, commands
from functions.ocpi.commands import answers
from functions.ocpi.commands.availability import NOT_CONNECTED
from functions.ocpi.commands.place import Place, find_place
from functions.ocpi.commands.stop_session import origin

if TYPE_CHECKING:
    from csms.edge.ocpi_http import OcpiRequest, Reply

COMMAND: Final = "UNLOCK_CONNECTOR"


def unlock_connector(request: OcpiRequest) -> Reply:
    """Answer UNLOCK_CONNECTOR; the charger's answer becomes the CommandResult."""
    command = parse(UnlockConnector, request.json)
    answers.check_response_url(request, command.response_url)
    place = find_place(request, command.location_id, command.evse_uid, command.connector_id)
    connection = chargers.get_connection(request.store, place.charger_id) if place.charger_id else {}
    if place.charger_id is None or not connection.get("connection_id"):
        return answers.decided(request, COMMAND, answers.REJECTED, NOT_CONNECTED, evse_uid=place.evse["uid"])
    request.store.commit(
        *commands.queued(
            place.charger_id,
            commands.new_id(),
            "UnlockConnector",
            unlock(str(connection.get("protocol")), place),
            request.now,
            deadline=request.now + timedelta(seconds=COMMAND_TIMEOUT_SECONDS),
            origin=origin(request, COMMAND, command.response_url),
        )
    )
    return answers.decided(request, COMMAND, answers.ACCEPTED, evse_uid=place.evse["uid"])


def unlock(protocol: str, place: Place) -> dict[str, Any]:
    """The payload in the charger's protocol: 1.6 knows connectors only, which are our EVSEs."""
    if protocol == "ocpp1.6":
        return {"connectorId": place.evse_id}
    return {"evseId": place.evse_id, "connectorId": place.connector_id}
