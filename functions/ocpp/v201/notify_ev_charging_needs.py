"""NotifyEVChargingNeeds: what the EV asks for over ISO 15118 (K15)."""

from __future__ import annotations

from csms.store import chargers, charging_profiles
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Keeps the needs with the transaction that they belong to.

    Rejected says that no schedule will follow by itself: the EV goes on under the profiles that are set, at once,
    instead of waiting for one. An operator may still set a TxProfile.
    """
    payload = frame.payload
    active = chargers.get_active(frame.store, frame.charger_id, payload["evseId"])
    running = {"transaction_id": active["transaction_id"]} if active and active["state"] == "open" else {}
    row = charging_profiles.told(
        frame.charger_id, charging_profiles.NEEDS, payload["evseId"], payload["chargingNeeds"], frame.now, **running
    )
    return Decision({"status": "Rejected"}, (row,))
