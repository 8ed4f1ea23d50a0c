"""Error codes of OCPP-J and the one exception that becomes a CALLERROR.

Spelling differs per version: 1.6 has FormationViolation and OccurenceConstraintViolation (ocpp-j-1.6 errata 5.1, 5.2),
2.0.1 and 2.1 have FormatViolation and OccurrenceConstraintViolation. Inside, one name is used; `wire_code` spells it.
NotImplemented = the action is unknown; NotSupported = known, but not offered here (ocpp-j-1.6 4.2.3, OCPP 2.0.1 part 4 4.3).
"""

from __future__ import annotations

from typing import Final

FORMAT_VIOLATION: Final = "FormatViolation"
GENERIC_ERROR: Final = "GenericError"
INTERNAL_ERROR: Final = "InternalError"
MESSAGE_TYPE_NOT_SUPPORTED: Final = "MessageTypeNotSupported"
NOT_IMPLEMENTED: Final = "NotImplemented"
NOT_SUPPORTED: Final = "NotSupported"
OCCURRENCE_VIOLATION: Final = "OccurrenceConstraintViolation"
PROPERTY_VIOLATION: Final = "PropertyConstraintViolation"
PROTOCOL_ERROR: Final = "ProtocolError"
RPC_FRAMEWORK_ERROR: Final = "RpcFrameworkError"
SECURITY_ERROR: Final = "SecurityError"
TYPE_VIOLATION: Final = "TypeConstraintViolation"

UNREADABLE_ID: Final = "-1"  # stands for an id that could not be read (OCPP 2.0.1 part 4, 4.2.3)
DESCRIPTION_LENGTH_MAX: Final = 255

_SPELLED_16: Final = {
    FORMAT_VIOLATION: "FormationViolation",
    OCCURRENCE_VIOLATION: "OccurenceConstraintViolation",
    MESSAGE_TYPE_NOT_SUPPORTED: PROTOCOL_ERROR,
    RPC_FRAMEWORK_ERROR: PROTOCOL_ERROR,
}


class OcppError(Exception):
    """A fault of the frame or its payload, answered as CALLERROR.

    `code` is one of this module's names, `description` a short own text that never echoes the payload. `answered` is
    False where the frame was itself an answer: those are never answered (ocpp-j-1.6 4.1.4).
    """

    def __init__(self, code: str, description: str, message_id: str = UNREADABLE_ID, *, answered: bool = True) -> None:
        super().__init__(description)
        self.code = code
        self.description = description[:DESCRIPTION_LENGTH_MAX]
        self.message_id = message_id
        self.answered = answered


def wire_code(code: str, protocol: str) -> str:
    """The error code as the given subprotocol (`ocpp1.6`, `ocpp2.0.1`, `ocpp2.1`) spells it."""
    return _SPELLED_16.get(code, code) if protocol == "ocpp1.6" else code
