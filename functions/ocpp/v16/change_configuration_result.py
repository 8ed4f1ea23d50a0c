"""The answer to ChangeConfiguration (ocpp-1.6 §5.3): what the charger took is desired of it, what it refused is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain.device_model import CONFIGURATION, Variable
from csms.store import device_model
from csms.store.commands import payload_of
from csms.store.device_model import Told
from functions.ocpp.passwords import password_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The key's row, and for AuthorizationKey the new password's hashes. NotSupported: the key is not known there."""
    asked, status = payload_of(reply.command), str((reply.payload or {}).get("status"))
    told = Told(Variable(CONFIGURATION, str(asked["key"])), value=str(asked["value"]))
    charger_id, command_id = reply.charger.charger_id, reply.command["command_id"]
    rows = device_model.answered(charger_id, [(told, status)], command_id, reply.now)
    is_password = told.variable.name.lower() == "authorizationkey"
    return (*rows, *(password_rows(reply, told.value or "", status) if is_password else ()))
