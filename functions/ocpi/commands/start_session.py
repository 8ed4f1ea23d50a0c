"""START_SESSION: a card is authorised at a terminal (or a driver asks by app), and the charger is to start.

The answer is given from what is known now. Accepted, the request becomes a payment session: one transaction writes it,
its claim on the EVSE and the start of its workflow, which sends the remote start. The same request again gets the same
answer and starts nothing; another request under the same authorization_reference is refused.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import COMMAND_TIMEOUT_SECONDS, START_WAIT_SECONDS
from csms.edge import partners
from csms.ocpi.errors import InvalidParameter
from csms.ocpi.models.base import parse
from csms.ocpi.models.commands import StartSession
from csms.store import chargers, claims, outbox, sessions
from csms.store.dynamo import ConditionFailed
from functions.ocpi.commands import answers
from functions.ocpi.commands.availability import OCCUPIED, refusal, serving_terminals
from functions.ocpi.commands.place import Place, find_place
from functions.ocpi.commands.snapshot import Snapshot, tariff_snapshot

if TYPE_CHECKING:
    from csms.edge.ocpi_http import OcpiRequest, Reply
    from csms.store.dynamo import Item

COMMAND: Final = "START_SESSION"
REQUESTED: Final = "REQUESTED"
_ANOTHER: Final = "This authorization_reference belongs to another request"
_NO_TERMINAL: Final = "No terminal of yours is assigned to this EVSE"
_NO_TARIFF: Final = "There is no tariff to charge by"
_CURRENCY: Final = "EUR"  # of a session that costs nothing
_SLACK_SECONDS: Final = 30
_PARTNER_INVOICES: Final = "PTP"  # OCPI's word for: not we but the partner makes the invoice, and reports no capture


@dataclass(frozen=True, slots=True)
class _Payer:
    """Who pays and at what price: by card (`capture`, with a hold), or by the bill of an eMSP."""

    snapshot: Snapshot | None
    capture: bool
    invoice_creator: str | None
    refusal: str | None = None


def start_session(request: OcpiRequest) -> Reply:
    """Answer START_SESSION."""
    command = parse(StartSession, request.json)
    answers.check_response_url(request, command.response_url)
    place = find_place(request, command.location_id, command.evse_uid, command.connector_id)
    reference = _reference(request, command)
    identity = sessions.payment_id(request.partner_id, reference)
    digest = chargers.digest(place.location["id"], place.evse["uid"], place.connector["id"], command.token.uid.lower())
    known = sessions.get_payment(request.store, identity)
    if known is not None:
        return _again(request, known, digest)
    token = _token(request, command)
    claim = claims.get_claim(request.store, place.charger_id, place.evse_id) if place.charger_id else None
    payer = _payer(request, place)
    why = payer.refusal or refusal(request, place, claim, token)
    if why is not None:
        return answers.decided(request, COMMAND, answers.REJECTED, why, evse_uid=place.evse["uid"])
    facts = {
        **_facts(place, payer),
        "token": token,
        "response_url": command.response_url,
        "request_digest": digest,
        "start_wait_seconds": _wait_seconds(request, place),
    }
    return _opened(request, reference, place, claim, facts)


def _opened(request: OcpiRequest, reference: str, place: Place, claim: Item | None, facts: dict[str, Any]) -> Reply:
    """Write the payment session, its claim and the start of its workflow, all or nothing."""
    identity = sessions.payment_id(request.partner_id, reference)
    until = request.now + timedelta(seconds=facts["start_wait_seconds"] + _SLACK_SECONDS)
    workflow_input = {
        "payment": {"partner_id": request.partner_id, "authorization_reference": reference},
        "start_wait_seconds": facts["start_wait_seconds"],
    }
    try:
        request.store.commit(
            sessions.payment_opened(
                request.partner_id,
                reference,
                REQUESTED,
                request.now,
                command_response=answers.response(answers.ACCEPTED),
                **facts,
            ),
            claims.claimed(str(place.charger_id), place.evse_id, identity, until, was=claim),
            outbox.to_workflow(identity, "start", request.now, row_id=f"start-{identity}", input=workflow_input),
        )
    except ConditionFailed:  # the same request, or another terminal's, was a moment earlier
        known = sessions.get_payment(request.store, identity)
        if known is not None:
            return _again(request, known, facts["request_digest"])
        return answers.decided(request, COMMAND, answers.REJECTED, OCCUPIED, evse_uid=place.evse["uid"])
    return answers.decided(request, COMMAND, answers.ACCEPTED, payment_id=identity, evse_uid=place.evse["uid"])


def _again(request: OcpiRequest, known: Item, digest: str) -> Reply:
    """The earlier answer where it is the same request; else no."""
    if known["request_digest"] != digest:
        return answers.decided(request, COMMAND, answers.REJECTED, _ANOTHER, payment_id=known["payment_id"])
    earlier = known["command_response"]
    text = (earlier.get("message") or [{}])[0].get("text", "")
    return answers.decided(request, COMMAND, earlier["result"], text, payment_id=known["payment_id"], repeated=True)


def _reference(request: OcpiRequest, command: StartSession) -> str:
    """The reference of the payment. A card payment cannot be captured without one; an app's session gets ours."""
    if command.authorization_reference:
        return command.authorization_reference
    if partners.is_terminal_provider(request.partner):
        raise InvalidParameter("Missing field: authorization_reference")
    return str(uuid.uuid4())


