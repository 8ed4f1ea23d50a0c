"""Where a payment is found by its reference alone, as it stands in the URL of a receipt.

| partition | sort key | what |
|---|---|---|
| `RECEIPT#<authorization_reference>` | `<partner_id>` | names the payment |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.contract import SESSIONS
from csms.store import sessions
from csms.store.dynamo import Put

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store


def receipt_pointer(payment: Item) -> Put:
    """Makes the payment known under its reference; writing it again changes nothing."""
    return Put(
        SESSIONS,
        {
            "pk": f"RECEIPT#{payment['authorization_reference']}",
            "sk": payment["partner_id"],
            "kind": "RECEIPT",
            "payment_id": payment["payment_id"],
        },
    )


def find_payment(store: Store, authorization_reference: str) -> Item | None:
    """The payment with this reference, None where there is none.

    None also where two partners use the same reference: it then is no secret of one driver.
    """
    pointers = store.query(SESSIONS, f"RECEIPT#{authorization_reference}", limit=2)
    if len(pointers) != 1:
        return None
    return sessions.get_payment(store, pointers[0]["payment_id"])
