"""The synchronous answer to a command (CommandResponse), and the check of where its result may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.contract import COMMAND_TIMEOUT_SECONDS
from csms.edge import log, partners, settings
from csms.edge import log_catalogue as catalogue
from csms.edge.ocpi_http import Reply
from csms.ocpi import render
from csms.ocpi.callbacks import callback_problem
from csms.ocpi.errors import InvalidParameter

if TYPE_CHECKING:
    from csms.edge.ocpi_http import OcpiRequest

# What we wait for the charger, and what the way there and back takes: a result that comes in time must not find a
# terminal that has given up and released the hold.
RESPONSE_SECONDS: Final = COMMAND_TIMEOUT_SECONDS + 15

ACCEPTED: Final = "ACCEPTED"
REJECTED: Final = "REJECTED"
NOT_SUPPORTED: Final = "NOT_SUPPORTED"
UNKNOWN_SESSION: Final = "UNKNOWN_SESSION"


def response(result: str, text: str = "") -> dict[str, Any]:
    """The CommandResponse document."""
    return render.command_response(result, RESPONSE_SECONDS, text)


def decided(request: OcpiRequest, command: str, result: str, text: str = "", **known: Any) -> Reply:
    """Answer with a result, and say so in the log."""
    event = catalogue.OCPI_COMMAND_DECIDED
    log.write(event, partner_id=request.partner_id, command=command, result=result, why=text or None, **known)
    return Reply(response(result, text))


def check_response_url(request: OcpiRequest, url: str) -> None:
    """Raise InvalidParameter for a response_url that is not this partner's: our network is not its to probe."""
    hosts = partners.known_hosts(request.partner)
    problem = callback_problem(url, hosts, private_allowed=settings.private_peers_allowed())
    if problem:
        raise InvalidParameter(f"Invalid field: response_url ({problem})")
