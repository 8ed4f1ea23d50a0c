"""Transactions with their ledger, sessions, CDRs, payments and captures: everything a bill is made of.

| partition | sort key | what |
|---|---|---|
| `TX#<charger_id>#<transaction_id>` | `TX` | a transaction with its running ledger, tariff snapshot and limit |
| same | `LEDGER#<digest>` | ledger entries that were moved out of a long transaction |
| `SESSION#<session_id>` | `SESSION` | the OCPI Session (internal document `session`) and what it belongs to |
| `CDR#<cdr_id>` | `CDR` | the OCPI CDR (internal document `cdr`) |
| `PAY#<payment_id>` | `PAYMENT` | a payment session: its state, hold, limit, tokens of the state machine |
| same | `FAC#<id>` | captures (FinancialAdviceConfirmation), also where the payment is unknown |
| `FAC#<partner_id>#<id>` | `FAC` | where a capture is found by its own id |
| `COUNTER#transaction` | `COUNTER` | the 1.6 transaction ids |

`payment_id` is `<partner_id>#<authorization_reference>`.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from csms.contract import INDEX_OPEN, INDEX_OWNED, SESSIONS, TRANSACTION_SORT_KEY
from csms.domain.times import format_time
from csms.store.dynamo import Condition, Item, Put, Store, Update, absent, exists

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TX: Final = TRANSACTION_SORT_KEY
LOCAL_OWNER: Final = "LOCAL"  # sessions that belong to no partner

OPEN_PAYMENTS: Final = "PAYMENT"
OPEN_REVIEWS: Final = "REVIEW"
OPEN_STRANDED: Final = "STRANDED"  # transactions whose connector is free again, though nobody reported their end


def new_session_id() -> str:
    """A session id: ours, 36 characters, never the OCPP transaction id."""
    return str(uuid.uuid4())


# --- transactions -----------------------------------------------------------------------------------------------


def transaction_key(charger_id: str, transaction_id: str | int) -> str:
    """Partition of a transaction: an id that comes from another station never reaches it."""
    return f"TX#{charger_id}#{transaction_id}"


def next_transaction_id() -> Update:
    """Draws the next 1.6 transaction id (`value` of the returned item): unique in the deployment, small, never reused."""
    return Update(SESSIONS, "COUNTER#transaction", "COUNTER", add={"value": 1})


def transaction_started(charger_id: str, transaction_id: str | int, now: datetime, **facts: Any) -> Put:
    """A transaction, seen for the first time. `facts` must hold `ledger`, `session_id`, `state` and `started_at`."""
    return Put(
        SESSIONS,
        {
            "pk": transaction_key(charger_id, transaction_id),
            "sk": TX,
            "kind": "TX",
            "charger_id": charger_id,
            "transaction_id": str(transaction_id),
            "updated_at": format_time(now),
            **facts,
        },
        (absent(),),
    )


def ledger_extended(
    charger_id: str,
    transaction_id: str | int,
    entries: Mapping[str, Mapping[str, Any]],
    now: datetime,
    **facts: Any,
) -> Update:
    """Adds entries to an existing transaction, open or ended; the same entry twice is the same entry.

    Returns the transaction after the write: running cost and limit need no read.
    """
    return Update(
        SESSIONS,
        transaction_key(charger_id, transaction_id),
        TX,
        set={("ledger", key): dict(entry) for key, entry in entries.items()}
        | {"updated_at": format_time(now), **facts},
        conditions=(exists(),),
    )


def transaction_ended(
    charger_id: str,
    transaction_id: str | int,
    entries: Mapping[str, Mapping[str, Any]],
    now: datetime,
    **facts: Any,
) -> Update:
    """Ends an open transaction, once. `facts` hold `ended_at`, `meter_stop_wh`, `stopped_reason` and more."""
    return Update(
        SESSIONS,
        transaction_key(charger_id, transaction_id),
        TX,
        set={("ledger", key): dict(entry) for key, entry in entries.items()}
        | {"updated_at": format_time(now), "state": "ended", **facts},
        remove=("open_matter", "open_since"),
        conditions=(Condition("state", "=", "open"),),
    )


def transaction_stranded(charger_id: str, transaction_id: str | int, at: str, now: datetime) -> Update:
    """Its connector said at `at` that it is free, while the transaction stands open: to be looked at after a grace."""
    key = transaction_key(charger_id, transaction_id)
    return Update(
        SESSIONS,
        key,
        TX,
        set={"open_matter": OPEN_STRANDED, "open_since": f"{format_time(now)}#{key}", "free_since": at},
        conditions=(Condition("state", "=", "open"), absent("open_matter")),
    )


def transaction_found(charger_id: str, transaction_id: str | int) -> Update:
    """It goes on after all: it leaves the list of stranded ones."""
    return Update(
        SESSIONS,
        transaction_key(charger_id, transaction_id),
        TX,
        remove=("open_matter", "open_since", "free_since"),
        conditions=(Condition("state", "=", "open"),),
    )


def get_transaction(store: Store, charger_id: str, transaction_id: str | int) -> Item | None:
    """A transaction with its running ledger, or None."""
    return store.get(SESSIONS, transaction_key(charger_id, transaction_id), TX)


def full_ledger(store: Store, transaction: Item) -> dict[str, Any]:
    """All entries of a transaction, those moved out included."""
    ledger: dict[str, Any] = dict(transaction["ledger"])
    if transaction.get("spilled"):
        for row in store.query(SESSIONS, transaction["pk"], prefix="LEDGER#"):
            ledger = row["ledger"] | ledger
    return ledger


# --- sessions and CDRs ------------------------------------------------------------------------------------------


def session_opened(session: Mapping[str, Any], owner: str, now: datetime, **facts: Any) -> Put:
    """A new session. `session` is the internal OCPI document; `owner` the partner it is shown to, or LOCAL_OWNER."""
    return Put(
        SESSIONS,
        {
            "pk": f"SESSION#{session['id']}",
            "sk": "SESSION",
            "kind": "SESSION",
            "session_id": session["id"],
            "session": dict(session),
            "owner": f"{owner}#SESSIONS",
            "created": f"{format_time(now)}#{session['id']}",
            "last_updated": session["last_updated"],
            **facts,
        },
        (absent(),),
    )


def session_changed(
    session_id: str, changes: Mapping[str, Any], last_updated: str, *, was: tuple[str, ...] = (), **facts: Any
) -> Update:
    """Changes fields of the session document, where its status is one of `was` (empty: any)."""
    conditions = (Condition(("session", "status"), "in", was),) if was else (exists(),)
    sets: dict[Any, Any] = {("session", name): value for name, value in changes.items()}
    sets[("session", "last_updated")] = last_updated
    return Update(
        SESSIONS,
        f"SESSION#{session_id}",
        "SESSION",
        set=sets | {"last_updated": last_updated, **facts},
        conditions=conditions,
    )


def get_session(store: Store, session_id: str) -> Item | None:
    """A session row (`session` is the document), or None."""
    return store.get(SESSIONS, f"SESSION#{session_id}", "SESSION")


def cdr_made(cdr: Mapping[str, Any], owner: str, now: datetime, **facts: Any) -> Put:
    """A CDR: written once, never changed."""
    return Put(
        SESSIONS,
        {
            "pk": f"CDR#{cdr['id']}",
            "sk": "CDR",
            "kind": "CDR",
            "cdr_id": cdr["id"],
            "cdr": dict(cdr),
            "owner": f"{owner}#CDRS",
            "created": f"{format_time(now)}#{cdr['id']}",
            "last_updated": cdr["last_updated"],
            **facts,
        },
        (absent(),),
    )


def get_cdr(store: Store, cdr_id: str) -> Item | None:
    """A CDR row (`cdr` is the document), or None."""
    return store.get(SESSIONS, f"CDR#{cdr_id}", "CDR")


def list_owned(
    store: Store, owner: str, kind: str, limit: int | None = None, *, created: tuple[str, str] | None = None
) -> list[Item]:
    """Sessions (`kind` "SESSIONS") or CDRs ("CDRS") of an owner in the order of creation.

    `created` keeps the reading to those made from the first time to the second (as strings of `format_time`).
    """
    return store.query(SESSIONS, f"{owner}#{kind}", index=INDEX_OWNED, limit=limit, between=created)


# --- payments ---------------------------------------------------------------------------------------------------


def payment_id(partner_id: str, authorization_reference: str) -> str:
    """The business key of a payment session."""
    return f"{partner_id}#{authorization_reference}"


def payment_opened(partner_id: str, authorization_reference: str, state: str, now: datetime, **facts: Any) -> Put:
    """A payment session: somebody's card holds an amount from here on, so it stands in the open list until it is closed."""
    identity = payment_id(partner_id, authorization_reference)
    return Put(
        SESSIONS,
        {
            "pk": f"PAY#{identity}",
            "sk": "PAYMENT",
            "kind": "PAYMENT",
            "payment_id": identity,
            "partner_id": partner_id,
            "authorization_reference": authorization_reference,
            "state": state,
            "opened_at": format_time(now),
            "owner": f"{partner_id}#PAYMENTS",
            "created": f"{format_time(now)}#{authorization_reference}",
            "open_matter": OPEN_PAYMENTS,
            "open_since": f"{format_time(now)}#{identity}",
            **facts,
        },
        (absent(),),
    )


