"""How the OCPP 1.6J charger obeys: one method per command of the Central System.

Handlers get the payload in the `ocpp` package's snake case and answer with its dataclasses.
What a command sets off is a `Then`: it begins once the answer is on its way.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ocpp.v16 import call, call_result

from local.simulators.charger_config import configuration_keys
from local.simulators.charger_link import Handler, Then
from local.simulators.charger_state import Authorisation, Connector
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.simulators.charger_v16 import ChargerSimulator16

FIRMWARE_TRAIN = ("Downloading", "Downloaded", "Installing", "Installed")
SIGNED_FIRMWARE_TRAIN = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed")


class Commands16:
    """The commands of one charger, with what they change: configuration, local list, profiles, certificates."""

    def __init__(self, charger: ChargerSimulator16) -> None:
        self.charger = charger
        self.configuration = configuration_keys(len(charger.connectors))
        self.configuration["MeterValueSampleInterval"].value = f"{charger.meter_interval_seconds:g}"
        self.local_list_version = 0
        self.profiles: dict[int, Any] = {}
        self.certificates: list[dict[str, Any]] = []
        self.status_before_answer = charger.options.status_before_answer

    def routes(self) -> Mapping[str, Handler]:
        """Return the handler of every action."""
        return {
            "CancelReservation": self.cancel_reservation,
            "CertificateSigned": lambda **_: call_result.CertificateSigned(status="Accepted"),
            "ChangeAvailability": self.change_availability,
            "ChangeConfiguration": self.change_configuration,
            "ClearCache": lambda **_: call_result.ClearCache(status="Accepted"),
            "ClearChargingProfile": self.clear_charging_profile,
            "DataTransfer": self.data_transfer,
            "DeleteCertificate": lambda **_: call_result.DeleteCertificate(status="NotFound"),
            "ExtendedTriggerMessage": self.extended_trigger_message,
            "GetCompositeSchedule": self.get_composite_schedule,
            "GetConfiguration": self.get_configuration,
            "GetDiagnostics": self.get_diagnostics,
            "GetInstalledCertificateIds": lambda **_: call_result.GetInstalledCertificateIds(status="NotFound"),
            "GetLocalListVersion": lambda **_: call_result.GetLocalListVersion(list_version=self.local_list_version),
            "GetLog": self.get_log,
            "InstallCertificate": lambda **_: call_result.InstallCertificate(status="Accepted"),
            "RemoteStartTransaction": self.remote_start_transaction,
            "RemoteStopTransaction": self.remote_stop_transaction,
            "ReserveNow": self.reserve_now,
            "Reset": self.reset,
            "SendLocalList": self.send_local_list,
            "SetChargingProfile": self.set_charging_profile,
            "SignedUpdateFirmware": self.signed_update_firmware,
            "TriggerMessage": self.trigger_message,
            "UnlockConnector": self.unlock_connector,
            "UpdateFirmware": self.update_firmware,
        }

    # Transactions

    async def remote_start_transaction(self, id_tag: str, connector_id: int | None = None, **_: Any) -> Any:
        """Accept when the connector is free, then start as the options say."""
        options = self.charger.options
        self.charger.log.record("command", action="RemoteStartTransaction", id_token=id_tag, connector=connector_id)
        authorisation = Authorisation(id_tag, remote=True)
        outlet = self.charger.remote_start_target(connector_id)
        refused = options.reject_remote_start or (
            connector_id is None and options.reject_remote_start_without_connector
        )
        if outlet is None or refused:
            return call_result.RemoteStartTransaction(status="Rejected")
        if options.authorize_before_answer and not await self.charger.authorize(authorisation):
            return call_result.RemoteStartTransaction(status="Rejected")
        return Then(
            call_result.RemoteStartTransaction(status="Accepted"),
            lambda: self.charger.remote_start(outlet, authorisation),
        )

    def remote_stop_transaction(self, transaction_id: int, **_: Any) -> Any:
        """Stop the transaction when it is one of ours."""
        self.charger.log.record("command", action="RemoteStopTransaction", transaction_id=transaction_id)
        transaction = self.charger.transaction_with_id(transaction_id)
        if transaction is None or self.charger.options.reject_remote_stop:
            return call_result.RemoteStopTransaction(status="Rejected")
        if self.charger.options.ignore_remote_stop:
            return call_result.RemoteStopTransaction(status="Accepted")
        return Then(
            call_result.RemoteStopTransaction(status="Accepted"),
            lambda: self.charger.stop_transaction(transaction, "Remote"),
        )

    async def unlock_connector(self, connector_id: int, **_: Any) -> Any:
        """Unlock, which ends a running transaction."""
        outlet = self.charger.connectors.get(connector_id)
        if outlet is None:
            return call_result.UnlockConnector(status="NotSupported")
        self.charger.log.record("command", action="UnlockConnector", connector=connector_id)
        transaction = outlet.transaction
        if transaction is None:
            return call_result.UnlockConnector(status="Unlocked")
        return Then(
            call_result.UnlockConnector(status="Unlocked"),
            lambda: self.charger.stop_transaction(transaction, "UnlockCommand"),
        )

    # Availability, reservations

    async def change_availability(self, connector_id: int, type: str, **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Become operative or not; a connector that is charging changes when it is done (Scheduled)."""
        outlets = [c for number, c in self.charger.connectors.items() if connector_id in {0, number}]
        if not outlets:
            return call_result.ChangeAvailability(status="Rejected")
        busy = any(outlet.transaction for outlet in outlets)
        for outlet in outlets:
            outlet.operative = type == "Operative"
        self.charger.log.record("command", action="ChangeAvailability", connector=connector_id, type=type)
        answer = call_result.ChangeAvailability(status="Scheduled" if busy else "Accepted")
        if self.status_before_answer:
            await self._report(outlets)
            return answer
        return Then(answer, lambda: self._report(outlets))

    def reserve_now(self, connector_id: int, reservation_id: int, **_: Any) -> Any:
        """Reserve a free connector."""
        outlet = self.charger.connectors.get(connector_id)
        if outlet is None or outlet.fault_code:
            return call_result.ReserveNow(status="Faulted" if outlet else "Rejected")
        if not outlet.usable or outlet.plugged:
            return call_result.ReserveNow(status="Occupied" if outlet.operative else "Unavailable")
        outlet.reservation_id = reservation_id
        return Then(call_result.ReserveNow(status="Accepted"), lambda: self._report([outlet]))

    def cancel_reservation(self, reservation_id: int, **_: Any) -> Any:
        """Cancel a reservation that exists."""
        outlets = [c for c in self.charger.connectors.values() if c.reservation_id == reservation_id]
        if not outlets:
            return call_result.CancelReservation(status="Rejected")
        outlets[0].reservation_id = None
        return Then(call_result.CancelReservation(status="Accepted"), lambda: self._report(outlets))

    # Configuration, lists, profiles

    def get_configuration(self, key: list[str] | None = None, **_: Any) -> Any:
        """Answer the keys asked for (all of them when none is named); secrets stay secret."""
        wanted = key or list(self.configuration)
        known = [
            {"key": name, "readonly": setting.readonly, **({} if setting.secret else {"value": setting.value})}
            for name, setting in self.configuration.items()
            if name.lower() in {item.lower() for item in wanted}
        ]
        unknown = [name for name in wanted if name.lower() not in {item.lower() for item in self.configuration}]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown or None)

    def change_configuration(self, key: str, value: str, **_: Any) -> Any:
        """Change a key; the meter interval, the connection timeout and the password take effect."""
        setting = self.configuration.get(key)
        self.charger.log.record("command", action="ChangeConfiguration", key=key)
        if setting is None:
            return call_result.ChangeConfiguration(status="NotSupported")
        if setting.readonly:
            return call_result.ChangeConfiguration(status="Rejected")
        setting.value = value
        if key == "MeterValueSampleInterval":
            self.charger.meter_interval_seconds = float(value)
        elif key == "ConnectionTimeOut":
            self.charger.options.connection_timeout_seconds = float(value)
        elif key == "AuthorizationKey":
            self.charger.password = authorization_key_bytes(value)
        return call_result.ChangeConfiguration(status="RebootRequired" if setting.reboot_required else "Accepted")

    def send_local_list(self, list_version: int, **_: Any) -> Any:
        """Take over a newer local list."""
        self.local_list_version = list_version
        return call_result.SendLocalList(status="Accepted")

    def set_charging_profile(self, cs_charging_profiles: dict[str, Any], **_: Any) -> Any:
        """Keep a charging profile."""
        self.profiles[int(cs_charging_profiles["charging_profile_id"])] = cs_charging_profiles
        return call_result.SetChargingProfile(status="Accepted")

    def clear_charging_profile(self, id: int | None = None, **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Forget one profile, or all of them."""
        doomed = [number for number in self.profiles if id in {None, number}]
        for number in doomed:
            del self.profiles[number]
        return call_result.ClearChargingProfile(status="Accepted" if doomed else "Unknown")

    def get_composite_schedule(self, connector_id: int, duration: int, **_: Any) -> Any:
        """Answer one flat period at the connector's power."""
        power_w = next(iter(self.charger.connectors.values())).meter.power_w
        schedule = {
            "duration": duration,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": round(power_w, 1)}],
        }
        now = wire_time(self.charger.clock.now())
        return call_result.GetCompositeSchedule(
            status="Accepted", connector_id=connector_id, schedule_start=now, charging_schedule=schedule
        )

    # Maintenance

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


def authorization_key_bytes(value: str) -> bytes:
    """Return the Basic password a 1.6 AuthorizationKey stands for: its hex digits decoded, or the text itself."""
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value.encode()
