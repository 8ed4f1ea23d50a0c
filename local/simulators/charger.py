"""A simulated charger in the driver's hands: the cable, the card, the faults, and the passing of time."""

from __future__ import annotations

import asyncio

from local.simulators.charger_session import ChargingSession
from local.simulators.charger_state import Authorisation


class ChargerSimulator(ChargingSession):
    """A charger with `connectors` outlets of `power_w` each, at `url` of a CSMS.

    `time_scale` simulated seconds pass in one real second (0: only by `pass_time`); or give a `clock` to share.
    The events recorded here: charging_state, fault, recovered.
    """

    # What the driver does.

    async def plug_in(self, connector: int = 1) -> None:
        """Put the cable in; a waiting authorisation starts its transaction."""
        outlet = self.connectors[connector]
        outlet.plugged, outlet.finished = True, None
        await self.report_change(outlet)
        await self.start_if_ready(outlet)

    async def tap(self, id_token: str, connector: int | None = None) -> bool:
        """Hold a card to the reader: stops its own running transaction, else asks for one. Returns whether accepted."""
        running = self.running_with(id_token)
        if running:
            await self.stop_transaction(running, "Local")
            return True
        outlet = self.connectors[connector] if connector else self.best_connector()
        if outlet is None or not await self.authorize(Authorisation(id_token)):
            return False
        self.hold_authorisation(outlet, Authorisation(id_token))
        if not outlet.plugged:
            await self.report_change(outlet)
        await self.start_if_ready(outlet)
        return True

    async def unplug(self, connector: int = 1) -> None:
        """Pull the cable; a running transaction ends."""
        outlet = self.connectors[connector]
        if outlet.transaction:
            await self.stop_transaction(outlet.transaction, "EVDisconnected", report_status=False)
        outlet.plugged, outlet.authorisation = False, None
        await self.report_change(outlet)

    async def suspend_ev(self, connector: int = 1) -> None:
        """Let the car stop drawing power (its battery is full) while the transaction goes on."""
        await self._set_charging_state(connector, "SuspendedEV")

    async def suspend_evse(self, connector: int = 1) -> None:
        """Let the charger withhold power (a load limit) while the transaction goes on."""
        await self._set_charging_state(connector, "SuspendedEVSE")

    async def resume(self, connector: int = 1) -> None:
        """Let power flow again after a suspension."""
        await self._set_charging_state(connector, "Charging")

    async def fault(self, code: str = "GroundFailure", connector: int = 1, *, stop_transaction: bool = True) -> None:
        """Break: a running transaction ends (unless told otherwise) and the connector reports `code`."""
        outlet = self.connectors[connector]
        outlet.fault_code = code
        self.log.record("fault", connector=connector, code=code)
        if outlet.transaction and stop_transaction:
            await self.stop_transaction(outlet.transaction, self.fault_stop_reason, report_status=False)
        await self.report_fault(outlet)

    async def recover(self, connector: int = 1) -> None:
        """Be well again after `fault`."""
        outlet = self.connectors[connector]
        outlet.fault_code = None
        self.log.record("recovered", connector=connector)
        await self.report_fault(outlet)

    async def pass_time(self, seconds: float) -> None:
        """Let simulated time go by. A standing clock is moved in steps of the meter interval, each with its samples."""
        if self.clock.scale:
            await self.clock.sleep(seconds)
            return
        left = seconds
        while left > 0:
            step = min(left, self.meter_interval_seconds or left)
            self.clock.advance(step)
            left -= step
            for outlet in self.connectors.values():
                if outlet.transaction and self.meter_interval_seconds:
                    await self.take_sample(outlet.transaction)

    def display_kwh(self, connector: int = 1) -> float:
        """Return the energy on the display: of the running transaction, else of the last one."""
        return self.connectors[connector].display_kwh

    def status_line(self) -> str:
        """Return one line about the line, the connectors and the queue, for a person."""
        parts = [f"{self.charger_id} {'online' if self.online else 'OFFLINE'}"]
        parts += [f"{c.id}: {self.status_of(c)} {c.display_kwh:.3f} kWh" for c in self.connectors.values()]
        return ", ".join([*parts, f"{len(self.queue)} message(s) queued"])

    async def restart(self, boot_reason: str, stop_reason: str) -> None:
        """Reset: end all transactions, drop the line, come back and boot."""
        for outlet in self.connectors.values():
            if outlet.transaction:
                await self.stop_transaction(outlet.transaction, stop_reason)
        await self.go_offline()
        await asyncio.sleep(self.options.reset_real_seconds)
        await self.connect()
        await self.boot(boot_reason)

    async def power_loss(self, real_seconds: float = 0.2) -> None:
        """Lose mains power: the line dies, transactions end as PowerLoss and are reported after the next boot."""
        self.lose_line()
        for outlet in self.connectors.values():
            if outlet.transaction:
                await self.stop_transaction(outlet.transaction, "PowerLoss", report_status=False)
        await asyncio.sleep(real_seconds)
        await self.connect()
        await self.boot()

    async def _set_charging_state(self, connector: int, state: str) -> None:
        outlet = self.connectors[connector]
        transaction = outlet.transaction
        if transaction is None or transaction.charging_state == state:
            return
        transaction.charging_state = state
        (outlet.meter.start if state == "Charging" else outlet.meter.stop)(self.clock.now())
        self.log.record("charging_state", connector=connector, state=state)
        await self.report_charging_state(transaction)
