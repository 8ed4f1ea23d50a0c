"""A TransactionEvent as it was said: one of Started, Updated, Ended, with its ledger entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.domain.transaction import Entry, entry, event_key
from csms.ocppj.meter_values import Reading, ledger_entry, plausible_time, readings_2x

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from functions.ocpp.decision import Frame

STARTED: Final = "Started"
UPDATED: Final = "Updated"
ENDED: Final = "Ended"

# Triggers that only repeat the state: it may stand with the sample, whose time can be a second older than the event's.
_METERING: Final = frozenset({"MeterValuePeriodic", "MeterValueClock"})
_AUTHORISING: Final = frozenset({"Authorized", "RemoteStart"})
_NO_READING: Final = -1


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is the event's plausible time; `evse_id` 0 and `connector_id` None where the station did not say them."""

    frame: Frame
    kind: str
    transaction_id: str
    at: datetime
    entries: dict[str, Entry]
    readings: tuple[Reading, ...]
    id_token: str | None
    remote_start_id: int | None
    evse_id: int
    connector_id: int | None

    @property
    def names_starter(self) -> bool:
        """Whether the event says who charges: the end's token is the one that stopped, which need not be the same."""
        return self.remote_start_id is not None or self.id_token is not None

    @property
    def authorises(self) -> bool:
        """Whether the driver was authorised at this very event, so that what was before is not his."""
        if not self.names_starter:
            return False
        return self.kind == STARTED or self.frame.payload.get("triggerReason") in _AUTHORISING

    @property
    def first_at(self) -> datetime:
        """The earliest moment that the event speaks of."""
        return min((r.at for r in self.readings), default=self.at) if self.kind == ENDED else self.at

    @property
    def begin_wh(self) -> Decimal | None:
        """The register at the begin; 0 is a placeholder of stations that could not read their meter then."""
        begins = (r.energy_wh for r in self.readings if r.context == "Transaction.Begin")
        return next((b for b in begins if b), None)


def event_of(frame: Frame) -> Event:
    """Read the payload of a valid TransactionEvent."""
    payload = frame.payload
    about, evse = payload["transactionInfo"], payload.get("evse") or {}
    at = plausible_time(payload.get("timestamp"), frame.now)
    readings = readings_2x(payload.get("meterValue") or (), at)
    token = payload.get("idToken")
    return Event(
        frame,
        payload["eventType"],
        about["transactionId"],
        at,
        _entries(payload, at, readings),
        readings,
        token.get("idToken", "") if token else None,
        about.get("remoteStartId"),
        max(evse.get("id", 0), 0),
        evse.get("connectorId"),
    )


def _entries(payload: dict[str, Any], at: datetime, readings: tuple[Reading, ...]) -> dict[str, Entry]:
    """One entry a reading. What the event itself says stands with a reading of its moment, else in an entry of its own."""
    kind, trigger, seq = payload["eventType"], payload.get("triggerReason", ""), payload.get("seqNo", 0)
    said = {
        "ev": kind[:1],
        "st": payload["transactionInfo"].get("chargingState"),
        "tr": trigger,
    }
    always = {"seq": seq, "off": True if payload.get("offline") else None}
    place = _place_of_event(trigger, at, readings)
    entries: dict[str, Entry] = {}
    for index, r in enumerate(readings):
        entries[event_key(seq, kind, at, trigger, index)] = ledger_entry(
            r, **always, **(said if index == place else {})
        )
    if place == _NO_READING:
        entries[event_key(seq, kind, at, trigger, _NO_READING)] = entry(at, **always, **said)
    return entries


def _place_of_event(trigger: str, at: datetime, readings: tuple[Reading, ...]) -> int:
    for index in range(len(readings) - 1, -1, -1):
        if readings[index].at == at:
            return index
    return len(readings) - 1 if readings and trigger in _METERING else _NO_READING
