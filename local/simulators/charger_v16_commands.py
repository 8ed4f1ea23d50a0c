"""How the OCPP 1.6J charger obeys: one method per command of the Central System.

Handlers get the payload in the `ocpp` package's snake case and answer with its dataclasses.
What a command sets off is a `Then`: it begins once the answer is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v16 import call_result

from local.simulators.charger_link import Handler, Then
from local.simulators.charger_state import Authorisation
from local.simulators.charger_v16_maintenance import Maintenance16

if TYPE_CHECKING:
    from collections.abc import Mapping


class Commands16(Maintenance16):
    """The commands of one charger: transactions and availability here, the rest in the parent classes."""

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
