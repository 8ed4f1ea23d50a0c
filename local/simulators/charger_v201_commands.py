"""How the OCPP 2.0.1 charging station obeys: one method per command of the CSMS.

Handlers get the payload in the `ocpp` package's snake case and answer with its dataclasses.
What a command sets off is a `Then`: it begins once the answer is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v201 import call_result

from local.simulators.charger_link import Then
from local.simulators.charger_state import Authorisation
from local.simulators.charger_v201_maintenance import Maintenance201

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.simulators.charger_link import Handler

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


class Commands201(Maintenance201):
    """The commands of one station: transactions and availability here, the rest in the parent classes."""

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


def _accepting(action: str) -> Handler:
    """Return a handler that accepts `action` whatever it says."""
    answer = getattr(call_result, action)
    return lambda **_: answer(status="Accepted")
