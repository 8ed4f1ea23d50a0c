from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.compaction import ENTRIES_MAX, moved_out
from csms.domain.limit import metering_seconds
from csms.domain.transaction import entry, event_key, fold, sample_key

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def session(samples: int) -> dict[str, Any]:
    begin = {sample_key(START, "Transaction.Begin"): entry(START, context="Transaction.Begin", energy_wh=Decimal(1000))}
    return begin | {
        sample_key(at(n), "Sample.Periodic"): entry(at(n), energy_wh=Decimal(1000 + 100 * n), power_w=Decimal(6000))
        for n in range(1, samples)
    }


def without(ledger: dict[str, Any], moved: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in ledger.items() if key not in moved}


@pytest.mark.parametrize("entries", [0, 1, ENTRIES_MAX])
def test_a_short_ledger_stays_as_it_is(entries: int) -> None:
    assert moved_out(session(entries) if entries else {}) == ()


@pytest.mark.parametrize("entries", [ENTRIES_MAX + 1, 150, 200])
def test_a_long_ledger_becomes_short_and_tells_the_same(entries: int) -> None:
    ledger = session(entries)
    moved = moved_out(ledger)
    kept = without(ledger, moved)
    assert len(kept) < ENTRIES_MAX
    assert moved_out(kept) == ()
    end = at(entries - 1)
    whole, thin = fold(ledger, START, end), fold(kept, START, end)
    assert (thin.energy_wh, thin.register_start_wh, thin.phases) == (
        whole.energy_wh,
        whole.register_start_wh,
        whole.phases,
    )
    assert metering_seconds(kept) == metering_seconds(ledger) == 60


def test_a_very_long_one_is_shortened_in_steps() -> None:
    ledger = session(1000)
    steps = 0
    while moved := moved_out(ledger):
        assert len(moved) <= 150
        ledger = without(ledger, moved)
        steps += 1
    assert steps == 7
    assert len(ledger) < ENTRIES_MAX


def test_begin_end_and_changes_of_state_stay() -> None:
    ledger = session(100)
    ledger[sample_key(at(99), "Transaction.End")] = entry(at(99), context="Transaction.End", energy_wh=Decimal(99_999))
    for n, state in enumerate(["Charging", "Charging", "SuspendedEV", "SuspendedEV", "Charging"]):
        ledger[event_key(n, "Updated", at(n + 0.5), "ChargingStateChanged")] = entry(at(n + 0.5), st=state, seq=n)
    kept = without(ledger, moved_out(ledger))
    assert [e["st"] for _, e in sorted(kept.items(), key=lambda item: item[1]["t"]) if "st" in e] == [
        "Charging",
        "SuspendedEV",
        "Charging",
    ]
    assert {e["x"] for e in kept.values()} == {"B", "P", "E"}
    assert fold(kept, START, at(99)).phases == fold(ledger, START, at(99)).phases


def test_a_ledger_of_nothing_but_begins_and_states_stays_bounded() -> None:
    ledger = {
        f"B{n}": entry(at(n), context="Transaction.Begin", energy_wh=Decimal(n), st=("Charging", "SuspendedEV")[n % 2])
        for n in range(130)
    }
    kept = without(ledger, moved_out(ledger))
    assert len(kept) < ENTRIES_MAX
