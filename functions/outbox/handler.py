"""The relay: each row that is inserted into the outbox goes to the push queue, the state machine or settlement.

Rows for partners stay open until ocpi_push delivered them; the others are done when they are handed over. A record that
cannot be handed over now is reported, and the stream comes again with it and all after it: handing over twice is harmless
(FIFO deduplication, names of executions, tokens that are used up).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from csms.contract import PARTITION_KEY, QUEUE_SETTLEMENT, SORT_KEY
from csms.edge import log, push_queue, queues, workflow
from csms.edge import log_catalogue as catalogue
from csms.store import outbox
from csms.store.dynamo import ConditionFailed, Store, unmarshal

if TYPE_CHECKING:
    from collections.abc import Callable

    from csms.store.dynamo import Item


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A batch of the outbox table's stream. Answers which record failed first, if any."""
    store = Store()
    for record in event["Records"]:
        change = record["dynamodb"]
        if record["eventName"] != "INSERT":
            continue
        row = unmarshal(change["NewImage"])
        with log.context(row_id=row.get("row_id"), target=row.get("target")):
            try:
                relay(store, row)
            except Exception as error:  # noqa: BLE001 - whatever it is, the stream must come again with this record
                log.write(catalogue.UNEXPECTED_ERROR, error=error)
                return {"batchItemFailures": [{"itemIdentifier": change["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def relay(store: Store, row: Item) -> None:
    """Hand one row over."""
    hand_over = _TARGETS.get(row["target"])
    if hand_over is None:
        log.write(catalogue.OUTBOX_ROW_UNUSABLE, why="unknown target")
        return
    done = hand_over(row)
    if done:
        _mark(store, row)
    log.write(catalogue.OUTBOX_RELAYED, module=row.get("module"), signal=row.get("signal"))


def _to_push_queue(row: Item) -> bool:
    """In order with all other rows about the same object at the same partner."""
    push_queue.hand_over(row)
    return False


def _to_settlement(row: Item) -> bool:
    queues.send(QUEUE_SETTLEMENT, {"session_id": row["session_id"]})
    return True


def _to_workflow(row: Item) -> bool:
    """Start, success or failure. A signal that nobody waits for any more is done with."""
    signal = _SIGNALS.get(row["signal"])
    if signal is None:
        log.write(catalogue.OUTBOX_ROW_UNUSABLE, why="unknown signal")
        return False
    try:
        signal(row)
    except workflow.SignalLateError as late:
        log.write(catalogue.WORKFLOW_SIGNAL_LATE, payment_id=row["payment_id"], signal=row["signal"], why=str(late))
    return True


def _start(row: Item) -> None:
    if not workflow.start(row["payment_id"], row["input"]):
        log.write(catalogue.WORKFLOW_ALREADY_STARTED, payment_id=row["payment_id"])


def _success(row: Item) -> None:
    workflow.succeed(row["task_token"], row.get("output") or {})


def _failure(row: Item) -> None:
    workflow.fail(row["task_token"], row["error"], str(row.get("cause") or ""))


def _mark(store: Store, row: Item) -> None:
    try:
        store.commit(outbox.delivered(row[PARTITION_KEY], row[SORT_KEY], datetime.now(UTC)))
    except ConditionFailed:
        return  # an earlier try came as far as this


_TARGETS: Final[dict[str, Callable[[Item], bool]]] = {
    outbox.TARGET_PARTNER: _to_push_queue,
    outbox.TARGET_SETTLEMENT: _to_settlement,
    outbox.TARGET_WORKFLOW: _to_workflow,
}
_SIGNALS: Final[dict[str, Callable[[Item], None]]] = {"start": _start, "success": _success, "failure": _failure}
