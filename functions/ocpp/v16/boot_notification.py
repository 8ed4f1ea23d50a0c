"""BootNotification: the charger says what it is and learns whether it may take part (ocpp-1.6 §4.2).

A boot closes nothing: its transactions may still come from the charger's queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.booting import boot

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Records the boot and answers Accepted, Pending or Rejected as the registry says."""
    payload = frame.payload
    return boot(
        frame,
        {
            "vendor": payload.get("chargePointVendor"),
            "model": payload.get("chargePointModel"),
            "serial_number": payload.get("chargePointSerialNumber") or payload.get("chargeBoxSerialNumber"),
            "firmware_version": payload.get("firmwareVersion"),
            "iccid": payload.get("iccid"),
            "imsi": payload.get("imsi"),
            "meter_type": payload.get("meterType"),
            "meter_serial_number": payload.get("meterSerialNumber"),
        },
    )
