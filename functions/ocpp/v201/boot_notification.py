"""BootNotification: the station says what it is and why it booted, and learns whether it may take part (B01 to B04).

A boot closes nothing: its transactions may still come from the station's queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.booting import boot

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Records the boot and answers Accepted, Pending or Rejected as the registry says."""
    station = frame.payload["chargingStation"]
    modem = station.get("modem") or {}
    return boot(
        frame,
        {
            "vendor": station.get("vendorName"),
            "model": station.get("model"),
            "serial_number": station.get("serialNumber"),
            "firmware_version": station.get("firmwareVersion"),
            "iccid": modem.get("iccid"),
            "imsi": modem.get("imsi"),
            "boot_reason": frame.payload.get("reason"),
        },
    )
