"""Every frame of every charger.

The way of a frame: read (codec) → route (table) → validate → decide (pure: answer, writes) → commit (one call; a replay
gets the stored answer) → answer. `handle_frame` is that way and knows no transport; `handler` is API Gateway's.

Errors, mapped here and nowhere else:
- `OcppError` (the frame's own fault) → CALLERROR with the protocol's code. Messages of a transaction never get one: their
  payload is parked and they are answered as if it had been used, because a CALLERROR makes most chargers drop the
  transaction for good.
- `StorageUnavailable` → no answer for messages of a transaction (every real stack repeats them), CALLERROR InternalError
  for the others.
- anything else is a fault of ours: logged, CALLERROR InternalError, or, for a transaction's message, parked.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from csms import contract
from csms.edge import log, log_catalogue
from csms.ocppj import codec, errors, tolerance, validation
from csms.ocppj.errors import OcppError
from csms.store import chargers
from csms.store.dynamo import ConditionFailed, StorageUnavailable, Store
from functions.ocpp import routes
from functions.ocpp.decision import DECIDE_TRIES, Charger, Decision, Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from csms.store.dynamo import Item, Write

_MUST_BOOT_FIRST: Final = "BootNotification must be accepted first"
_PARKED_CHARACTERS_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reply` is the frame to send back, None for none. `afterwards` is done once it has left."""

    reply: str | None
    afterwards: Callable[[], None] | None = None


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One WebSocket MESSAGE event. Two-way routes answer by route response, the others through @connections."""
    charger = charger_of(event["requestContext"])
    store = Store()
    outcome = handle_frame(charger, event.get("body") or "", datetime.now(UTC), store)
    by_route = event["requestContext"].get("routeKey") in contract.TWO_WAY_ACTIONS
    if outcome.reply is not None and not by_route:
        _post(charger, outcome.reply)
    if outcome.afterwards is not None:
        _safely(outcome.afterwards, charger)
    return {"statusCode": 200, "body": outcome.reply} if by_route and outcome.reply else {"statusCode": 200}


def handle_frame(charger: Charger, text: str, now: datetime, store: Store) -> Outcome:
    """Handle one frame of a charger, whatever brought it. Never raises."""
    try:
        message = codec.read(text, charger.protocol)
    except OcppError as error:
        return _unreadable(charger, text, error, now, store)
    if isinstance(message, codec.Call):
        return _call(charger, message, now, store)
    if isinstance(message, codec.Send):
        return Outcome(None, lambda: _unconfirmed(charger, message, now, store))
    from functions.ocpp import replies  # the hot path is requests: only they count for a cold start

    if isinstance(message, codec.CallResultError):
        return Outcome(None, lambda: replies.answer_refused(charger, message, now, store))
    return Outcome(replies.result_error(charger, message, store), lambda: replies.take(charger, message, now, store))


def charger_of(request: dict[str, Any]) -> Charger:
    """The charger, from the authorizer's context that rides on every frame."""
    known = request["authorizer"]
    return Charger(
        known[contract.CONTEXT_CHARGER_ID],
        known[contract.CONTEXT_PROTOCOL],
        request["connectionId"],
        int(known.get(contract.CONTEXT_SECURITY_PROFILE) or 0),
        known.get(contract.CONTEXT_REGISTRATION) or "accepted",
    )


# --- requests of the charger ----------------------------------------------------------------------------------------


def _call(charger: Charger, call: codec.Call, now: datetime, store: Store) -> Outcome:
    route = routes.REQUESTS[charger.protocol].get(call.action)
    try:
        if route is None:
            raise _not_routed(charger.protocol, call.action)
        _check_registration(charger, call.action, store)
        frame, faults = _validated(charger, call, now, store)
        if faults:
            if not route.transactional:
                raise OcppError(faults[0].code, str(faults[0]))
            return _park(frame, call, route, f"schema: {faults[0]}")
        return _decide(frame, call, route)
    except OcppError as error:
        log.write(
            log_catalogue.OCPP_FRAME_REFUSED, charger_id=charger.charger_id, action=call.action[:50], code=error.code,
            reason=error.description,
        )  # fmt: skip
        return Outcome(codec.write_error(error, call.message_id, charger.protocol))
    except StorageUnavailable as error:
        log.write(log_catalogue.STORAGE_UNAVAILABLE, error=error, charger_id=charger.charger_id, action=call.action)
        silent = route is not None and route.transactional
        return Outcome(None if silent else _internal_error(charger, call.message_id))
    except Exception as error:  # noqa: BLE001 - the charger must get an answer, whatever is wrong with us
        log.write(log_catalogue.UNEXPECTED_ERROR, error=error, charger_id=charger.charger_id, action=call.action)
        return _our_fault(charger, call, route, now, store)


