"""FinancialAdviceConfirmations: what was captured of a card. Facts about money are kept, whatever they say.

The same id again replaces what was stored where it is not older. Another id for the same payment is kept beside it.
A confirmation for a payment that we do not know is kept too. Where the payment session waits for its capture, the signal
is written in the same transaction; the condition on `capture_token` lets neither side miss the other: the session
writes its token first and then looks for captures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.edge import log
from csms.edge import log_catalogue as catalogue
from csms.edge.ocpi_http import OcpiRequest, Reply
from csms.edge.ocpi_lists import page_reply
from csms.ocpi import render
from csms.ocpi.errors import InvalidParameter, NotFound, ServerError
from csms.ocpi.models.base import parse
from csms.ocpi.models.payments import FinancialAdviceConfirmation
from csms.store import outbox, sessions
from csms.store.captures import capture_step
from csms.store.dynamo import Condition, ConditionFailed

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write

PATH: Final = "financial-advice-confirmations"
_TRIES: Final = 4
_OWNED: Final = "FACS"
_MENDABLE: Final = ("CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING")  # nobody waits for a signal any more


def list_captures(request: OcpiRequest) -> Reply:
    """The partner's confirmations, filtered by when they arrived here."""
    return page_reply(
        request,
        sessions.list_owned(request.store, request.partner_id, _OWNED),
        last_updated=lambda pointer: str(pointer["created"]).partition("#")[0],
        show=lambda pointer: _shown(request, str(pointer["created"]).partition("#")[2]),
        below=(PATH,),
    )


def get_capture(request: OcpiRequest, capture_id: str) -> Reply:
    """One confirmation."""
    return Reply(_shown(request, capture_id))


def post_capture(request: OcpiRequest) -> Reply:
    """A new confirmation, or a repeated one."""
    return _recorded(request, parse(FinancialAdviceConfirmation, request.json))


def put_capture(request: OcpiRequest, capture_id: str) -> Reply:
    """The same under its id, as some platforms repeat it."""
    body = request.json
    if isinstance(body, dict) and body.get("id") is None:
        body = {**body, "id": capture_id}
    capture = parse(FinancialAdviceConfirmation, body)
    if capture.id.lower() != capture_id.lower():
        raise InvalidParameter("Field differs from the URL: id")
    return _recorded(request, capture)


def _shown(request: OcpiRequest, capture_id: str) -> dict[str, Any]:
    row = sessions.get_capture(request.store, request.partner_id, capture_id)
    if row is None:
        raise NotFound
    return render.financial_advice_confirmation(row["fac"], request.version)


def _recorded(request: OcpiRequest, capture: FinancialAdviceConfirmation) -> Reply:
    if capture.warnings:
        log.write(catalogue.OCPI_INPUT_TOLERATED, partner_id=request.partner_id, warnings=list(capture.warnings))
    fac = {"last_updated": format_time(request.now), **capture.document()}
    for _ in range(_TRIES):
        before = sessions.get_capture(request.store, request.partner_id, capture.id)
        identity = sessions.payment_id(request.partner_id, capture.authorization_reference)
        if before is not None and _is_settled(before["fac"], fac):
            _mend(request, identity)
            return Reply()
        payment = sessions.get_payment(request.store, identity)
        writes = sessions.capture_recorded(request.partner_id, fac, request.now, was=before)
        try:
            request.store.commit(*writes, *_signal(payment, fac, request))
        except ConditionFailed:  # the payment went on, or the same confirmation came twice at the same moment
            continue
        _tell(request, identity, payment, fac)
        _mend(request, identity)
        return Reply(http_status=200 if before else 201)
    raise ServerError


def _is_settled(before: dict[str, Any], fac: dict[str, Any]) -> bool:
    """Whether nothing is to be written: the same again, or something older. Raises where the id names another payment."""
    if before["authorization_reference"] != fac["authorization_reference"]:
        raise InvalidParameter("Field differs from what was confirmed under this id: authorization_reference")
    return bool(fac["last_updated"] < before["last_updated"] or fac == before)


def _signal(payment: Item | None, fac: dict[str, Any], request: OcpiRequest) -> tuple[Write, ...]:
    """Note the capture on the payment and wake the session up where it waits."""
    if payment is None:
        return ()
    token = payment.get("capture_token")
    same = Condition("capture_token", "=", token) if token else Condition("capture_token", "absent")
    noted = sessions.payment_changed(
        payment["payment_id"],
        was=(payment["state"],),
        conditions=(same,),
        capture_reported_at=format_time(request.now),
    )
    if not token:
        return (noted,)
    output = {"capture_id": fac["id"], "capture_status_code": fac["capture_status_code"]}
    row_id = f"captured-{fac['id']}-{format_time(request.now)}"
    signal = outbox.to_workflow(
        payment["payment_id"], "success", request.now, task_token=token, row_id=row_id, output=output
    )
    return (noted, signal)


def _mend(request: OcpiRequest, identity: str) -> None:
    """Where the session is over and its capture failed, differed or was missed: see whether it is right now."""
    for _ in range(_TRIES):
        payment = sessions.get_payment(request.store, identity)
        if payment is None or payment["state"] not in _MENDABLE:
            return
        try:
            request.store.commit(*capture_step(request.store, payment, request.now))
        except ConditionFailed:  # another confirmation of the same moment
            continue
        return


def _tell(request: OcpiRequest, identity: str, payment: Item | None, fac: dict[str, Any]) -> None:
    known = {"partner_id": request.partner_id, "payment_id": identity, "capture_status": fac["capture_status_code"]}
    if payment is None:
        log.write(catalogue.OCPI_CAPTURE_SUSPECT, **known, why="no such payment")
    elif payment.get("currency") and payment["currency"] != fac["currency"]:
        log.write(catalogue.OCPI_CAPTURE_SUSPECT, **known, why="another currency")
    else:
        log.write(catalogue.OCPI_CAPTURE_RECEIVED, **known)
