"""Resets, triggers, firmware, logs and vendor messages of the OCPP 1.6J charger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ocpp.v16 import call, call_result

from local.simulators.charger_link import Then
from local.simulators.charger_v16_setup import Setup16

if TYPE_CHECKING:
    from local.simulators.charger_state import Connector

FIRMWARE_TRAIN = ("Downloading", "Downloaded", "Installing", "Installed")
SIGNED_FIRMWARE_TRAIN = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed")


class Maintenance16(Setup16):
    """The commands with which an operator looks after a charger."""

    def reset(self, type: str, **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Restart after the answer."""
        self.charger.log.record("command", action="Reset", type=type)
        return Then(call_result.Reset(status="Accepted"), lambda: self.charger.restart("RemoteReset", f"{type}Reset"))

    def trigger_message(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        """Send the message asked for, after the answer."""
        follow_up = self._triggered(requested_message, connector_id)
        if follow_up is None:
            return call_result.TriggerMessage(status="NotImplemented")
        return Then(call_result.TriggerMessage(status="Accepted"), follow_up)

    def extended_trigger_message(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        """Send the message asked for, after the answer."""
        follow_up = self._triggered(requested_message, connector_id)
        if follow_up is None:
            return call_result.ExtendedTriggerMessage(status="NotImplemented")
        return Then(call_result.ExtendedTriggerMessage(status="Accepted"), follow_up)

    def get_diagnostics(self, location: str, **_: Any) -> Any:
        """Pretend to upload a diagnostics file."""
        self.charger.log.record("command", action="GetDiagnostics", location=location)
        steps = [call.DiagnosticsStatusNotification(status=status) for status in ("Uploading", "Uploaded")]
        return Then(call_result.GetDiagnostics(file_name="diagnostics.log"), lambda: self._train(steps))

    def get_log(self, request_id: int, **_: Any) -> Any:
        """Pretend to upload a log."""
        steps = [call.LogStatusNotification(status=s, request_id=request_id) for s in ("Uploading", "Uploaded")]
        return Then(call_result.GetLog(status="Accepted", filename="security.log"), lambda: self._train(steps))

    def update_firmware(self, location: str, **_: Any) -> Any:
        """Pretend to install a firmware; its version is the last part of the address."""
        steps = [call.FirmwareStatusNotification(status=status) for status in FIRMWARE_TRAIN]
        return Then(call_result.UpdateFirmware(), lambda: self._install(steps, location))

    def signed_update_firmware(self, request_id: int, firmware: dict[str, Any], **_: Any) -> Any:
        """Pretend to verify and install a signed firmware."""
        steps = [
            call.SignedFirmwareStatusNotification(status=status, request_id=request_id)
            for status in SIGNED_FIRMWARE_TRAIN
        ]
        location = str(firmware["location"])
        return Then(call_result.SignedUpdateFirmware(status="Accepted"), lambda: self._install(steps, location))

    def data_transfer(self, vendor_id: str, message_id: str | None = None, data: Any = None, **_: Any) -> Any:
        """Note vendor messages of the simulator's own vendor and of the price display extension; refuse others."""
        self.charger.log.record("data_transfer", vendor_id=vendor_id, message_id=message_id, data=data)
        known = vendor_id in {"Simulated", "org.openchargealliance.costmsg"}
        return call_result.DataTransfer(status="Accepted" if known else "UnknownVendorId")

    # What the commands share

    async def _report(self, outlets: list[Connector]) -> None:
        for outlet in outlets:
            await self.charger.report_status(outlet)

    async def _train(self, steps: list[Any]) -> None:
        for step in steps:
            await asyncio.sleep(self.charger.options.status_train_real_seconds)
            await self.charger.notify(step)

    async def _install(self, steps: list[Any], location: str) -> None:
        await self._train(steps)
        self.charger.firmware_version = location.rstrip("/").rsplit("/", 1)[-1][:50]
        await self.charger.restart("FirmwareUpdate", "Reboot")

    def _triggered(self, message: str, connector_id: int | None) -> Any:
        """Return what sends the message, or None when this charger cannot."""
        charger = self.charger
        outlets = [c for number, c in charger.connectors.items() if connector_id in {None, 0, number}]

        async def meter_values() -> None:
            for outlet in outlets:
                if outlet.transaction:
                    await charger.take_sample(outlet.transaction, "Trigger")

        triggers: dict[str, Any] = {
            "BootNotification": lambda: charger.boot("Triggered"),
            "Heartbeat": charger.send_heartbeat,
            "StatusNotification": lambda: self._report(outlets),
            "MeterValues": meter_values,
            "DiagnosticsStatusNotification": lambda: self._train([call.DiagnosticsStatusNotification(status="Idle")]),
            "FirmwareStatusNotification": lambda: self._train([call.FirmwareStatusNotification(status="Idle")]),
            "LogStatusNotification": lambda: self._train([call.LogStatusNotification(status="Idle")]),
        }
        return triggers.get(message)
