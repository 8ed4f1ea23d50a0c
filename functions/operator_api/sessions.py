"""Charging sessions and payments, as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.store import lists, sessions
from functions.operator_api.api import ApiRequest, Reply
from functions.operator_api.problems import NotFound

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_SESSION: Final = (
    "charger_id",
    "partner_id",
    "payment_id",
    "cdr_id",
    "pushed_at",
    "settled_at",
    "review",
    "open_matter",
    "open_since",
)
# Not shown: the tokens of the state machine, the partner's response URL, the driver's token, data of the driver's card.
_PAYMENT: Final = (
    "payment_id", "partner_id", "authorization_reference", "state", "opened_at", "closed_at", "session_id", "cdr_id",
    "charger_id", "evse_id", "connector_id", "transaction_id", "location_id", "evse_uid", "ocpi_connector_id",
    "limit_amount", "currency", "command_id", "start_result", "start_accepted", "transaction_ended", "charging_since",
    "settled_at", "amount", "over_limit", "await_capture", "capture_reported_at", "captured_amount", "capture_id",
    "capture_reason", "state_since", "review_reasons", "open_since", "tariff",
)  # fmt: skip
_CAPTURE: Final = (
    "id", "total_costs", "currency", "capture_status_code", "capture_status_message", "last_updated",
)  # fmt: skip


def get_session(request: ApiRequest, session_id: str) -> Reply:
    """One session, with its CDR where there is one."""
    row = sessions.get_session(request.store, session_id)
    if row is None:
        raise NotFound(f"No session {session_id}")
    cdr = sessions.get_cdr(request.store, row["cdr_id"]) if row.get("cdr_id") else None
    return Reply({**_session(row), "cdr": cdr["cdr"] if cdr else None})


def list_sessions(request: ApiRequest) -> Reply:
    """Sessions of an `owner` (a partner's id; without one, those that belong to no partner), the latest first."""
    owner = request.http.query.get("owner") or sessions.LOCAL_OWNER
    return request.page(lists.sessions_of(owner, "SESSIONS")).reply(_session)


def list_payments(request: ApiRequest, partner_id: str) -> Reply:
    """Payments of a partner's terminals, the latest first."""
    return request.page(lists.sessions_of(partner_id, "PAYMENTS")).reply(_payment)


def get_payment(request: ApiRequest, partner_id: str, reference: str) -> Reply:
    """One payment: its state, what it belongs to, and the captures that were reported."""
    identity = sessions.payment_id(partner_id, reference)
    payment = sessions.get_payment(request.store, identity)
    if payment is None:
        raise NotFound("No such payment")
    captures = [_only(row["fac"], _CAPTURE) for row in sessions.captures_of(request.store, identity)]
    return Reply({**_payment(payment), "captures": captures})


def _session(row: Item) -> dict[str, Any]:
    return {"session": row["session"], **_only(row, _SESSION)}


def _payment(row: Item) -> dict[str, Any]:
    return _only(row, _PAYMENT)


def _only(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