def payment_changed(
    identity: str,
    *,
    was: tuple[str, ...],
    conditions: tuple[Condition, ...] = (),
    remove: tuple[str, ...] = (),
    **facts: Any,
) -> Update:
    """A step of a payment session from one of the states `was`."""
    return Update(
        SESSIONS,
        f"PAY#{identity}",
        "PAYMENT",
        set=facts,
        remove=remove,
        conditions=(Condition("state", "in", was), *conditions),
    )


def payment_closed(identity: str, state: str, now: datetime, *, was: tuple[str, ...], **facts: Any) -> Update:
    """The hold is captured or released: the payment leaves the open list."""
    return payment_changed(
        identity,
        was=was,
        remove=("open_matter", "open_since"),
        state=state,
        closed_at=format_time(now),
        **facts,
    )


def get_payment(store: Store, identity: str) -> Item | None:
    """A payment by `<partner_id>#<authorization_reference>`, or None."""
    return store.get(SESSIONS, f"PAY#{identity}", "PAYMENT")


def captures_of(store: Store, identity: str) -> list[Item]:
    """All captures reported for a payment, known or not, oldest id first (`fac` is the document)."""
    return store.query(SESSIONS, f"PAY#{identity}", prefix="FAC#")


def capture_recorded(
    partner_id: str, fac: Mapping[str, Any], now: datetime, was: Item | None = None
) -> tuple[Put, Put]:
    """A capture (FinancialAdviceConfirmation) under its payment and under its own id.

    `was` is the row stored before under this id, if any: it is replaced where it did not change meanwhile.
    """
    identity = payment_id(partner_id, fac["authorization_reference"])
    row = {
        "pk": f"PAY#{identity}",
        "sk": f"FAC#{fac['id']}",
        "kind": "FAC",
        "fac": dict(fac),
        "partner_id": partner_id,
        "received_at": format_time(now),
    }
    pointer = {
        "pk": f"FAC#{partner_id}#{fac['id']}",
        "sk": "FAC",
        "kind": "FAC_ID",
        "payment_id": identity,
        "owner": f"{partner_id}#FACS",
        "created": f"{format_time(now)}#{fac['id']}",
    }
    condition = Condition("received_at", "=", was["received_at"]) if was else absent()
    return Put(SESSIONS, row, (condition,)), Put(SESSIONS, pointer)


def get_capture(store: Store, partner_id: str, fac_id: str) -> Item | None:
    """A capture by its own id, or None."""
    pointer = store.get(SESSIONS, f"FAC#{partner_id}#{fac_id}", "FAC")
    return store.get(SESSIONS, f"PAY#{pointer['payment_id']}", f"FAC#{fac_id}") if pointer else None


def open_matters(store: Store, matter: str, until: str | None = None, limit: int | None = None) -> list[Item]:
    """What is still open of a kind (payments, reviews), oldest first, optionally only what was opened before `until`."""
    between = ("0", until) if until else None
    return store.query(SESSIONS, matter, index=INDEX_OPEN, between=between, limit=limit)
