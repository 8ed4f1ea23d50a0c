"""How a charging session goes on a simulated charger, whatever the OCPP version."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from local.simulators.charger_connection import ChargerConnection
from local.simulators.charger_link import CallRefusedError, LineDownError
from local.simulators.charger_options import ChargerOptions
from local.simulators.charger_state import WH_PER_KWH, Authorisation, Connector, EnergyMeter, Sample, Transaction
from local.simulators.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext


class ChargingSession(ChargerConnection):
    """Connectors, meters, authorisations and transactions of a charger.

    The events recorded here: authorized, authorisation_expired, transaction_started, meter, transaction_stopped.
    """

    def __init__(
        self,
        url: str,
        charger_id: str,
        password: str | bytes | None = None,
        *,
        connectors: int = 1,
        power_w: float = 11_000,
        time_scale: float = 1,
        clock: SimulatedClock | None = None,
        options: ChargerOptions | None = None,
        meter_start_wh: int = 0,
        headers: Mapping[str, str] | None = None,
        ssl: SSLContext | None = None,
    ) -> None:
        super().__init__(
            url,
            charger_id,
            password,
            clock=clock or SimulatedClock(time_scale),
            options=options or ChargerOptions(),
            headers=headers,
            ssl=ssl,
        )
        self.meter_interval_seconds = self.options.meter_interval_seconds
        self.connectors = {
            number: Connector(number, EnergyMeter(power_w, float(meter_start_wh)))
            for number in range(1, connectors + 1)
        }
        self.costs_shown: list[tuple[str, Any]] = []

    # What each OCPP version says in its own way.

    @abstractmethod
    async def report_status(self, connector: Connector) -> None:
        """Send the status of one connector."""

    @abstractmethod
    async def ask_authorization(self, authorisation: Authorisation) -> str:
        """Send Authorize and return the status in the answer."""

    @abstractmethod
    async def report_started(self, transaction: Transaction) -> None:
        """Report the start of a transaction."""

    @abstractmethod
    async def report_sample(self, transaction: Transaction, sample: Sample) -> None:
        """Report one meter reading of a running transaction."""

    @abstractmethod
    async def report_charging_state(self, transaction: Transaction) -> None:
        """Report that power began or ceased to flow."""

    @abstractmethod
    async def report_stopped(self, transaction: Transaction) -> None:
        """Report the end of a transaction."""

    @abstractmethod
    async def report_fault(self, connector: Connector) -> None:
        """Report a fault, or its end when the connector has none any more."""

    # How a session goes.

    fault_stop_reason = "Other"

    @abstractmethod
    def status_of(self, connector: Connector) -> str:
        """Return the connector status in the words of the version."""

    async def report_change(self, connector: Connector) -> None:
        """Send the status of a connector if it is another than was last told."""
        if self.status_of(connector) != connector.told_status:
            await self.report_status(connector)

    async def authorize(self, authorisation: Authorisation) -> bool:
        """Ask the CSMS, or decide alone while the line is down."""
        try:
            status = await self.ask_authorization(authorisation)
        except (LineDownError, TimeoutError):
            status = "Accepted" if self.options.authorize_offline else "Offline"
        except CallRefusedError as refusal:
            status = refusal.code
        self.log.record("authorized", id_token=authorisation.id_token, status=status)
        return status == "Accepted"

    def hold_authorisation(self, outlet: Connector, authorisation: Authorisation) -> None:
        """Keep permission for a connector until its cable is in, for at most the connection timeout."""
        outlet.authorisation = authorisation
        if not outlet.plugged:
            self.spawn(self._expire(outlet, authorisation))

    async def start_if_ready(self, outlet: Connector) -> None:
        """Start the transaction for which both the cable and the permission are there."""
        if not (outlet.plugged and outlet.authorisation and outlet.usable):
            return
        authorisation, outlet.authorisation = outlet.authorisation, None
        now = self.clock.now()
        transaction = Transaction(outlet.id, authorisation, now, outlet.meter.read_wh(now))
        transaction.samples.append(Sample(now, transaction.meter_start_wh, 0.0, "Transaction.Begin"))
        outlet.transaction, outlet.finished, outlet.reservation_id = transaction, None, None
        outlet.meter.start(now)
        if self.options.late_status_order:
            await self.report_change(outlet)
        await self.report_started(transaction)
        self.log.record("transaction_started", connector=outlet.id, id_token=authorisation.id_token)
        if transaction.stopped_at is None:
            await self.report_charging_state(transaction)
            if self.meter_interval_seconds and self.clock.scale:
                self.spawn(self._sample_until_stopped(transaction))

    async def stop_transaction(self, transaction: Transaction, reason: str, *, report_status: bool = True) -> None:
        """End a transaction with a reason of the standard, report it, and (unless told otherwise) the status."""
        if transaction.stopped_at is not None:
            return
        outlet = self.connectors[transaction.connector_id]
        now = self.clock.now()
        outlet.meter.stop(now)
        transaction.stopped_at, transaction.stop_reason = now, reason
        transaction.meter_stop_wh = outlet.meter.read_wh(now)
        transaction.samples.append(Sample(now, transaction.meter_stop_wh, 0.0, "Transaction.End"))
        outlet.transaction, outlet.finished = None, transaction
        if report_status and self.options.late_status_order:
            await self.report_change(outlet)
        if not self.options.skip_stop:
            await self.report_stopped(transaction)
        kwh = transaction.energy_wh / WH_PER_KWH
        self.log.record("transaction_stopped", connector=outlet.id, reason=reason, kwh=kwh)
        if report_status and not self.options.late_status_order:
            await self.report_change(outlet)

    async def take_sample(self, transaction: Transaction, context: str = "Sample.Periodic") -> None:
        """Read the meter of a running transaction and report it."""
        meter, now = self.connectors[transaction.connector_id].meter, self.clock.now()
        sample = Sample(now, meter.read_wh(now), meter.present_power_w(), context)
        transaction.samples.append(sample)
        self.log.record("meter", connector=transaction.connector_id, energy_wh=transaction.energy_wh)
        await self.report_sample(transaction, sample)

    def transaction_with_id(self, transaction_id: int | str) -> Transaction | None:
        """Return the running transaction with this id."""
        running = (c.transaction for c in self.connectors.values() if c.transaction)
        return next((t for t in running if t.transaction_id == transaction_id), None)

    async def remote_start(self, outlet: Connector, authorisation: Authorisation) -> None:
        """Do what an accepted remote start asks for."""
        if not self.options.auto_start_on_remote:
            return
        if self.options.authorize_remote and not await self.authorize(authorisation):
            return
        if self.options.plug_on_remote_start:
            outlet.plugged = True
        self.hold_authorisation(outlet, authorisation)
        await self.report_change(outlet)
        await self.start_if_ready(outlet)

    def remote_start_target(self, connector: int | None) -> Connector | None:
        """Return the connector a remote start means, or None when it cannot be used."""
        outlet = self.connectors.get(connector) if connector else self.best_connector()
        return outlet if outlet and outlet.usable else None

    async def _sample_until_stopped(self, transaction: Transaction) -> None:
        while True:
            await self.clock.sleep(self.meter_interval_seconds)
            if transaction.stopped_at is not None:
                return
            await self.take_sample(transaction)

    async def _expire(self, outlet: Connector, authorisation: Authorisation) -> None:
        await self.clock.sleep(self.options.connection_timeout_seconds)
        if outlet.authorisation is authorisation:
            outlet.authorisation = None
            self.log.record("authorisation_expired", connector=outlet.id)
            await self.report_change(outlet)

    def running_with(self, id_token: str) -> Transaction | None:
        """Return the running transaction of this card."""
        running = (c.transaction for c in self.connectors.values() if c.transaction)
        return next((t for t in running if t.authorisation.id_token.lower() == id_token.lower()), None)

    def best_connector(self) -> Connector | None:
        """Return a usable connector, rather one with a cable in."""
        usable = [outlet for outlet in self.connectors.values() if outlet.usable]
        return next((outlet for outlet in usable if outlet.plugged), usable[0] if usable else None)