def _not_routed(protocol: str, action: str) -> OcppError:
    if action in routes.SENDS[protocol]:
        return OcppError(errors.PROTOCOL_ERROR, "this action is a SEND, not a CALL")
    if action in routes.NOT_OFFERED[protocol] or action in routes.COMMANDS[protocol]:
        return OcppError(errors.NOT_SUPPORTED, "this action is not offered to charging stations here")
    return OcppError(errors.NOT_IMPLEMENTED, "this action is not known")


def _check_registration(charger: Charger, action: str, store: Store) -> None:
    """Before its boot was accepted a charger may only boot (ocpp-j-1.6 errata 3.8, TC_B_30).

    Only connections that were made while the registration was pending are looked up again: the rest costs no read.
    """
    if charger.registration == "accepted" or action == "BootNotification":
        return
    station = chargers.get_station(store, charger.charger_id)
    if station is None or station["registration"] != "accepted":
        raise OcppError(errors.SECURITY_ERROR, _MUST_BOOT_FIRST)


def _validated(
    charger: Charger, call: codec.Call | codec.Send, now: datetime, store: Store
) -> tuple[Frame, tuple[validation.Violation, ...]]:
    rules: tuple[str, ...] = (call.repaired,) if call.repaired else ()
    faults: tuple[validation.Violation, ...] = ()
    payload = call.payload
    found = validation.violations(charger.protocol, call.action, payload)
    if any(violation.keyword == "Type" for violation in found):
        payload = tolerance.without_nulls(payload)
        if payload != call.payload:
            rules += (tolerance.NULL_MEMBER,)
            found = validation.violations(charger.protocol, call.action, payload)
    if found:
        accepted, faults = tolerance.sort(call.action, found)
        rules += accepted
    return Frame(charger, call.action, payload, now, store, rules), faults


@cache
def _module(name: str) -> Any:
    """The file of an action, imported when the first frame needs it."""
    return import_module(name)


def _decide(frame: Frame, call: codec.Call, route: routes.Route) -> Outcome:
    decision: Decision = _module(route.module).decide(frame)
    for _ in range(DECIDE_TRIES):
        try:
            committed = frame.store.commit(*decision.writes)
            break
        except ConditionFailed:
            if decision.otherwise is None:
                raise
            decision = decision.otherwise()
    else:
        raise StorageUnavailable("others keep changing what this frame changes")
    item: Item = committed or {}
    answer = decision.answer(item) if callable(decision.answer) else decision.answer
    _check_answer(frame, answer)
    after = decision.after
    afterwards = (lambda: _commit_after(frame.store, after(item))) if after is not None else None
    return Outcome(codec.write_result(call.message_id, answer), afterwards)


def _check_answer(frame: Frame, answer: dict[str, Any]) -> None:
    """Our own answers are held against the schema too. A wrong one is our fault and is seen; it is sent all the same."""
    found = validation.violations(frame.charger.protocol, frame.action, answer, answer=True)
    if found:
        log.write(log_catalogue.UNEXPECTED_ERROR, reason=f"answer to {frame.action}: {found[0]}")


def _commit_after(store: Store, writes: tuple[Write, ...]) -> None:
    if not writes:
        return
    try:
        store.commit(*writes)
    except ConditionFailed:
        return  # done already, by the frame before or after this one


def _park(frame: Frame, call: codec.Call, route: routes.Route, reason: str) -> Outcome:
    """Keep what cannot be used, and answer as if it could: a CALLERROR would make the charger drop its transaction."""
    frame.store.commit(chargers.parked(frame.charger_id, frame.action, frame.payload, reason, frame.now))
    log.write(log_catalogue.OCPP_PAYLOAD_PARKED, charger_id=frame.charger_id, action=frame.action, reason=reason)
    unusable = getattr(_module(route.module), "unusable", None)
    return Outcome(codec.write_result(call.message_id, unusable(frame) if unusable else {}))


