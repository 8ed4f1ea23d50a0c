"""MeterValues: samples of a running transaction, or of the meter itself (ocpp-1.6 §4.7). Always answered.

With a transaction id: one write, no read. Without one (also -1 and 0, which real chargers send while a start is not yet
confirmed) the samples go to the transaction that runs on the connector, else they are kept as the meter's own.
"""

from __future__ import annotations

from csms.domain.times import parse_time
from csms.ocppj.meter_values import Reading, ledger_entries, readings_16
from csms.store import chargers, sessions
from functions.ocpp.decision import Decision, Frame
from functions.ocpp.running import guard_limit


def decide(frame: Frame) -> Decision:
    """Adds the samples to the transaction's ledger."""
    transaction_id = frame.payload.get("transactionId")
    readings = readings_16(frame.payload.get("meterValue") or (), frame.now)
    if not isinstance(transaction_id, int) or transaction_id <= 0:
        return _by_connector(frame, readings)
    return _extend(frame, str(transaction_id), readings)


def _extend(frame: Frame, transaction_id: str, readings: tuple[Reading, ...]) -> Decision:
    write = sessions.ledger_extended(frame.charger_id, transaction_id, ledger_entries(readings), frame.now)
    return Decision(
        {},
        (write,),
        otherwise=lambda: _by_connector(frame, readings),
        after=lambda transaction: guard_limit(frame.charger, transaction, frame.now),
    )


def _by_connector(frame: Frame, readings: tuple[Reading, ...]) -> Decision:
    connector_id = frame.payload.get("connectorId", 0)
    active = chargers.get_active(frame.store, frame.charger_id, connector_id) if connector_id else None
    running = active is not None and active["state"] == "open"
    given = frame.payload.get("transactionId")
    if active is not None and running and given != active["transaction_id"] and _within(readings, active["started_at"]):
        return _extend(frame, active["transaction_id"], readings)
    at = readings[0].at if readings else frame.now
    row = chargers.recorded(
        frame.charger_id,
        "METER",
        at,
        frame.now,
        evse_id=connector_id,
        transaction_id=str(given) if given is not None else None,
        entries=ledger_entries(readings),
        matter="unknown-transaction" if isinstance(given, int) and given > 0 else None,
    )
    return Decision({}, (row,))


def _within(readings: tuple[Reading, ...], started_at: str) -> bool:
    start = parse_time(started_at)
    return all(r.at >= start for r in readings)
