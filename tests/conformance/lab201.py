"""The states that 2.0.1 cases start from: booted, plugged in, authorised, energy flowing, stopped, unplugged."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.conformance.lab import VALID, Lab, is_now, now

if TYPE_CHECKING:
    from collections.abc import Iterator

EVSES = (1, 2)
METER_START_WH, METER_STOP_WH = 1000.0, 1001.0  # a case takes less than a second: more would not be believed


def token(uid: str = VALID) -> dict[str, Any]:
    """An idToken as a card reader tells it."""
    return {"idToken": uid, "type": "ISO14443"}


def meter(energy_wh: float, context: str = "Sample.Periodic", **more: Any) -> list[dict[str, Any]]:
    """One sample of the energy register."""
    value = {"value": energy_wh, "context": context, "measurand": "Energy.Active.Import.Register", **more}
    return [{"timestamp": now(), "sampledValue": [value]}]


@dataclass
class Transaction:
    """One transaction of the station; numbers its own events from 0."""

    lab: Lab201
    evse_id: int = 1
    transaction_id: str = field(default_factory=lambda: str(uuid4()))
    connected: bool = False
    authorised: bool = False
    sequence: Iterator[int] = field(default_factory=count)
    started: bool = False

    async def event(
        self, trigger: str, kind: str | None = None, *, seq: int | None = None, evse: bool = True, uid: str | None = None,
        info: dict[str, Any] | None = None, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Send an event: `kind` is Started for the first one and Updated for the others, unless it is given."""
        payload: dict[str, Any] = {
            "eventType": kind or ("Updated" if self.started else "Started"),
            "timestamp": now(),
            "triggerReason": trigger,
            "seqNo": next(self.sequence) if seq is None else seq,
            "transactionInfo": {"transactionId": self.transaction_id, **(info or {})},
            **more,
        }
        if evse:
            payload["evse"] = {"id": self.evse_id, "connectorId": 1}
        if uid is not None:
            payload["idToken"] = token(uid)
        self.started = True
        answer = await self.lab.station.call("TransactionEvent", payload)
        assert ("idTokenInfo" in answer) == (uid is not None)
        return answer

    async def plugged_in(self, **more: Any) -> None:
        """The cable is plugged in."""
        await self.lab.status("Occupied", self.evse_id)
        more = {"meterValue": meter(METER_START_WH, "Transaction.Begin")} | more
        await self.event("CablePluggedIn", info={"chargingState": "EVConnected"}, **more)
        self.connected = True

    async def authorized(self, uid: str = VALID) -> dict[str, Any]:
        """A card is presented and accepted; the event's idTokenInfo."""
        assert (await self.lab.authorize(uid))["status"] == "Accepted"
        info: dict[str, Any] = (await self.event("Authorized", uid=uid, evse=self.connected))["idTokenInfo"]
        assert info["status"] == "Accepted"
        self.authorised = True
        return info

    async def energy(self, uid: str = VALID) -> None:
        """Energy flows: authorised and plugged in where it was not yet, and the transaction is shown."""
        if not self.authorised:
            await self.authorized(uid)
        if not self.connected:
            await self.plugged_in()
        await self.charging()

    async def charging(self) -> None:
        """The contactor closes."""
        await self.event("ChargingStateChanged", info={"chargingState": "Charging"})
        assert (await self.shown())["evse_id"] == self.evse_id

    async def suspended(self) -> None:
        """Energy flowed; the EV takes no more for now."""
        await self.energy()
        await self.event("ChargingStateChanged", info={"chargingState": "SuspendedEV"})

    async def stop_authorized(self, uid: str = VALID) -> dict[str, Any]:
        """A card stops the transaction; the event's idTokenInfo."""
        info: dict[str, Any] = (await self.event("StopAuthorized", uid=uid))["idTokenInfo"]
        assert info["status"] == "Accepted"
        return info

    async def post_session(self) -> None:
        """Energy has stopped, the cable is still in."""
        await self.event("ChargingStateChanged", info={"chargingState": "EVConnected"})

    async def disconnected(self, samples: list[dict[str, Any]] | None = None) -> None:
        """The cable is pulled out and the transaction ends."""
        await self.lab.status("Available", self.evse_id)
        await self.ended(
            "EVCommunicationLost", samples=samples, info={"chargingState": "Idle", "stoppedReason": "EVDisconnected"}
        )

    async def left(self) -> None:
        """The ordinary end: stopped by the card, unplugged, gone."""
        await self.stop_authorized()
        await self.post_session()
        await self.disconnected()

    async def ended(
        self, trigger: str, *, samples: list[dict[str, Any]] | None = None, uid: str | None = None, energy: bool = True,
        review: str | None = None, status: str = "COMPLETED", **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """The transaction ends: it does not run any more and its session is settled with the energy that was metered.

        `energy` False: nothing was metered. `review`: the reason for which a person must look at the session first.
        `status`: the session's.
        """
        session_id = (await self.shown()).get("session_id")
        final = samples or (meter(METER_STOP_WH, "Transaction.End") if energy else [])
        values: dict[str, Any] = {"meterValue": final} if final else {}
        answer = await self.event(trigger, "Ended", uid=uid, **values, **more)
        assert not await self.shown()
        if session_id:
            energy_wh = METER_STOP_WH - METER_START_WH if energy else 0
            await self.lab.session_settled(session_id, energy_wh, review, status)
        return answer

    async def shown(self) -> dict[str, Any]:
        """The running transaction as the operator sees it; empty where it does not run."""
        rows = await self.lab.running()
        return next((row for row in rows if row["transaction_id"] == self.transaction_id), {})


class Lab201(Lab):
    """A 2.0.1 charging station with two EVSEs of one connector each."""

    async def boot(self, reason: str = "PowerUp") -> dict[str, Any]:
        """Boot, be accepted, report every connector as available."""
        answer = await self.boot_only(reason)
        assert answer["status"] == "Accepted"
        assert answer["interval"] > 0
        assert is_now(answer["currentTime"])
        await self.all_are("Available")
        return answer

    async def boot_only(self, reason: str = "PowerUp") -> dict[str, Any]:
        """Boot; the answer, whatever it is."""
        station = {"model": "Lab 201", "vendorName": "Conformance", "firmwareVersion": self.firmware_version}
        return await self.station.call("BootNotification", {"reason": reason, "chargingStation": station})

    async def all_are(self, status: str) -> None:
        """Report one status for every connector: all are shown to the operator."""
        for evse_id in EVSES:
            await self._report(status, evse_id)
        shown = {row["evse_id"]: row["status"] for row in (await self.record())["statuses"]}
        assert shown == dict.fromkeys(EVSES, status)

    async def status(self, status: str, evse_id: int = 1) -> None:
        """Report a connector's status: it is answered, and shown to the operator."""
        await self._report(status, evse_id)
        assert (await self.shown_status(evse_id))["status"] == status

    async def _report(self, status: str, evse_id: int) -> None:
        payload = {"timestamp": now(), "connectorStatus": status, "evseId": evse_id, "connectorId": 1}
        assert await self.station.call("StatusNotification", payload) == {}

    async def status_by_event(self, status: str, evse_id: int = 1) -> None:
        """Report a connector's status by its AvailabilityState, which counts the same."""
        await self.notify("Connector", "AvailabilityState", status, evse={"id": evse_id, "connectorId": 1})
        assert (await self.shown_status(evse_id))["status"] == status

    async def notify(self, component: str, variable: str, value: str, trigger: str = "Delta", **more: Any) -> None:
        """Report an event of the device model: it is answered, and kept."""
        data = {
            "eventId": 1,
            "timestamp": now(),
            "trigger": trigger,
            "actualValue": value,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": component, **more},
            "variable": {"name": variable},
        }
        payload = {"generatedAt": now(), "seqNo": 0, "eventData": [data]}
        assert await self.station.call("NotifyEvent", payload) == {}
        assert (await self.events("NotifyEvent"))[0]["eventData"] == [data]

    async def authorize(self, uid: str = VALID) -> dict[str, Any]:
        """Present a card; the idTokenInfo."""
        info: dict[str, Any] = (await self.station.call("Authorize", {"idToken": token(uid)}))["idTokenInfo"]
        return info

    def transaction(self, evse_id: int = 1) -> Transaction:
        """A transaction that has not begun yet."""
        return Transaction(self, evse_id)

    async def charging(self, evse_id: int = 1, uid: str = VALID) -> Transaction:
        """A transaction with energy flowing."""
        transaction = self.transaction(evse_id)
        await transaction.energy(uid)
        return transaction
