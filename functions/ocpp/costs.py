"""What 2.1 adds to a transaction's events: the running cost and the limit in our answers, the station's own cost in theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.ocppj.commands import OCPP21

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item
    from functions.ocpp.decision import Answer, Frame


def running_cost_answer(frame: Frame, transaction: Item) -> Answer:
    """The answer to an Updated: 2.1 tells the running cost (gross) where there is a tariff to price by.

    Asked with what the commit returned. A station that counts the cost itself (`costDetails`) is told nothing, and
    nothing is said where the cost is not known: 0.00 means free.
    """
    if frame.charger.protocol != OCPP21 or "costDetails" in frame.payload:
        return {}
    if transaction.get("state") != "open" or not transaction.get("tariff"):
        return {}
    from csms.domain.limit import running_cost

    cost = running_cost(transaction, frame.now)
    return {} if cost is None else {"totalCost": cost.total.gross}


def limit_answer(frame: Frame, transaction: Mapping[str, Any]) -> Answer:
    """The driver's limit, for a 2.1 station to keep by itself as well."""
    limit = transaction.get("limit_amount")
    if frame.charger.protocol != OCPP21 or limit is None or transaction.get("state") != "open":
        return {}
    return {"transactionLimit": {"maxCost": limit}}


def station_facts(frame: Frame) -> dict[str, Any]:
    """What a 2.1 station says of cost and tariff, kept on the transaction beside what we count ourselves."""
    if frame.charger.protocol != OCPP21:
        return {}
    payload = frame.payload
    details, about = payload.get("costDetails"), payload.get("transactionInfo") or {}
    known = {
        "station_cost": _cost(details) if details else None,
        "station_tariff_id": about.get("tariffId"),
        "station_limit": about.get("transactionLimit"),
        "operation_mode": about.get("operationMode"),
    }
    return {name: value for name, value in known.items() if value is not None}


def _cost(details: dict[str, Any]) -> dict[str, Any]:
    failed = {"failed": True, "reason": details.get("failureReason", "")} if details.get("failureToCalculate") else {}
    return {"total": details.get("totalCost"), "usage": details.get("totalUsage"), **failed}
