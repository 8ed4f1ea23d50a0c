"""The OCPP 1.6J charger: what it says, on the `ocpp` package's v16 ChargePoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v16 import ChargePoint, call

from local.simulators.charger import ChargerSimulator
from local.simulators.charger_v16_commands import Commands16
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.simulators.charger_link import Handler
    from local.simulators.charger_state import Authorisation, Connector, Sample, Transaction

UNCONFIRMED_TRANSACTION_ID = -1


class ChargerSimulator16(ChargerSimulator):
    """A Charge Point that speaks OCPP 1.6J."""

    subprotocol = "ocpp1.6"
    charge_point_class = ChargePoint
    fault_stop_reason = "Other"

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the Central System's commands."""
        if not hasattr(self, "commands"):
            self.commands = Commands16(self)
        return self.commands.routes()

    def boot_request(self, reason: str) -> Any:
        """Return BootNotification; 1.6 has no field for the reason."""
        del reason
        return call.BootNotification(
            charge_point_vendor="Simulated",
            charge_point_model="Wall 1.6",
            charge_point_serial_number=f"S16-{self.charger_id}"[:25],
            firmware_version=self.firmware_version,
        )

    async def send_heartbeat(self) -> None:
        """Send a Heartbeat."""
        await self.notify(call.Heartbeat())

    async def report_all_statuses(self) -> None:
        """Send StatusNotification of the charger itself (0) and of every connector."""
        await self.notify(self._status_request(0, "Available", "NoError"))
        for connector in self.connectors.values():
            await self.report_status(connector)

    def status_of(self, connector: Connector) -> str:
        """Return the ChargePointStatus of a connector."""
        if connector.fault_code:
            return "Faulted"
        if connector.transaction:
            return connector.transaction.charging_state
        if not connector.operative:
            return "Unavailable"
        if connector.plugged and connector.finished:
            return "Finishing"
        if connector.plugged or connector.authorisation:
            return "Preparing"
        return "Available" if connector.reservation_id is None else "Reserved"

    async def report_status(self, connector: Connector) -> None:
        """Send StatusNotification of one connector; what happens while the line is down is not kept."""
        status = self.status_of(connector)
        connector.told_status = status
        self.log.record("status", connector=connector.id, status=status)
        if self.online:
            await self.notify(self._status_request(connector.id, status, connector.fault_code or "NoError"))

    async def report_fault(self, connector: Connector) -> None:
        """Send the StatusNotification that carries the error code, or NoError again."""
        await self.report_status(connector)

    async def report_charging_state(self, transaction: Transaction) -> None:
        """Send Charging, SuspendedEV or SuspendedEVSE as connector status."""
        if not (self.options.late_status_order and transaction.charging_state == "Charging"):
            await self.report_status(self.connectors[transaction.connector_id])

    async def ask_authorization(self, authorisation: Authorisation) -> str:
        """Send Authorize and return the AuthorizationStatus."""
        answer = await self.call(call.Authorize(id_tag=authorisation.id_token))
        return str(answer.id_tag_info["status"])

    async def report_started(self, transaction: Transaction) -> None:
        """Queue StartTransaction; a tag refused in the answer ends the transaction as DeAuthorized."""
        request = call.StartTransaction(
            connector_id=transaction.connector_id,
            id_tag=transaction.authorisation.id_token,
            meter_start=transaction.meter_start_wh,
            timestamp=wire_time(transaction.started_at),
        )

        async def send(message_id: str | None) -> None:
            answer = await self.call(request, message_id)
            transaction.transaction_id = answer.transaction_id
            if self.options.duplicate_start:
                again = await self.call(request)
                self.log.record("start_repeated", first=answer.transaction_id, second=again.transaction_id)
                transaction.transaction_id = again.transaction_id
            status = answer.id_tag_info["status"]
            self.log.record("start_answered", transaction_id=transaction.transaction_id, status=status)
            if status != "Accepted":
                self.spawn(self.stop_transaction(transaction, "DeAuthorized"))

        await self.deliver("StartTransaction", send)

    async def report_sample(self, transaction: Transaction, sample: Sample) -> None:
        """Queue MeterValues; the transactionId is filled in when they are sent."""

        async def send(message_id: str | None) -> None:
            await self.call(
                call.MeterValues(
                    connector_id=transaction.connector_id,
                    transaction_id=self._known_id(transaction),
                    meter_value=[meter_value(sample)],
                ),
                message_id,
            )

        await self.deliver("MeterValues", send)

    async def report_stopped(self, transaction: Transaction) -> None:
        """Queue StopTransaction with the first and the last reading as transactionData."""
        data = [meter_value(sample) for sample in (transaction.samples[0], transaction.samples[-1])]

        async def send(message_id: str | None) -> None:
            id_tag = transaction.authorisation.id_token
            stop = call.StopTransaction(
                transaction_id=self._known_id(transaction) or 0,
                meter_stop=transaction.meter_stop_wh,
                timestamp=wire_time(transaction.stopped_at or self.clock.now()),
                reason=transaction.stop_reason,
                id_tag=id_tag if transaction.stop_reason == "Local" else None,
                transaction_data=None if self.options.skip_transaction_data else data,
            )
            await self.call(stop, message_id)

        await self.deliver("StopTransaction", send)

    def _known_id(self, transaction: Transaction) -> int | str | None:
        if transaction.transaction_id is None and self.options.transaction_id_minus_one:
            return UNCONFIRMED_TRANSACTION_ID
        return transaction.transaction_id

    def _status_request(self, connector_id: int, status: str, error_code: str) -> Any:
        return call.StatusNotification(
            connector_id=connector_id, error_code=error_code, status=status, timestamp=wire_time(self.clock.now())
        )


def meter_value(sample: Sample) -> dict[str, Any]:
    """Return a MeterValue with the energy register and the power."""
    energy = {
        "value": str(sample.energy_wh),
        "context": sample.context,
        "measurand": "Energy.Active.Import.Register",
        "unit": "Wh",
    }
    power = {
        "value": f"{sample.power_w:.1f}",
        "context": sample.context,
        "measurand": "Power.Active.Import",
        "unit": "W",
    }
    return {"timestamp": wire_time(sample.at), "sampledValue": [energy, power]}
