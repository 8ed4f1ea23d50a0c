"""What stands in the tables after frames were handled, in the words of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms import contract
from csms.domain.times import parse_time
from csms.domain.transaction import Folded, fold
from csms.store import chargers, master, sessions
from tests.kit.frames import NOW
from tests.kit.tables import all_items

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Store


def rows(kind: str, charger_id: str = "CP1") -> list[Item]:
    """A charger's rows of a kind, e.g. STATUS, EVENT, METER, PARKED, COMMAND, ACTIVE."""
    found = all_items(contract.CHARGERS)
    return [row for row in found if row["pk"] == f"CP#{charger_id}" and row.get("kind") == kind]


def transactions(charger_id: str = "CP1") -> list[Item]:
    """A charger's transactions, in the order of their start."""
    found = [row for row in all_items(contract.SESSIONS) if row.get("kind") == "TX" and row["charger_id"] == charger_id]
    return sorted(found, key=lambda row: str(row["started_at"]))


def transaction(store: Store, transaction_id: Any, charger_id: str = "CP1") -> Item:
    """One transaction, which must be there."""
    found = sessions.get_transaction(store, charger_id, transaction_id)
    assert found is not None, f"no transaction {transaction_id}"
    return found


def folded(row: Item) -> Folded:
    """An ended transaction's ledger, read as settling reads it."""
    start, end = parse_time(row["started_at"]), parse_time(row["ended_at"])
    return fold(row["ledger"], start, end, row.get("meter_start_wh"), row.get("meter_stop_wh"))


def session_of(store: Store, row: Item) -> Item:
    """The OCPI session of a transaction."""
    found = sessions.get_session(store, row["session_id"])
    assert found is not None
    return found


def add_token(store: Store, uid: str, owner: str = sessions.LOCAL_OWNER, **facts: Any) -> None:
    """A driver's card, valid unless `facts` say otherwise."""
    known = {
        "country_code": "DE",
        "party_id": "EMS",
        "uid": uid,
        "type": "RFID",
        "contract_id": f"C-{uid}",
        "issuer": "EMS",
        "valid": True,
        "whitelist": "ALWAYS",
    }
    store.commit(master.token_put({**known, **facts}, owner, NOW))


def active(store: Store, evse_id: int = 1, charger_id: str = "CP1") -> Item | None:
    """What runs or last ran on an EVSE."""
    return chargers.get_active(store, charger_id, evse_id)
