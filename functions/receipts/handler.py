"""GET /receipts/{reference}: the receipt of a payment. Who knows the reference may read it; anything else is 404."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from csms.domain.receipt import receipt
from csms.edge import log, log_catalogue, settings
from csms.store import receipts, sessions
from csms.store.dynamo import Store
from functions.receipts.catalogue import Language, language_of
from functions.receipts.page import HEADERS, page

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_REFERENCE: Final = re.compile(r"[!-~]{1,64}", re.ASCII)
# A shorter reference can be guessed: its receipt says nothing about the card.
_UNGUESSABLE: Final = 16
_NOT_FOUND: Final = {
    "statusCode": 404,
    "headers": {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"},
    "body": "Not found",
}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An HTTP API request (payload format 2.0)."""
    reference = (event.get("pathParameters") or {}).get("reference", "")
    store = Store()
    payment = receipts.find_payment(store, reference) if _REFERENCE.fullmatch(reference) else None
    if payment is None:
        log.write(log_catalogue.RECEIPT_REFUSED, why="unknown reference")
        return _NOT_FOUND
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    language = language_of(headers.get("accept-language"))
    body = _page(store, payment, language)
    log.write(log_catalogue.RECEIPT_SHOWN, payment_id=payment["payment_id"], state=payment["state"])
    return {"statusCode": 200, "headers": {**HEADERS, "Content-Language": language}, "body": body}


def _page(store: Store, payment: Item, language: Language) -> str:
    row = sessions.get_cdr(store, payment["cdr_id"]) if payment.get("cdr_id") else None
    cdr = row["cdr"] if row else None
    facs = [capture["fac"] for capture in sessions.captures_of(store, payment["payment_id"])]
    if len(payment["authorization_reference"]) < _UNGUESSABLE:
        facs = [{**fac, "eft_data": []} for fac in facs]
    return page(receipt(payment, cdr, facs), language, settings.own_party().name, payment, cdr)
