"""NotifyPriorityCharging: a driver asked for full power at once, or takes it back (OCPP 2.1, block K)."""

from __future__ import annotations

from csms.store import sessions
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.recording import record


def decide(frame: Frame) -> Decision:
    """Notes it on the transaction; as an event where the transaction is not known."""
    payload = frame.payload
    noted = sessions.ledger_extended(
        frame.charger_id, payload["transactionId"], {}, frame.now, priority_charging=payload["activated"]
    )
    return Decision({}, (noted,), otherwise=lambda: record(frame, {}))
