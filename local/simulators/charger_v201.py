"""The OCPP 2.0.1 charging station: what it says, on the `ocpp` package's v201 ChargePoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v201 import ChargePoint, call

from local.simulators.charger import ChargerSimulator
from local.simulators.charger_v201_commands import Commands201
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.simulators.charger_link import Handler
    from local.simulators.charger_state import Authorisation, Connector, Sample, Transaction

# Why a transaction ends, in the words of TransactionEvent: (triggerReason, stoppedReason).
STOP_REASONS = {
    "Local": ("StopAuthorized", "Local"),
    "Remote": ("RemoteStop", "Remote"),
    "EVDisconnected": ("EVCommunicationLost", "EVDisconnected"),
    "DeAuthorized": ("Deauthorized", "DeAuthorized"),
    "UnlockCommand": ("UnlockCommand", "Other"),
    "PowerLoss": ("AbnormalCondition", "PowerLoss"),
    "GroundFault": ("AbnormalCondition", "GroundFault"),
    "ImmediateReset": ("ResetCommand", "ImmediateReset"),
    "Reboot": ("ResetCommand", "Reboot"),
}
OTHER_STOP_REASON = ("AbnormalCondition", "Other")


class ChargerSimulator201(ChargerSimulator):
    """A Charging Station that speaks OCPP 2.0.1; connector n of the simulator is EVSE n with connector 1."""

    subprotocol = "ocpp2.0.1"
    charge_point_class = ChargePoint
    fault_stop_reason = "GroundFault"
    _event_seq_no = 0

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the CSMS's commands."""
        if not hasattr(self, "commands"):
            self.commands = Commands201(self)
        return self.commands.routes()

    def boot_request(self, reason: str) -> Any:
        """Return BootNotification."""
        station = {
            "vendorName": "Simulated",
            "model": "Wall 2.0.1",
            "serialNumber": f"S201-{self.charger_id}"[:25],
            "firmwareVersion": self.firmware_version,
        }
        return call.BootNotification(charging_station=station, reason=reason)

    async def send_heartbeat(self) -> None:
        """Send a Heartbeat."""
        await self.notify(call.Heartbeat())

    async def report_all_statuses(self) -> None:
        """Send StatusNotification of every EVSE's connector."""
        for connector in self.connectors.values():
            await self.report_status(connector)

    def status_of(self, connector: Connector) -> str:
        """Return the ConnectorStatus of an EVSE's connector."""
        if connector.fault_code:
            return "Faulted"
        if connector.plugged or connector.transaction:
            return "Occupied"
        if not connector.operative:
            return "Unavailable"
        return "Available" if connector.reservation_id is None else "Reserved"

    async def report_status(self, connector: Connector) -> None:
        """Send StatusNotification; what happens while the line is down is not kept."""
        status = self.status_of(connector)
        connector.told_status = status
        self.log.record("status", connector=connector.id, status=status)
        if self.online:
            await self.notify(
                call.StatusNotification(
                    timestamp=wire_time(self.clock.now()), connector_status=status, evse_id=connector.id, connector_id=1
                )
            )

    async def report_fault(self, connector: Connector) -> None:
        """Send the status, and NotifyEvent about the connector's Problem variable."""
        await self.report_status(connector)
        if not self.online:
            return
        self._event_seq_no += 1
        now = wire_time(self.clock.now())
        event = {
            "eventId": self._event_seq_no,
            "timestamp": now,
            "trigger": "Alerting",
            "actualValue": "true" if connector.fault_code else "false",
            "cleared": connector.fault_code is None,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", "evse": {"id": connector.id, "connectorId": 1}},
            "variable": {"name": "Problem"},
            **({"techCode": connector.fault_code} if connector.fault_code else {}),
        }
        await self.notify(call.NotifyEvent(generated_at=now, seq_no=0, event_data=[event]))

    async def ask_authorization(self, authorisation: Authorisation) -> str:
        """Send Authorize and return the AuthorizationStatus."""
        answer = await self.call(call.Authorize(id_token=id_token(authorisation)))
        return str(answer.id_token_info["status"])

    async def report_started(self, transaction: Transaction) -> None:
        """Queue TransactionEvent Started with the first reading."""
        transaction.transaction_id = transaction.key
        authorisation = transaction.authorisation
        trigger = "RemoteStart" if authorisation.remote else "Authorized"
        nameless = authorisation.remote and self.options.omit_id_token_in_started
        await self._event(
            transaction,
            "Started",
            trigger,
            transaction.samples[:1],
            charging_state="EVConnected",
            with_token=not nameless,
        )

    async def report_charging_state(self, transaction: Transaction) -> None:
        """Queue TransactionEvent Updated about the charging state."""
        await self._event(transaction, "Updated", "ChargingStateChanged", charging_state=transaction.charging_state)

    async def report_sample(self, transaction: Transaction, sample: Sample) -> None:
        """Queue TransactionEvent Updated with one reading."""
        trigger = "Trigger" if sample.context == "Trigger" else "MeterValuePeriodic"
        await self._event(transaction, "Updated", trigger, [sample])

    async def report_stopped(self, transaction: Transaction) -> None:
        """Queue TransactionEvent Ended with the last reading."""
        trigger, stopped_reason = STOP_REASONS.get(transaction.stop_reason or "", OTHER_STOP_REASON)
        connected = "Idle" if stopped_reason == "EVDisconnected" else "EVConnected"
        await self._event(
            transaction,
            "Ended",
            trigger,
            transaction.samples[-1:],
            charging_state=connected,
            stopped_reason=stopped_reason,
            with_token=stopped_reason == "Local",
        )

    async def _event(
        self,
        transaction: Transaction,
        event_type: str,
        trigger_reason: str,
        samples: list[Sample] | None = None,
        *,
        charging_state: str | None = None,
        stopped_reason: str | None = None,
        with_token: bool = False,
    ) -> None:
        """Queue one TransactionEvent; what it says is fixed now, also when it is sent much later."""
        started = event_type == "Started"
        authorisation = transaction.authorisation
        info = {
            "transactionId": transaction.key,
            "chargingState": charging_state,
            "stoppedReason": stopped_reason,
            "remoteStartId": authorisation.remote_start_id if started else None,
        }
        request = call.TransactionEvent(
            event_type=event_type,
            timestamp=wire_time(samples[-1].at if samples else self.clock.now()),
            trigger_reason=trigger_reason,
            seq_no=transaction.next_seq_no,
            transaction_info={key: value for key, value in info.items() if value is not None},
            meter_value=[meter_value(sample) for sample in samples] if samples else None,
            offline=None if self.online else True,
            evse={"id": transaction.connector_id, "connectorId": 1} if started else None,
            id_token=id_token(authorisation) if with_token else None,
        )
        if not self.options.seq_no_always_zero:
            transaction.next_seq_no += 1

        async def send(message_id: str | None) -> None:
            answer = await self.call(request, message_id)
            if started and self.options.duplicate_start:
                answer = await self.call(request)
            self._read_answer(transaction, answer)

        await self.deliver(f"TransactionEvent {event_type}", send)

    def _read_answer(self, transaction: Transaction, answer: Any) -> None:
        """Show the cost on the display; end a transaction whose token is refused."""
        if answer.total_cost is not None:
            self.costs_shown.append((transaction.key, answer.total_cost))
            self.log.record("cost", transaction_id=transaction.key, total_cost=answer.total_cost)
        status = (answer.id_token_info or {}).get("status")
        if status is not None:
            self.log.record("start_answered", transaction_id=transaction.key, status=status)
        if status not in {None, "Accepted"}:
            self.spawn(self.stop_transaction(transaction, "DeAuthorized"))


def id_token(authorisation: Authorisation) -> dict[str, str]:
    """Return the IdToken of an authorisation."""
    return {"idToken": authorisation.id_token, "type": authorisation.token_type}


def meter_value(sample: Sample) -> dict[str, Any]:
    """Return a MeterValue with the energy register and the power."""
    energy = {
        "value": sample.energy_wh,
        "context": sample.context,
        "measurand": "Energy.Active.Import.Register",
        "unitOfMeasure": {"unit": "Wh"},
    }
    power = {
        "value": sample.power_w,
        "context": sample.context,
        "measurand": "Power.Active.Import",
        "unitOfMeasure": {"unit": "W"},
    }
    return {"timestamp": wire_time(sample.at), "sampledValue": [energy, power]}
