"""What can go wrong with an OCPI request, as exceptions that know both of their codes.

    OcpiError                   http  ocpi
    ├── BadJson                 400   2000   the body is not JSON
    ├── Unauthorized            401   2000   no, or an unknown, credentials token
    ├── NotFound                404   2000   the addressed object does not exist
    ├── MethodNotAllowed        405   2000   also: POST when registered, PUT or DELETE when not
    ├── ClientError             200   2000   generic
    ├── InvalidParameter        200   2001
    ├── NotEnoughInformation    200   2002
    ├── UnknownLocation         200   2003
    ├── UnknownToken            200   2004
    ├── ServerError             200   3000
    ├── ClientApiUnusable       200   3001   our calls during the handshake failed
    ├── UnsupportedVersion      200   3002
    ├── NoMatchingEndpoints     200   3003
    └── UnknownReceiver         200   4001   only where we act as a hub

A request that is authenticated, well-formed JSON and addresses something that exists is never answered with an HTTP
error: the OCPI status code tells (OCPI status_codes).
"""

# ruff: noqa: N818 - the names are those of OCPI's status codes and HTTP's, which do not end in Error

from typing import ClassVar


class OcpiError(Exception):
    """An OCPI request that cannot be answered with success. `message` goes to the partner: no secrets, no values."""

    http_status: ClassVar[int] = 200
    status_code: ClassVar[int] = 2000
    default_message: ClassVar[str] = "The request cannot be processed"

    def __init__(self, message: str = "") -> None:
        self.message = message or self.default_message
        super().__init__(self.message)


class BadJson(OcpiError):
    """The body is not a JSON text."""

    http_status = 400
    default_message = "The body is not valid JSON"


class Unauthorized(OcpiError):
    """The Authorization header is missing or its token is not known."""

    http_status = 401
    default_message = "The credentials token is missing or unknown"


class NotFound(OcpiError):
    """The addressed object does not exist, or is not this partner's."""

    http_status = 404
    default_message = "The object does not exist"


class MethodNotAllowed(OcpiError):
    """The method is not part of this interface, or not in this state of the registration."""

    http_status = 405
    default_message = "The method is not allowed here"


class ClientError(OcpiError):
    """Generic client error."""


class InvalidParameter(OcpiError):
    """A field or parameter is missing or unusable."""

    status_code = 2001
    default_message = "Invalid or missing parameter"


class NotEnoughInformation(OcpiError):
    """The request would need more information to be decided."""

    status_code = 2002
    default_message = "Not enough information"


class UnknownLocation(OcpiError):
    """The Location, EVSE or Connector of a command is not known."""

    status_code = 2003
    default_message = "Unknown location"


class UnknownToken(OcpiError):
    """The Token is not known."""

    status_code = 2004
    default_message = "Unknown token"


class ServerError(OcpiError):
    """We failed; the partner did nothing wrong."""

    status_code = 3000
    default_message = "Server error"


class ClientApiUnusable(OcpiError):
    """Our requests to the partner's interface failed."""

    status_code = 3001
    default_message = "Unable to use the client's API"


class UnsupportedVersion(OcpiError):
    """The partner does not offer the version in question."""

    status_code = 3002
    default_message = "Unsupported version"


class NoMatchingEndpoints(OcpiError):
    """An endpoint that the connection needs is missing at the partner."""

    status_code = 3003
    default_message = "No matching endpoints"


class UnknownReceiver(OcpiError):
    """The party in the OCPI-to headers cannot be reached through us."""

    status_code = 4001
    default_message = "Unknown receiver"
