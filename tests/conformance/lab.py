"""What a case is given: a charger of its own, the operator's hands, and what the CSMS shows of the charger."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.conformance import authority
from tests.conformance.station import WAIT_SECONDS

if TYPE_CHECKING:
    from local.operator_client import OperatorClient
    from local.stack import Stack
    from tests.conformance.registry import Case
    from tests.conformance.station import Station

VALID, VALID2, UNKNOWN, BLOCKED, EXPIRED = "CONF-VALID", "CONF-VALID-2", "CONF-UNKNOWN", "CONF-BLOCKED", "CONF-EXPIRED"
MASTER, GROUP, MASTER_GROUP = "CONF-MASTER", "CONF-GROUP", "CONF-MASTERGROUP"
TOKENS: Final[dict[str, dict[str, Any]]] = {
    VALID: {"group_id": GROUP},
    VALID2: {"group_id": GROUP},
    BLOCKED: {"blocked": True},
    EXPIRED: {"expires_at": "2020-01-01T00:00:00Z"},
    MASTER: {"group_id": MASTER_GROUP},
}
_FINAL: Final = frozenset({"ANSWERED", "REFUSED", "TIMED_OUT", "EXPIRED"})
_CLOCK_SECONDS: Final = 5
_POLL_SECONDS: Final = 0.02


def now(seconds: float = 0) -> str:
    """The present time, moved by `seconds`, as chargers write it."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_now(text: str) -> bool:
    """Whether a time stamp of the CSMS is the present time."""
    return abs((datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds()) < _CLOCK_SECONDS


@dataclass
class Lab:
    """One case's charger against the running CSMS."""

    case: Case
    stack: Stack
    operator: OperatorClient
    station: Station
    firmware_version: str = "1.0"

    @property
    def path(self) -> str:
        """The station's resource in the operator API."""
        return f"/stations/{self.station.identity}"

    async def command(self, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Issue a command as an operator and play its way: sent as it was asked for, answered, the answer recorded.

        Returns the frame's payload.
        """
        before = len(self.station.received)
        self.station.answers(action, answer)
        made = await self.operator.call("POST", f"{self.path}/commands", {"action": action, "payload": payload})
        received = await self.station.command(action, before)
        assert received.message_id == made["command_id"]
        record = await self.command_record(made["command_id"])
        assert record["state"] == "ANSWERED"
        if "status" in answer:
            assert record["answer"]["status"] == answer["status"]
        return received.payload

    async def command_record(self, command_id: str) -> dict[str, Any]:
        """The command in the operator API, once it has come to its end."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                record: dict[str, Any] = await self.operator.call("GET", f"{self.path}/commands/{command_id}")
                if record["state"] in _FINAL:
                    return record
                await asyncio.sleep(_POLL_SECONDS)

    async def last_command(self) -> dict[str, Any]:
        """The latest command of the station, as the operator sees it."""
        return (await self.rows("commands"))[0]

    async def record(self) -> dict[str, Any]:
        """The station as the operator sees it."""
        record: dict[str, Any] = await self.operator.call("GET", self.path)
        return record

    async def is_offline(self) -> None:
        """Wait until the operator sees that the station is not connected."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                if not (await self.record())["connection"]["connected"]:
                    return
                await asyncio.sleep(_POLL_SECONDS)

    async def shown_status(self, evse_id: int, connector_id: int = 1) -> dict[str, Any]:
        """The latest status of a connector, as the operator sees it; empty where none was reported."""
        rows = (await self.record())["statuses"]
        wanted = (evse_id, connector_id)
        return next((row for row in rows if (row["evse_id"], row["connector_id"]) == wanted), {})

    async def running(self) -> list[dict[str, Any]]:
        """The transactions that run on the station, as the operator sees them."""
        rows: list[dict[str, Any]] = (await self.record())["active_transactions"]
        return rows

    async def session_settled(
        self, session_id: str, energy_wh: float, review: str | None = None, status: str = "COMPLETED"
    ) -> None:
        """Wait until the session is settled: with this energy, or held for a person for the reason `review`."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                row = await self.operator.call("GET", f"/sessions/{session_id}")
                if "settled_at" in row:
                    break
                await asyncio.sleep(_POLL_SECONDS)
        if review is not None:
            assert row["review"]["reasons"] == [review]
            assert row["review"]["energy_wh"] == energy_wh
            return
        assert "review" not in row, row
        assert row["session"]["status"] == status
        assert row["session"]["kwh"] == energy_wh / 1000
        assert ("end_date_time" in row["session"]) == (status == "COMPLETED")

    async def variables(self) -> dict[str, str]:
        """The values that the station reported of its variables or configuration keys, as the operator sees them."""
        rows = await self.rows("variables")
        return {row["variable"]: row["attributes"]["Actual"]["reported"]["value"] for row in rows}

    async def rows(self, resource: str) -> list[dict[str, Any]]:
        """What the operator sees under a resource of the station."""
        rows: list[dict[str, Any]] = (await self.operator.call("GET", f"{self.path}/{resource}"))["items"]
        return rows

    async def jobs(self) -> list[str]:
        """The states of the station's firmware and log jobs, in the order in which they were asked for."""
        return [row["state"] for row in sorted(await self.rows("jobs"), key=lambda row: str(row["requested_at"]))]

    async def events(self, action: str) -> list[dict[str, Any]]:
        """What the station told of itself by this action, the latest first."""
        return [json.loads(row["payload"]) for row in await self.rows("events") if row["action"] == action]

    async def certificate(self, trigger: tuple[str, str], status: str, **kind: str) -> None:
        """The operator asks for a CSR, has it signed and sends the certificate, which the station answers with `status`.

        `trigger`: the command that asks, and the message that it asks for. `kind`: the type, where the version names one.
        """
        wanted = {"requestedMessage": trigger[1]}
        assert await self.command(trigger[0], wanted, {"status": "Accepted"}) == wanted
        csr = authority.signing_request(self.station.identity)
        assert await self.station.call("SignCertificate", {"csr": csr, **kind}) == {"status": "Accepted"}
        (waiting,) = await self.rows("certificate-requests")
        assert (waiting["csr"], waiting["state"]) == (csr, "waiting")
        wanted = {"certificateChain": authority.signed(waiting["csr"]), **kind}
        assert await self.command("CertificateSigned", wanted, {"status": status}) == wanted
        (ended,) = await self.rows("certificate-requests")
        assert ended["state"] == ("installed" if status == "Accepted" else "rejected")

    async def finish(self) -> None:
        """Nothing that the case sent was unusable, and nothing that came back was wrong."""
        await self.station.close()
        assert not self.station.faults, self.station.faults
        parked = await self.rows("parked")
        assert not parked, parked