def _token(request: OcpiRequest, command: StartSession) -> dict[str, Any]:
    """The token as an OCPI document, with an owner and a contract also where the command names none."""
    theirs = partners.their_party(request.partner)
    return {**command.token.document(), **command.token.cdr_token(theirs.country_code, theirs.party_id)}


def _payer(request: OcpiRequest, place: Place) -> _Payer:
    """A terminal provider needs a terminal at the EVSE and a price to hold; an app's session is billed by its provider."""
    paid_by_card = partners.is_terminal_provider(request.partner)
    snapshot = tariff_snapshot(request.store, place, ad_hoc=paid_by_card, now=request.now)
    if not paid_by_card:
        return _Payer(snapshot, capture=False, invoice_creator=_PARTNER_INVOICES)
    terminals = serving_terminals(request.store, request.partner_id, place)
    creators = [str(terminal["invoice_creator"]) for terminal in terminals if terminal.get("invoice_creator")]
    why = None if terminals else _NO_TERMINAL
    if why is None and snapshot is None:
        why = _NO_TARIFF
    return _Payer(snapshot, capture=True, invoice_creator=creators[0] if creators else None, refusal=why)


def _facts(place: Place, payer: _Payer) -> dict[str, Any]:
    """What the payment keeps of the place and the price as they are now. Without a hold nothing limits the session."""
    snapshot = payer.snapshot
    return {
        "charger_id": place.charger_id,
        "evse_id": place.evse_id,
        "connector_id": place.connector_id,
        "location_id": place.location["id"],
        "evse_uid": place.evse["uid"],
        "ocpi_connector_id": place.connector["id"],
        "time_zone": place.location.get("time_zone") or "UTC",
        "tariff": snapshot.document if snapshot else None,
        "currency": snapshot.currency if snapshot else _CURRENCY,
        "limit_amount": snapshot.hold_amount if snapshot and payer.capture else None,
        "capture": payer.capture,
        "invoice_creator": payer.invoice_creator,
    }


def _wait_seconds(request: OcpiRequest, place: Place) -> int:
    """How long the transaction may be waited for: answer and plugging in, by the station's own timeout where known."""
    station = chargers.get_station(request.store, str(place.charger_id)) or {}
    timeout = station.get("connection_timeout_seconds")
    return COMMAND_TIMEOUT_SECONDS + int(timeout) + _SLACK_SECONDS if timeout else START_WAIT_SECONDS