def _our_fault(charger: Charger, call: codec.Call, route: routes.Route | None, now: datetime, store: Store) -> Outcome:
    """A fault of ours. A transaction's message is parked and acknowledged; where even that fails it is not answered."""
    if route is None or not route.transactional:
        return Outcome(_internal_error(charger, call.message_id))
    frame = Frame(charger, call.action, call.payload, now, store)
    try:
        return _park(frame, call, route, "unexpected error")
    except Exception as error:  # noqa: BLE001 - silence makes the charger repeat the message, an error would lose it
        log.write(log_catalogue.UNEXPECTED_ERROR, error=error, charger_id=charger.charger_id, action=call.action)
        return Outcome(None)


def _unreadable(charger: Charger, text: str, error: OcppError, now: datetime, store: Store) -> Outcome:
    """A frame that is no message. 1.6 knows no answer where the id cannot be read; 2.x answers with the id "-1"."""
    log.write(
        log_catalogue.OCPP_FRAME_REFUSED, charger_id=charger.charger_id, code=error.code, reason=error.description
    )
    parked = chargers.parked(charger.charger_id, "unreadable", text[:_PARKED_CHARACTERS_MAX], error.description, now)
    try:
        store.commit(parked)
    except StorageUnavailable as failure:
        log.write(log_catalogue.STORAGE_UNAVAILABLE, error=failure, charger_id=charger.charger_id)
    ignored = error.message_id == errors.UNREADABLE_ID or error.code == errors.MESSAGE_TYPE_NOT_SUPPORTED
    if charger.protocol == routes.OCPP21:  # other message types shall be ignored (OCPP 2.1 part 4, 4.1.3)
        ignored = error.code == errors.MESSAGE_TYPE_NOT_SUPPORTED
    if not error.answered or (charger.protocol != routes.OCPP201 and ignored):
        return Outcome(None)
    return Outcome(codec.write_error(error, error.message_id, charger.protocol))


def _internal_error(charger: Charger, message_id: str) -> str:
    error = OcppError(errors.INTERNAL_ERROR, "the message could not be handled now")
    return codec.write_error(error, message_id, charger.protocol)


# --- 2.1: messages without an answer -------------------------------------------------------------------------------


def _unconfirmed(charger: Charger, send: codec.Send, now: datetime, store: Store) -> None:
    """A SEND: used or kept, never answered (OCPP 2.1 part 4, 4.2.4)."""
    route = routes.SENDS[charger.protocol].get(send.action)
    try:
        if route is None:
            raise OcppError(errors.NOT_SUPPORTED, "this action is no SEND")
        _check_registration(charger, send.action, store)
        frame, faults = _validated(charger, send, now, store)
        if faults:
            raise OcppError(faults[0].code, str(faults[0]))
        store.commit(*_module(route.module).decide(frame).writes)
    except OcppError as error:
        log.write(
            log_catalogue.OCPP_FRAME_REFUSED, charger_id=charger.charger_id, action=send.action[:50], code=error.code,
            reason=error.description,
        )  # fmt: skip
        store.commit(chargers.parked(charger.charger_id, send.action[:50], send.payload, error.description, now))


# --- the transport --------------------------------------------------------------------------------------------------


def _post(charger: Charger, reply: str) -> None:
    from csms.edge import connections

    try:
        connections.post(charger.connection_id, reply)
    except (connections.ConnectionGone, connections.ConnectionBusy) as error:
        # What was said is written; the charger repeats it on its next connection and gets the same answer.
        log.write(log_catalogue.OCPP_ANSWER_NOT_SENT, charger_id=charger.charger_id, reason=type(error).__name__)


def _safely(work: Callable[[], None], charger: Charger) -> None:
    """Work that follows an answer must never take it back."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the charger's answer has left; the fault is ours alone
        log.write(log_catalogue.UNEXPECTED_ERROR, error=error, charger_id=charger.charger_id)


gc.freeze()  # what was imported stays; the collector need not walk it again
gc.enable()
