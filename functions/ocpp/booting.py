"""What a BootNotification means, in either protocol: the registry's record, and the registration that is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.edge import settings
from csms.store import chargers
from functions.ocpp.decision import Answer, Decision

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Write
    from functions.ocpp.decision import Frame

_STATUS: Final = {"accepted": "Accepted", "pending": "Pending", "rejected": "Rejected", "blocked": "Rejected"}
PENDING_INTERVAL_SECONDS: Final = 60


def boot(frame: Frame, facts: dict[str, Any]) -> Decision:
    """Record what the station said of itself; one write, which also tells its registration."""
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    if frame.rules:
        known["boot_rules"] = list(frame.rules)
    known["protocol"] = frame.charger.protocol

    def answer(station: Item) -> Answer:
        status = _STATUS[station["registration"]]
        interval = settings.heartbeat_seconds() if status == "Accepted" else PENDING_INTERVAL_SECONDS
        return {"status": status, "currentTime": format_time(frame.now), "interval": interval}

    def after(station: Item) -> tuple[Write, ...]:
        if "firmware_job" not in station:  # jobs.POINTER, spelled out: most boots prove nothing and load nothing
            return ()
        from functions.ocpp.jobs import boot_writes

        return boot_writes(station, frame.store)

    return Decision(answer, (chargers.booted(frame.charger_id, known, frame.now),), after=after)
