"""The answer to SetVariables (B05): what the station took is desired of it from now on, what it refused is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.device_model import read_variable
from csms.store import device_model, station_rows
from csms.store.commands import payload_of
from csms.store.device_model import Told
from functions.ocpp.passwords import password_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply

_PASSWORD = ("securityctrlr", "basicauthpassword")


def writes(reply: Reply) -> tuple[Write, ...]:
    """Match every result with what was asked for, by variable and attribute (results come in any order)."""
    charger_id, answers = reply.charger.charger_id, list(_answers(reply))
    rows = device_model.answered(charger_id, answers, reply.command["command_id"], reply.now)
    passwords = [
        password_rows(reply, told.value or "", status)
        for told, status in answers
        if (told.variable.component.lower(), told.variable.name.lower()) == _PASSWORD and told.attribute == "Actual"
    ]
    return (*(passwords[-1] if passwords else ()), *station_rows.commit_but_last(reply.store, rows))


def _answers(reply: Reply) -> Iterator[tuple[Told, str]]:
    asked = {
        (variable.key, entry.get("attributeType", "Actual")): str(entry["attributeValue"])
        for entry in payload_of(reply.command).get("setVariableData") or []
        if (variable := read_variable(entry)) is not None
    }
    results: Any = (reply.payload or {}).get("setVariableResult")
    for result in results if isinstance(results, list) else []:
        variable = read_variable(result)
        attribute = result.get("attributeType", "Actual") if variable else ""
        if variable is not None and (variable.key, attribute) in asked:
            value = asked[variable.key, attribute]
            yield Told(variable, attribute, value), str(result.get("attributeStatus"))
