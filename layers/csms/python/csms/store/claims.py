"""Who may start next on an EVSE: one payment session at a time, from its request until its transaction or its end.

| partition | sort key | what |
|---|---|---|
| `CP#<charger_id>` | `CLAIM#<evse>` | the payment session that last asked for this EVSE |

A claim is never given back: it counts while its payment waits for its start, and is replaced by the next one. Writing
it depends on the claim that was read, so of two terminals that ask at the same moment one gets the EVSE.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.contract import CHARGERS
from csms.domain.times import format_time, parse_time
from csms.store import sessions
from csms.store.chargers import expiry, partition
from csms.store.dynamo import Condition, Item, Put, Store, absent

if TYPE_CHECKING:
    from datetime import datetime

_WAITING: Final = frozenset({"REQUESTED", "STARTING"})


def get_claim(store: Store, charger_id: str, evse_id: int) -> Item | None:
    """The last claim of an EVSE, whether it still counts or not."""
    return store.get(CHARGERS, partition(charger_id), f"CLAIM#{evse_id}")


def is_held(store: Store, claim: Item | None, now: datetime) -> bool:
    """Whether the claim's payment session still waits for its start on this EVSE."""
    if claim is None or parse_time(claim["valid_until"]) <= now:
        return False
    payment = sessions.get_payment(store, claim["payment_id"])
    return payment is not None and payment["state"] in _WAITING


def claimed(charger_id: str, evse_id: int, payment_id: str, until: datetime, *, was: Item | None) -> Put:
    """Claim an EVSE. Fails where another claim came after `was` was read."""
    row = {
        "pk": partition(charger_id),
        "sk": f"CLAIM#{evse_id}",
        "kind": "CLAIM",
        "payment_id": payment_id,
        "valid_until": format_time(until),
        "expires_at_s": expiry(until, timedelta(days=1)),
    }
    condition = Condition("payment_id", "=", was["payment_id"]) if was else absent()
    return Put(CHARGERS, row, (condition,))
