"""Runs every five minutes. Three queries of sparse indexes, and writes only where something is wrong.

Everything it does may be done twice, and none of it replaces what brings a payment forward: it sees to it that nothing
that holds money stands still unseen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from csms.edge import log, log_catalogue
from csms.store.dynamo import Store
from functions.sweeper.messages import sweep_messages
from functions.sweeper.payments import sweep_payments
from functions.sweeper.transactions import sweep_transactions


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """The schedule's event; its content does not matter. Answers what was found."""
    store, now = Store(), datetime.now(UTC)
    found: dict[str, Any] = {
        **sweep_transactions(store, now),
        **sweep_payments(store, now),
        **sweep_messages(store, now),
    }
    log.write(log_catalogue.SWEEP_FOUND if any(found.values()) else log_catalogue.SWEEP_DONE, **found)
    return found
