"""Commands to a charger: queued here, sent when it is connected and free, answered by it.

A command is checked against the schema of the charger's OCPP version and by nothing else: what makes sense in its
present state only the charger knows. With an `Idempotency-Key` a repeated request gives the same command.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from csms.contract import OCPP_PROTOCOLS
from csms.domain.secrecy import without_secrets
from csms.ocpi import jsontext
from csms.ocpi.errors import BadJson
from csms.ocppj.commands import COMMANDS
from csms.ocppj.validation import violations
from csms.store import chargers, commands, followed, lists
from csms.store.dynamo import ConditionFailed
from functions.operator_api.api import ApiRequest, Body, Reply
from functions.operator_api.problems import Conflict, Invalid, NotFound
from functions.operator_api.smart_charging import check_profile, with_short_limits
from functions.operator_api.station_state import check_not_last_root
from functions.operator_api.stations import found

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from csms.ocppj.validation import Violation
    from csms.store.dynamo import Item
    from functions.operator_api.problems import Fault

_NAMESPACE: Final = uuid.UUID("0ac5eb6e-4f4d-5f0f-9d2e-2f7c7f7f6a1b")
_KEY_MAX: Final = 255
_STEPS: Final = (("QUEUED", "queued_at"), ("SENT", "sent_at"), ("ANSWERED", "answered_at"))
_SHOWN: Final = ("command_id", "charger_id", "action", "payload", "deadline")


class CommandBody(Body):
    """An OCPP action with its payload. After `deadline_seconds` it is not sent any more.

    A request or reservation id that is left out is drawn. `target_version`: what the station must report after a
    firmware update; without it any other version than before counts.
    """

    action: Annotated[str, Field(min_length=1, max_length=50)]
    payload: dict[str, Any] = Field(default_factory=dict)
    deadline_seconds: Annotated[int, Field(ge=1, le=7 * 24 * 3600)] = 300
    target_version: Annotated[str, Field(min_length=1, max_length=50)] | None = None


def create_command(request: ApiRequest, charger_id: str) -> Reply:
    """Queue a command. 202: it is on its way, follow it under its own path."""
    station = found(request, charger_id)
    return queue_command(request, station, protocol_of(request, station), request.read(CommandBody))


def queue_command(request: ApiRequest, station: Item, protocol: str, body: CommandBody) -> Reply:
    """Check and queue a command for a station that speaks `protocol`. Raises Invalid, Conflict."""
    charger_id = station["charger_id"]
    _check_offered(protocol, body)
    body = body.model_copy(update={"payload": with_short_limits(body.action, body.payload)})
    command_id = _command_id(request, charger_id)
    known = commands.get(request.store, charger_id, command_id) if "idempotency-key" in request.http.headers else None
    if known is None:
        known = _queued(request, station, protocol, command_id, body)
    if known is not None:
        _check_same(known, _as_numbered(body, known, followed.number_field(protocol, body.action)))
    return _accepted(request, charger_id, command_id)


def _queued(request: ApiRequest, station: Item, protocol: str, command_id: str, body: CommandBody) -> Item | None:
    """Queue it together with what is followed of it. Answers the command that another request queued under its id."""
    charger_id = station["charger_id"]
    command = followed.prepared(request.store, charger_id, protocol, body.action, body.payload)
    _check(protocol, body.action, command.payload)
    check_profile(body.action, command.payload)
    if body.action == "DeleteCertificate":
        check_not_last_root(request, charger_id, command.payload["certificateHashData"])
    try:
        more = followed.opened(station, command_id, command, request.now, target_version=body.target_version)
    except ValueError as error:
        raise Invalid(faults=[("payload", str(error))]) from error
    writes = commands.queued(
        charger_id,
        command_id,
        body.action,
        command.payload,
        request.now,
        deadline=request.now + timedelta(seconds=body.deadline_seconds),
        origin={"kind": "operator", "who": request.caller.who, **more.about},
    )
    audited = request.audited("command.queued", f"stations/{charger_id}", command_id=command_id, command=body.action)
    try:
        request.store.commit(*writes, *more.writes, audited)
    except ConditionFailed:
        known = commands.get(request.store, charger_id, command_id)
        if known is None:
            raise Conflict("The command was not queued: its number is in use") from None
        return known
    return None


def get_command(request: ApiRequest, charger_id: str, command_id: str) -> Reply:
    """A command: its state, what happened when, and the charger's answer."""
    return Reply(shown(_found(request, found(request, charger_id)["charger_id"], command_id), request.now))


