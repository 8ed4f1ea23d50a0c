"""How the OCPP 2.0.1 charging station obeys: one method per command of the CSMS.

Handlers get the payload in the `ocpp` package's snake case and answer with its dataclasses.
What a command sets off is a `Then`: it begins once the answer is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v201 import call, call_result

from local.simulators.charger_link import Then
from local.simulators.charger_state import Authorisation
from local.simulators.charger_v201_device import DeviceCommands201
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.simulators.charger_link import Handler
    from local.simulators.charger_state import Connector
    from local.simulators.charger_v201 import ChargerSimulator201

FIRMWARE_TRAIN = ("Downloading", "Downloaded", "Installing", "Installed")
# Commands without any effect in a simulator beyond being accepted.
ALWAYS_ACCEPTED = (
    "CertificateSigned",
    "ClearCache",
    "ClearDisplayMessage",
    "InstallCertificate",
    "PublishFirmware",
    "SetDisplayMessage",
    "SetMonitoringBase",
    "SetMonitoringLevel",
    "SetNetworkProfile",
)


class Commands201(DeviceCommands201):
    """The commands of one station; those about its device model are in the parent class."""

    def __init__(self, charger: ChargerSimulator201) -> None:
        super().__init__(charger)
        self.local_list_version = 0
        self.profiles: dict[int, Any] = {}

    def routes(self) -> Mapping[str, Handler]:
        """Return the handler of every action."""
        simple = {action: _accepting(action) for action in ALWAYS_ACCEPTED}
        return {
            **simple,
            **self.device_routes(),
            "CancelReservation": self.cancel_reservation,
            "ChangeAvailability": self.change_availability,
            "ClearChargingProfile": self.clear_charging_profile,
            "CostUpdated": self.cost_updated,
            "CustomerInformation": self.customer_information,
            "DataTransfer": self.data_transfer,
            "DeleteCertificate": lambda **_: call_result.DeleteCertificate(status="NotFound"),
            "GetChargingProfiles": self.get_charging_profiles,
            "GetCompositeSchedule": self.get_composite_schedule,
            "GetDisplayMessages": lambda **_: call_result.GetDisplayMessages(status="Unknown"),
            "GetInstalledCertificateIds": lambda **_: call_result.GetInstalledCertificateIds(status="NotFound"),
            "GetLocalListVersion": lambda **_: call_result.GetLocalListVersion(version_number=self.local_list_version),
            "GetLog": self.get_log,
            "GetTransactionStatus": self.get_transaction_status,
            "RequestStartTransaction": self.request_start_transaction,
            "RequestStopTransaction": self.request_stop_transaction,
            "ReserveNow": self.reserve_now,
            "Reset": self.reset,
            "SendLocalList": self.send_local_list,
            "SetChargingProfile": self.set_charging_profile,
            "TriggerMessage": self.trigger_message,
            "UnlockConnector": self.unlock_connector,
            "UnpublishFirmware": lambda **_: call_result.UnpublishFirmware(status="NoFirmware"),
            "UpdateFirmware": self.update_firmware,
        }

    # Transactions

    async def request_start_transaction(
        self, id_token: dict[str, Any], remote_start_id: int, evse_id: int | None = None, **_: Any
    ) -> Any:
        """Accept when the EVSE is free, then start as the options say."""
        options = self.charger.options
        token = str(id_token["id_token"])
        self.charger.log.record(
            "command",
            action="RequestStartTransaction",
            id_token=token,
            connector=evse_id,
            remote_start_id=remote_start_id,
        )
        authorisation = Authorisation(token, str(id_token["type"]), remote_start_id, remote=True)
        outlet = self.charger.remote_start_target(evse_id)
        refused = options.reject_remote_start or (evse_id is None and options.reject_remote_start_without_connector)
        if outlet is None or refused:
            return call_result.RequestStartTransaction(status="Rejected")
        if options.authorize_before_answer and not await self.charger.authorize(authorisation):
            return call_result.RequestStartTransaction(status="Rejected")
        return Then(
            call_result.RequestStartTransaction(status="Accepted"),
            lambda: self.charger.remote_start(outlet, authorisation),
        )

    def request_stop_transaction(self, transaction_id: str, **_: Any) -> Any:
        """Stop the transaction when it is one of ours."""
        self.charger.log.record("command", action="RequestStopTransaction", transaction_id=transaction_id)
        transaction = self.charger.transaction_with_id(transaction_id)
        if transaction is None or self.charger.options.reject_remote_stop:
            return call_result.RequestStopTransaction(status="Rejected")
        if self.charger.options.ignore_remote_stop:
            return call_result.RequestStopTransaction(status="Accepted")
        return Then(
            call_result.RequestStopTransaction(status="Accepted"),
            lambda: self.charger.stop_transaction(transaction, "Remote"),
        )

    def get_transaction_status(self, transaction_id: str | None = None, **_: Any) -> Any:
        """Tell whether a transaction runs and whether messages wait."""
        ongoing = self.charger.transaction_with_id(transaction_id) is not None if transaction_id else None
        return call_result.GetTransactionStatus(messages_in_queue=bool(self.charger.queue), ongoing_indicator=ongoing)

    def cost_updated(self, total_cost: float, transaction_id: str, **_: Any) -> Any:
        """Show the running cost on the display."""
        self.charger.costs_shown.append((transaction_id, total_cost))
        self.charger.log.record("cost", transaction_id=transaction_id, total_cost=total_cost)
        return call_result.CostUpdated()

    def unlock_connector(self, evse_id: int, **_: Any) -> Any:
        """Unlock a connector on which no transaction runs."""
        outlet = self.charger.connectors.get(evse_id)
        self.charger.log.record("command", action="UnlockConnector", connector=evse_id)
        if outlet is None:
            return call_result.UnlockConnector(status="UnknownConnector")
        return call_result.UnlockConnector(status="OngoingAuthorizedTransaction" if outlet.transaction else "Unlocked")

    # Availability, reservations

    def change_availability(self, operational_status: str, evse: dict[str, Any] | None = None, **_: Any) -> Any:
        """Become operative or not; an EVSE that is charging changes when it is done (Scheduled)."""
        wanted = int(evse["id"]) if evse else 0
        outlets = [c for number, c in self.charger.connectors.items() if wanted in {0, number}]
        if not outlets:
            return call_result.ChangeAvailability(status="Rejected")
        busy = any(outlet.transaction for outlet in outlets)
        for outlet in outlets:
            outlet.operative = operational_status == "Operative"
        self.charger.log.record("command", action="ChangeAvailability", connector=wanted, type=operational_status)
        answer = call_result.ChangeAvailability(status="Scheduled" if busy else "Accepted")
        return Then(answer, lambda: self._report(outlets))

    def reserve_now(self, id: int, evse_id: int | None = None, **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Reserve a free EVSE."""
        outlet = self.charger.remote_start_target(evse_id)
        if outlet is None or outlet.plugged:
            return call_result.ReserveNow(status="Occupied")
        outlet.reservation_id = id
        return Then(call_result.ReserveNow(status="Accepted"), lambda: self._report([outlet]))

    def cancel_reservation(self, reservation_id: int, **_: Any) -> Any:
        """Cancel a reservation that exists."""
        outlets = [c for c in self.charger.connectors.values() if c.reservation_id == reservation_id]
        if not outlets:
            return call_result.CancelReservation(status="Rejected")
        outlets[0].reservation_id = None
        return Then(call_result.CancelReservation(status="Accepted"), lambda: self._report(outlets))

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


def _accepting(action: str) -> Handler:
    """Return a handler that accepts `action` whatever it says."""
    answer = getattr(call_result, action)
    return lambda **_: answer(status="Accepted")
