"""Lists, profiles, resets, triggers, firmware and logs of the OCPP 2.0.1 charging station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v201 import call, call_result

from local.simulators.charger_link import Then
from local.simulators.charger_v201_device import DeviceCommands201
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from local.simulators.charger_state import Connector
    from local.simulators.charger_v201 import ChargerSimulator201

FIRMWARE_TRAIN = ("Downloading", "Downloaded", "Installing", "Installed")


class Maintenance201(DeviceCommands201):
    """The commands with which an operator looks after a station."""

    def __init__(self, charger: ChargerSimulator201) -> None:
        super().__init__(charger)
        self.local_list_version = 0
        self.profiles: dict[int, Any] = {}

    # Lists and profiles

    def send_local_list(self, version_number: int, **_: Any) -> Any:
        """Take over a newer local list."""
        self.local_list_version = version_number
        return call_result.SendLocalList(status="Accepted")

    def set_charging_profile(self, charging_profile: dict[str, Any], **_: Any) -> Any:
        """Keep a charging profile."""
        self.profiles[int(charging_profile["id"])] = charging_profile
        return call_result.SetChargingProfile(status="Accepted")

    def clear_charging_profile(self, charging_profile_id: int | None = None, **_: Any) -> Any:
        """Forget one profile, or all of them."""
        doomed = [number for number in self.profiles if charging_profile_id in {None, number}]
        for number in doomed:
            del self.profiles[number]
        return call_result.ClearChargingProfile(status="Accepted" if doomed else "Unknown")

    def get_charging_profiles(self, request_id: int, **_: Any) -> Any:
        """Report the profiles kept, if any."""
        if not self.profiles:
            return call_result.GetChargingProfiles(status="NoProfiles")
        report = call.ReportChargingProfiles(
            request_id=request_id,
            charging_limit_source="CSO",
            charging_profile=list(self.profiles.values()),
            evse_id=0,
            tbc=False,
        )
        return Then(call_result.GetChargingProfiles(status="Accepted"), lambda: self._train([report]))

    def get_composite_schedule(self, evse_id: int, duration: int, **_: Any) -> Any:
        """Answer one flat period at the EVSE's power."""
        power_w = next(iter(self.charger.connectors.values())).meter.power_w
        schedule = {
            "evseId": evse_id,
            "duration": duration,
            "scheduleStart": wire_time(self.charger.clock.now()),
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": power_w}],
        }
        return call_result.GetCompositeSchedule(status="Accepted", schedule=schedule)

    # Maintenance

    def reset(self, type: str, **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Restart after the answer; with OnIdle a running transaction is waited for."""
        self.charger.log.record("command", action="Reset", type=type)
        busy = any(outlet.transaction for outlet in self.charger.connectors.values())
        if busy and type == "OnIdle":
            return Then(call_result.Reset(status="Scheduled"), self._restart_when_idle)
        return Then(call_result.Reset(status="Accepted"), lambda: self.charger.restart("RemoteReset", "ImmediateReset"))

    def trigger_message(self, requested_message: str, evse: dict[str, Any] | None = None, **_: Any) -> Any:
        """Send the message asked for, after the answer."""
        wanted = int(evse["id"]) if evse else 0
        outlets = [c for number, c in self.charger.connectors.items() if wanted in {0, number}]
        idle_log = call.LogStatusNotification(status="Idle")
        idle_firmware = call.FirmwareStatusNotification(status="Idle")
        triggers: dict[str, Any] = {
            "BootNotification": lambda: self.charger.boot("Triggered"),
            "Heartbeat": self.charger.send_heartbeat,
            "StatusNotification": lambda: self._report(outlets),
            "TransactionEvent": lambda: self._sample(outlets),
            "MeterValues": lambda: self._sample(outlets),
            "LogStatusNotification": lambda: self._train([idle_log]),
            "FirmwareStatusNotification": lambda: self._train([idle_firmware]),
        }
        if requested_message not in triggers:
            return call_result.TriggerMessage(status="NotImplemented")
        return Then(call_result.TriggerMessage(status="Accepted"), triggers[requested_message])

    def get_log(self, request_id: int, **_: Any) -> Any:
        """Pretend to upload a log."""
        steps = [call.LogStatusNotification(status=s, request_id=request_id) for s in ("Uploading", "Uploaded")]
        return Then(call_result.GetLog(status="Accepted", filename="station.log"), lambda: self._train(steps))

    def update_firmware(self, request_id: int, firmware: dict[str, Any], **_: Any) -> Any:
        """Pretend to install a firmware; its version is the last part of the address."""
        steps = [call.FirmwareStatusNotification(status=s, request_id=request_id) for s in FIRMWARE_TRAIN]
        location = str(firmware["location"])
        return Then(call_result.UpdateFirmware(status="Accepted"), lambda: self._install(steps, location))

    def customer_information(self, request_id: int, report: bool, **_: Any) -> Any:
        """Report that nothing is known about the customer."""
        answer = call_result.CustomerInformation(status="Accepted")
        if not report:
            return answer
        notice = call.NotifyCustomerInformation(
            data="nothing stored", seq_no=0, generated_at=wire_time(self.charger.clock.now()), request_id=request_id
        )
        return Then(answer, lambda: self._train([notice]))

    def data_transfer(self, vendor_id: str, message_id: str | None = None, data: Any = None, **_: Any) -> Any:
        """Note vendor messages of the simulator's own vendor; refuse others."""
        self.charger.log.record("data_transfer", vendor_id=vendor_id, message_id=message_id, data=data)
        return call_result.DataTransfer(status="Accepted" if vendor_id == "Simulated" else "UnknownVendorId")

    # What the commands share

    async def _report(self, outlets: list[Connector]) -> None:
        for outlet in outlets:
            await self.charger.report_status(outlet)

    async def _sample(self, outlets: list[Connector]) -> None:
        for outlet in outlets:
            if outlet.transaction:
                await self.charger.take_sample(outlet.transaction, "Trigger")

    async def _install(self, steps: list[Any], location: str) -> None:
        await self._train(steps)
        self.charger.firmware_version = location.rstrip("/").rsplit("/", 1)[-1][:50]
        await self.charger.restart("FirmwareUpdate", "Reboot")

    async def _restart_when_idle(self) -> None:
        async for _ in self.charger.log.follow(since=self.charger.log.mark):
            if not any(outlet.transaction for outlet in self.charger.connectors.values()):
                break
        await self.charger.restart("ScheduledReset", "Reboot")
