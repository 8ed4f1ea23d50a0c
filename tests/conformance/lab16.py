"""The states that 1.6 cases start from: booted, authorised, charging."""

from __future__ import annotations

from typing import Any

from tests.conformance.lab import VALID, Lab, is_now, now

CONNECTORS = (1, 2)
METER_START_WH, METER_STOP_WH = 1000, 1001  # a case takes less than a second: more would not be believed


class Lab16(Lab):
    """A 1.6 charge point with two connectors."""

    async def boot(self) -> dict[str, Any]:
        """Boot, be accepted, report every connector and the charge point itself as available."""
        answer = await self.station.call(
            "BootNotification",
            {
                "chargePointVendor": "Conformance",
                "chargePointModel": "Lab 16",
                "firmwareVersion": self.firmware_version,
            },
        )
        assert answer["status"] == "Accepted"
        assert answer["interval"] > 0
        assert is_now(answer["currentTime"])
        await self.all_are("Available")
        return answer

    async def all_are(self, status: str) -> None:
        """Report one status for the charge point and each connector: all are shown to the operator."""
        for connector_id in (0, *CONNECTORS):
            await self._report(status, connector_id)
        shown = {row["evse_id"]: row["status"] for row in (await self.record())["statuses"]}
        assert shown == dict.fromkeys((0, *CONNECTORS), status)

    async def status(self, status: str, connector_id: int = 1, error_code: str = "NoError") -> None:
        """Report a connector's status: it is answered, and shown to the operator."""
        await self._report(status, connector_id, error_code)
        shown = await self.shown_status(connector_id, 1 if connector_id else 0)
        assert (shown["status"], shown["error_code"]) == (status, error_code)

    async def _report(self, status: str, connector_id: int, error_code: str = "NoError") -> None:
        payload = {"connectorId": connector_id, "errorCode": error_code, "status": status, "timestamp": now()}
        assert await self.station.call("StatusNotification", payload) == {}

    async def authorize(self, id_tag: str = VALID) -> dict[str, Any]:
        """Present a card; the idTagInfo."""
        info: dict[str, Any] = (await self.station.call("Authorize", {"idTag": id_tag}))["idTagInfo"]
        return info

    async def authorized(self, id_tag: str = VALID) -> None:
        """Present a card that is accepted."""
        assert (await self.authorize(id_tag))["status"] == "Accepted"

    async def start(self, id_tag: str = VALID, connector_id: int = 1, **more: Any) -> dict[str, Any]:
        """Start a transaction: it gets an id, whatever the card's status is."""
        begin = {"connectorId": connector_id, "idTag": id_tag, "meterStart": METER_START_WH, "timestamp": now()}
        answer = await self.station.call("StartTransaction", begin | more)
        assert answer["transactionId"] > 0
        return answer

    async def charging(self, id_tag: str = VALID, connector_id: int = 1, **more: Any) -> int:
        """A card is accepted, the cable plugged in, the transaction started and shown; its id."""
        await self.authorized(id_tag)
        await self.status("Preparing", connector_id)
        answer = await self.start(id_tag, connector_id, **more)
        assert answer["idTagInfo"]["status"] == "Accepted"
        await self.status("Charging", connector_id)
        transaction_id: int = answer["transactionId"]
        assert str(transaction_id) in {row["transaction_id"] for row in await self.running()}
        return transaction_id

    async def stop(
        self, transaction_id: int, reason: str | None = None, *, review: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Stop a transaction: it does not run any more and its session is settled with the energy of the registers.

        `review`: the reason for which a person must look at the session before it counts.
        """
        row = next(row for row in await self.running() if row["transaction_id"] == str(transaction_id))
        end = {"transactionId": transaction_id, "meterStop": METER_STOP_WH, "timestamp": now()}
        answer = await self.station.call("StopTransaction", end | ({"reason": reason} if reason else {}) | more)
        assert str(transaction_id) not in {row["transaction_id"] for row in await self.running()}
        await self.session_settled(row["session_id"], METER_STOP_WH - METER_START_WH, review)
        return answer