def list_commands(request: ApiRequest, charger_id: str) -> Reply:
    """Commands of a charger, the latest first."""
    rows = lists.commands_of(found(request, charger_id)["charger_id"])
    return request.page(rows).reply(lambda command: shown(command, request.now))


def shown(command: Item, now: datetime) -> dict[str, Any]:
    """A command as it is shown. One that was not sent before its deadline never will be."""
    state = command["state"]
    if state == commands.QUEUED and commands.is_over(command, now):
        state = commands.EXPIRED
    timeline = [{"state": name, "at": command[attribute]} for name, attribute in _STEPS if attribute in command]
    if "ended_at" in command:
        timeline.append({"state": state, "at": command["ended_at"]})
    elif timeline and state in commands.FINAL_STATES:
        timeline[-1]["state"] = state
    return {
        **{name: command[name] for name in _SHOWN},
        "state": state,
        "requested_by": command["origin"].get("who") or {"kind": command["origin"]["kind"]},
        "timeline": timeline,
        "answer": _answer(command.get("answer")),
        "late_answer": _answer(command.get("late_answer")),
    }


def _answer(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """The charger's answer; the payload is kept as text, which a very long one stays."""
    if not answer or "payload" not in answer:
        return answer
    try:
        return {**answer, "payload": jsontext.decode(answer["payload"])}
    except BadJson:
        return answer


def _accepted(request: ApiRequest, charger_id: str, command_id: str) -> Reply:
    path = f"/api/stations/{charger_id}/commands/{command_id}"
    return Reply(shown(_found(request, charger_id, command_id), request.now), 202, {"Location": path})


def _found(request: ApiRequest, charger_id: str, command_id: str) -> Item:
    command = commands.get(request.store, charger_id, command_id)
    if command is None:
        raise NotFound(f"No command {command_id}")
    return command


def _command_id(request: ApiRequest, charger_id: str) -> str:
    key = request.http.headers.get("idempotency-key", "").strip()
    if not key:
        return commands.new_id()
    if len(key) > _KEY_MAX:
        raise Invalid(faults=[("Idempotency-Key", f"longer than {_KEY_MAX} characters")])
    return str(uuid.uuid5(_NAMESPACE, f"{request.caller.sub}\n{charger_id}\n{key}"))


def _as_numbered(body: CommandBody, command: Item, name: str | None) -> CommandBody:
    """The body with the number that was drawn for it the first time, which is not part of what is asked."""
    drawn = command["payload"].get(name)
    if name is None or name in body.payload or drawn is None:
        return body
    return body.model_copy(update={"payload": {**body.payload, name: drawn}})


def _check_same(command: Item | None, body: CommandBody) -> None:
    if command is None:
        raise Conflict("The command was not queued; try again")
    # Once the first one has ended its secrets are gone, and the rest of it is what can be compared.
    same = body.payload in (command["payload"], command.get("sealed")) or (
        "sealed" not in command and without_secrets(body.payload) == command["payload"]
    )
    if command["action"] != body.action or not same:
        raise Invalid("This Idempotency-Key was used for another command", [("Idempotency-Key", "used before")])


def protocol_of(request: ApiRequest, station: Item) -> str:
    """The version of the live or last connection; else the only one that the station may use."""
    connection = chargers.get_connection(request.store, station["charger_id"])
    known = connection.get("protocol") or station.get("protocol") or station.get("protocol_without_offer")
    possible = station.get("protocols") or OCPP_PROTOCOLS
    if known is None and len(possible) > 1:
        raise Conflict("The station never connected, so its OCPP version is not known")
    return str(known or possible[0])


def _check_offered(protocol: str, body: CommandBody) -> None:
    if body.action not in COMMANDS[protocol]:
        offered = ", ".join(sorted(COMMANDS[protocol]))
        raise Invalid(faults=[("action", f"not a command for {protocol}; there are {offered}")])
    if body.target_version is not None and body.action not in followed.FIRMWARE_ACTIONS:
        raise Invalid(faults=[("target_version", "only a firmware update has one")])


def _check(protocol: str, action: str, payload: Mapping[str, Any]) -> None:
    found_violations = violations(protocol, action, dict(payload))
    if found_violations:
        raise Invalid(faults=[_fault(violation) for violation in found_violations])


def _fault(violation: Violation) -> Fault:
    steps = ["payload", *map(str, violation.path), *([violation.missing] if violation.missing else [])]
    return ".".join(steps), violation.keyword
