"""The commands partners send us, and the results they send to us (OCPI mod_commands)."""

from typing import Annotated, Any

from pydantic import Field

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.models.base import DateTime, Id36, Url, WireModel, either, parse
from csms.ocpi.models.tokens import CommandToken, DisplayText


class StartSession(WireModel):
    """Start a session. `authorization_reference` ties it to the terminal's payment."""

    response_url: Url
    token: CommandToken
    location_id: Id36
    evse_uid: Id36 | None = None
    connector_id: Id36 | None = None
    authorization_reference: Id36 | None = None


class StopSession(WireModel):
    """Stop a session."""

    response_url: Url
    session_id: Id36


class ReserveNow(WireModel):
    """Reserve an EVSE, or any of a location."""

    response_url: Url
    token: CommandToken
    expiry_date: DateTime
    reservation_id: Id36
    location_id: Id36
    evse_uid: Id36 | None = None
    authorization_reference: Id36 | None = None


class CancelReservation(WireModel):
    """Cancel a reservation."""

    response_url: Url
    reservation_id: Id36


class UnlockConnector(WireModel):
    """Release a cable."""

    response_url: Url
    location_id: Id36
    evse_uid: Id36
    connector_id: Id36


class CommandResult(WireModel):
    """The outcome of a command."""

    result: Annotated[str, either("CommandResultType")]
    message: list[DisplayText] = Field(default_factory=list)


COMMANDS: dict[str, type[WireModel]] = {
    "START_SESSION": StartSession,
    "STOP_SESSION": StopSession,
    "RESERVE_NOW": ReserveNow,
    "CANCEL_RESERVATION": CancelReservation,
    "UNLOCK_CONNECTOR": UnlockConnector,
}


def parse_command(command: str, body: Any) -> WireModel:
    """Validate the body of a command by the name in its URL. Raises InvalidParameter, also for an unknown name."""
    model = COMMANDS.get(command.upper())
    if model is None:
        raise InvalidParameter("Unknown command")
    return parse(model, body)
