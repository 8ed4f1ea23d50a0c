"""BatterySwap: a battery was taken in or given out (OCPP 2.1, block S)."""

from __future__ import annotations

from typing import Final

from csms.domain.times import format_time
from csms.store.station_state import SWAP, state_set
from functions.ocpp.decision import Decision, Frame

_STEPS: Final = {"BatteryIn": "battery_in", "BatteryOut": "battery_out", "BatteryOutTimeout": "battery_out_timeout"}


def decide(frame: Frame) -> Decision:
    """Adds the step to the swap; one write, no read. The steps stand side by side: they may come in any order."""
    payload = frame.payload
    step = {"at": format_time(frame.now), "batteries": payload["batteryData"]}
    row = state_set(
        frame.charger_id,
        SWAP,
        payload["requestId"],
        frame.now,
        id_token=payload["idToken"]["idToken"],
        **{_STEPS[payload["eventType"]]: step},
    )
    return Decision({}, (row,))
