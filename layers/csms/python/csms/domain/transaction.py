"""A transaction's ledger: what was metered and said, in order, whatever the order it arrived in.

The ledger is a mapping of content keys to entries, so a repeated message changes nothing and a late one finds its place.
Everything a bill needs is folded from it: energy, the phases of charging and parking, and the gaps that are known.

An entry (as stored) holds: `t` time; `wh` register in Wh; `w` power; `a` current; `soc` percent; `x` context
(B begin, E end, P anything else); for 2.x `seq`, `ev` (S, U, E), `st` chargingState, `tr` triggerReason, `off` offline;
for 1.6 `st` may be a connector status.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.domain.charging_periods import ChargingPhase, LedgerPoint
from csms.domain.times import format_time, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

Entry = dict[str, Any]

# The car is connected and asks for no power: parking, not charging (OCPI 2.3.0 PARKING_TIME as of 2026).
PARKING_STATES: Final = frozenset({"SuspendedEV", "Finishing"})
CHARGING_STATES: Final = frozenset({"Charging", "SuspendedEVSE"})
_BEFORE_CHARGING: Final = frozenset({"EVConnected", "Idle", "Preparing"})

_CONTEXTS: Final = {"Transaction.Begin": "B", "Transaction.End": "E"}


def entry(
    at: datetime,
    *,
    context: str = "Sample.Periodic",
    energy_wh: Decimal | None = None,
    power_w: Decimal | None = None,
    current_a: Decimal | None = None,
    soc_percent: Decimal | None = None,
    **more: Any,
) -> Entry:
    """One ledger entry; absent values are left out."""
    values = {
        "t": format_time(at),
        "x": _CONTEXTS.get(context, "P"),
        "wh": energy_wh,
        "w": power_w,
        "a": current_a,
        "soc": soc_percent,
        **more,
    }
    return {name: value for name, value in values.items() if value is not None}


def sample_key(at: datetime, context: str) -> str:
    """Content key of a 1.6 sample: its time and context."""
    return f"M|{format_time(at)}|{_CONTEXTS.get(context, 'P')}"


def event_key(seq_no: int, event_type: str, at: datetime, trigger: str, index: int = 0) -> str:
    """Content key of a 2.x event (or of its `index`-th meter value): one real station sends seqNo 0 throughout."""
    return f"E|{seq_no:06d}|{event_type[:1]}|{format_time(at)}|{trigger}|{index}"


def state_key(at: datetime, state: str) -> str:
    """Content key of a connector status that was reported while the transaction ran."""
    return f"S|{format_time(at)}|{state}"


# A start that old comes out of a charger's queue, not from a driver.
_LIVE: Final = timedelta(minutes=5)


def came_late(active: Mapping[str, Any] | None, started_at: datetime, now: datetime) -> bool:
    """Whether a start is an older one's, out of the charger's queue, while a newer transaction runs on the EVSE.

    `active` is what the store holds as running there: `state`, `started_at`.
    """
    if active is None or active["state"] != "open" or now - started_at < _LIVE:
        return False
    return parse_time(active["started_at"]) > started_at


@dataclass(frozen=True, slots=True)
class Folded:
    """A ledger read in order. Energy is relative to the start register and never decreases."""

    start: datetime
    end: datetime
    points: tuple[LedgerPoint, ...]
    phases: tuple[ChargingPhase, ...]
    register_start_wh: Decimal | None
    register_last_wh: Decimal | None
    energy_wh: Decimal
    missing_seq: tuple[int, ...]
    flags: tuple[str, ...]


def fold(
    ledger: Mapping[str, Mapping[str, Any]],
    start: datetime,
    end: datetime,
    meter_start_wh: Decimal | None = None,
    meter_stop_wh: Decimal | None = None,
) -> Folded:
    """Read a ledger between `start` and `end`.

    `meter_start_wh` / `meter_stop_wh` are the registers of the start and stop messages where the protocol has them (1.6).
    """
    entries = sorted(ledger.values(), key=_order)
    flags: dict[str, None] = {}
    points, first, last = _points(entries, start, end, meter_start_wh, meter_stop_wh, flags)
    return Folded(
        start,
        end,
        points,
        _phases(entries, start, end),
        first,
        last,
        points[-1].energy_wh if points else Decimal(0),
        missing_seq(entries),
        tuple(flags),
    )


def missing_seq(entries: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    """Sequence numbers that a 2.x station skipped so far; nothing where it does not count (all zero)."""
    seen = {int(e["seq"]) for e in entries if "seq" in e}
    if len(seen) < 2:
        return ()
    return tuple(n for n in range(min(seen), max(seen)) if n not in seen)


def _order(item: Mapping[str, Any]) -> tuple[str, int, int]:
    rank = {"B": 0, "P": 1, "E": 2}[item.get("x", "P")]
    return item["t"], int(item.get("seq", 0)), rank


def _points(
    entries: list[Mapping[str, Any]],
    start: datetime,
    end: datetime,
    meter_start_wh: Decimal | None,
    meter_stop_wh: Decimal | None,
    flags: dict[str, None],
) -> tuple[tuple[LedgerPoint, ...], Decimal | None, Decimal | None]:
    """Energy over time relative to the start. A register that goes back is not believed: energy never decreases.

    A charger's own last word, its stop register, bounds the samples: some sample another meter, or round up.
    """
    metered = [(parse_time(e["t"]), e) for e in entries if "wh" in e]
    base = meter_start_wh if meter_start_wh is not None else _begin_register(metered)
    if base is None and meter_stop_wh is None:
        return (), None, None
    base = base if base is not None else Decimal(0)
    points = [LedgerPoint(start, Decimal(0))]
    highest = base
    readings: list[tuple[datetime, Mapping[str, Any]]] = list(metered)
    ceiling = meter_stop_wh if meter_stop_wh is not None and meter_stop_wh >= base else None
    if meter_stop_wh is not None:
        readings.append((end, {"wh": meter_stop_wh}))
    for at, item in readings:
        if item["wh"] < highest:
            flags["register-went-back"] = None
            continue
        if ceiling is not None and item["wh"] > ceiling:
            flags["sample-above-stop"] = None
            continue
        highest = item["wh"]
        moment = min(max(at, start), end)
        if moment < points[-1].at:
            continue
        points.append(LedgerPoint(moment, highest - base, item.get("w"), item.get("a")))
    return tuple(points), base, highest


def _begin_register(metered: list[tuple[datetime, Mapping[str, Any]]]) -> Decimal | None:
    """The register at the start: the entry marked so, else the first one.

    A begin of 0 is a placeholder where a real one is known too, or where it was said offline and others follow: a
    station that could not read its meter then would be billed for its whole life.
    """
    begins = [e for _, e in metered if e.get("x") == "B"]
    real: list[Decimal] = [e["wh"] for e in begins if e["wh"] > 0]
    if real:
        return real[0]
    others = [e["wh"] for _, e in metered if e.get("x") != "B"]
    if begins and not (others and any(e.get("off") for e in begins)):
        return Decimal(begins[0]["wh"])
    return Decimal(others[0]) if others else None


def _phases(entries: list[Mapping[str, Any]], start: datetime, end: datetime) -> tuple[ChargingPhase, ...]:
    """Charging until a state says that the car asks for nothing; parking until it charges again."""
    phases: list[ChargingPhase] = []
    kind, since, charged = "CHARGING", start, False
    for item in entries:
        state = item.get("st")
        if state is None:
            continue
        charged = charged or state in CHARGING_STATES
        parked = state in PARKING_STATES or (charged and state in _BEFORE_CHARGING)
        wanted = "PARKING" if parked else "CHARGING"
        at = min(max(parse_time(item["t"]), start), end)
        if wanted != kind:
            if at > since:
                phases.append(ChargingPhase(since, at, kind))  # type: ignore[arg-type]  # one of the two literals
            kind, since = wanted, at
    if end > since or not phases:
        phases.append(ChargingPhase(since, end, kind))  # type: ignore[arg-type]  # one of the two literals
    return tuple(phases)
