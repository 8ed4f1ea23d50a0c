"""NotifyEVChargingSchedule: how the EV plans to charge (K17)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from csms.domain.charging_profiles import OF_TRANSACTION, schedules, stays_within
from csms.store import charging_profiles
from functions.ocpp.decision import Decision, Frame

if TYPE_CHECKING:
    from csms.store.dynamo import Item


def decide(frame: Frame) -> Decision:
    """Keeps the plan. It is accepted where it stays within the TxProfile that was set for the EVSE, if there is one."""
    payload = frame.payload
    evse_id, plan = payload["evseId"], payload["chargingSchedule"]
    known = charging_profiles.profiles_of(frame.store, frame.charger_id)
    limits = [row for row in known if (row["evse_id"], row["purpose"]) == (evse_id, OF_TRANSACTION)]
    highest = max(limits, key=lambda row: int(row["stack_level"]), default=None)
    status = "Accepted" if highest is None or _allows(highest, plan) else "Rejected"
    row = charging_profiles.told(
        frame.charger_id, charging_profiles.PLAN, evse_id, plan, frame.now, status=status, time_base=payload["timeBase"]
    )
    return Decision({"status": status}, (row,))


def _allows(row: Item, plan: dict[str, object]) -> bool:
    """A TxProfile may offer several schedules, of which the EV takes one."""
    return any(stays_within(plan, schedule) for schedule in schedules(json.loads(row["document"])))
