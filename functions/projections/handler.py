"""Two sources: new `STATUS#` rows (stream of the chargers table) and changed `TX` items (stream of the sessions table).

Everything is worked out from what stands now, and written where it differs, so that a record that comes again, or a
write of our own that comes back as a record, changes nothing. Of several changes of one transaction in a batch only
the last is looked at.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from csms.contract import PARTITION_KEY, SORT_KEY, STATUS_PREFIX, TRANSACTION_SORT_KEY
from csms.edge import log, log_catalogue
from csms.store.dynamo import Store, unmarshal
from functions.projections.connector_state import note_state
from functions.projections.evse_status import Audience, project_status
from functions.projections.ledger import end_active, keep_short
from functions.projections.reservations import release_reservations
from functions.projections.running_session import project_session

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_OPEN: Final = "open"


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A batch of stream records. Answers which one failed first, if any: the stream comes again with it."""
    store = Store()
    audience = Audience(store)
    records = event["Records"]
    last = {_key(record): index for index, record in enumerate(records)}
    for index, record in enumerate(records):
        change = record["dynamodb"]
        if "NewImage" not in change or last[_key(record)] != index:
            continue
        try:
            _project(store, audience, unmarshal(change["NewImage"]), _was(change), datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever it is, the stream must come again with this record
            log.write(log_catalogue.UNEXPECTED_ERROR, error=error)
            return {"batchItemFailures": [{"itemIdentifier": change["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def _key(record: dict[str, Any]) -> tuple[str, str]:
    keys = record["dynamodb"]["Keys"]
    return keys[PARTITION_KEY]["S"], keys[SORT_KEY]["S"]


def _was(change: dict[str, Any]) -> str | None:
    """The state of the item before the change; None where it is new."""
    old = change.get("OldImage")
    return str(unmarshal(old).get("state")) if old else None


def _project(store: Store, audience: Audience, row: Item, was: str | None, now: datetime) -> None:
    if row[SORT_KEY].startswith(STATUS_PREFIX):
        note_state(store, row)
        release_reservations(store, row)
        project_status(store, audience, row["charger_id"], int(row["evse_id"]), now)
    elif row[SORT_KEY] == TRANSACTION_SORT_KEY:
        project_session(store, row)
        keep_short(store, row)
        if row["state"] != was:  # a transaction makes its EVSE occupied, whether or not the connector says so
            if row["state"] != _OPEN:
                end_active(store, row)
            project_status(store, audience, row["charger_id"], int(row["evse_id"]), now)
