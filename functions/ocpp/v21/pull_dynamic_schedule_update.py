"""PullDynamicScheduleUpdate: the station asks for the present limits of a dynamic schedule (OCPP 2.1, block K)."""

from __future__ import annotations

from typing import Any

from csms.store.station_state import SCHEDULE, get_state
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Answers the last update that was wanted for the profile, Rejected where there never was one. Changes nothing."""
    row = get_state(frame.store, frame.charger_id, SCHEDULE, frame.payload["chargingProfileId"])
    answer: dict[str, Any] = {"status": "Rejected", "statusInfo": {"reasonCode": "NotFound"}}
    if row is not None:
        answer = {"status": "Accepted", "scheduleUpdate": row["update"]}
    return Decision(answer)
