from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csms.domain.transaction import Folded, entry, event_key, fold, missing_seq, sample_key, state_key

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Ledger = dict[str, dict[str, Any]]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def sample(minutes: float, register_wh: int, context: str = "Sample.Periodic", **more: Any) -> Ledger:
    return {
        sample_key(at(minutes), context): entry(at(minutes), context=context, energy_wh=Decimal(register_wh), **more)
    }


def state(minutes: float, name: str) -> Ledger:
    return {state_key(at(minutes), name): entry(at(minutes), st=name)}


def event(seq_no: int, minutes: float, kind: str = "Updated", register_wh: int | None = None, **more: Any) -> Ledger:
    energy = None if register_wh is None else Decimal(register_wh)
    context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind, "Sample.Periodic")
    found = entry(at(minutes), context=context, energy_wh=energy, seq=seq_no, ev=kind[:1], **more)
    return {event_key(seq_no, kind, at(minutes), "Trigger"): found}


def ledger(*parts: Ledger) -> Ledger:
    return {key: value for part in parts for key, value in part.items()}


def read(
    entries: Mapping[str, Any], minutes: float = 60, start_wh: int | None = None, stop_wh: int | None = None
) -> Folded:
    first = None if start_wh is None else Decimal(start_wh)
    last = None if stop_wh is None else Decimal(stop_wh)
    return fold(entries, START, at(minutes), first, last)


def kinds(folded: Folded) -> list[tuple[str, float, float]]:
    return [
        (p.kind, (p.start - START).total_seconds() / 60, (p.end - START).total_seconds() / 60) for p in folded.phases
    ]


# --- what an entry keeps


def test_an_entry_leaves_out_what_was_not_said() -> None:
    assert entry(START) == {"t": "2026-03-02T09:00:00.000Z", "x": "P"}
    assert entry(START, context="Transaction.Begin", power_w=Decimal(1), st=None)["x"] == "B"
    assert entry(START, context="Sample.Clock", soc_percent=Decimal(40))["soc"] == 40


def test_keys_are_made_of_content() -> None:
    assert sample_key(START, "Sample.Periodic") == sample_key(START, "Sample.Clock")
    assert sample_key(START, "Transaction.End") != sample_key(START, "Sample.Periodic")
    stuck = {event_key(0, "Updated", at(n), "MeterValuePeriodic") for n in range(5)}
    assert len(stuck) == 5  # a station that sends seqNo 0 throughout loses nothing
    assert event_key(1, "Updated", START, "T", 0) != event_key(1, "Updated", START, "T", 1)


# --- energy


def test_a_16_session_counts_from_meter_start_to_meter_stop() -> None:
    found = read(ledger(sample(0, 5000, "Transaction.Begin"), sample(30, 7500)), start_wh=5000, stop_wh=10_000)
    assert found.energy_wh == 5000
    assert [(p.at, int(p.energy_wh)) for p in found.points] == [
        (START, 0),
        (START, 0),
        (at(30), 2500),
        (at(60), 5000),
    ]
    assert found.register_start_wh == 5000
    assert found.register_last_wh == 10_000


def test_a_2x_session_counts_from_its_begin_to_its_last_register() -> None:
    found = read(ledger(event(0, 0, "Started", 700), event(1, 20, register_wh=1200), event(2, 60, "Ended", 2700)))
    assert found.energy_wh == 2000
    assert found.register_start_wh == 700
    assert found.missing_seq == ()
    assert found.flags == ()


def test_without_a_begin_the_first_register_counts() -> None:
    found = read(ledger(event(1, 20, register_wh=1200), event(2, 60, "Ended", 2700)))
    assert found.energy_wh == 1500


def test_a_begin_of_zero_sent_offline_is_a_placeholder() -> None:
    found = read(
        ledger(
            event(0, 0, "Started", 0),
            {"again": entry(at(1), context="Transaction.Begin", energy_wh=Decimal(910_000))},
            event(2, 60, "Ended", 910_083),
        )
    )
    assert found.energy_wh == 83


def test_a_begin_of_zero_alone_is_believed() -> None:
    assert read(ledger(event(0, 0, "Started", 0), event(1, 60, "Ended", 83))).energy_wh == 83


def test_a_register_that_goes_back_is_flagged_and_takes_nothing_away() -> None:
    found = read(ledger(sample(10, 2000), sample(20, 1500), sample(30, 2500)), start_wh=1000)
    assert [p.energy_wh for p in found.points] == [0, 1000, 1500]
    assert found.flags == ("register-went-back",)


def test_a_stop_below_the_start_is_no_negative_energy() -> None:
    found = read({}, start_wh=5000, stop_wh=4999)
    assert found.energy_wh == 0
    assert found.flags == ("register-went-back",)


def test_session_relative_samples_do_not_disturb_lifetime_registers() -> None:
    found = read(ledger(sample(10, 500), sample(20, 900)), start_wh=1_000_000, stop_wh=1_001_000)
    assert found.energy_wh == 1000
    assert found.flags == ("register-went-back",)


def test_the_stop_register_bounds_the_samples() -> None:
    found = read(ledger(sample(10, 2000), sample(20, 9000), sample(30, 3000)), start_wh=1000, stop_wh=4000)
    assert [int(p.energy_wh) for p in found.points] == [0, 1000, 2000, 3000]
    assert found.flags == ("sample-above-stop",)


def test_samples_outside_the_session_are_moved_to_its_edges() -> None:
    found = read(ledger(sample(-30, 1000), sample(90, 3000)), start_wh=1000)
    assert [p.at for p in found.points] == [START, START, at(60)]
    assert found.energy_wh == 2000


def test_power_and_current_ride_along() -> None:
    found = read(sample(10, 2000, power_w=Decimal(11_000), current_a=Decimal(48)), start_wh=1000)
    assert found.points[-1].power_w == 11_000
    assert found.points[-1].current_a == 48


def test_nothing_metered_is_nothing_known() -> None:
    found = read(ledger(event(0, 0, "Started"), event(1, 60, "Ended")))
    assert found.points == ()
    assert found.energy_wh == 0
    assert found.register_start_wh is None
    assert kinds(found) == [("CHARGING", 0, 60)]


# --- messages that never came


@pytest.mark.parametrize(
    ("seen", "missing"),
    [
        ([], ()),
        ([7], ()),
        ([0, 0, 0], ()),
        ([0, 1, 2], ()),
        ([5, 6, 8], (7,)),
        ([3, 0], (1, 2)),
    ],
)
def test_gaps_are_known(seen: list[int], missing: tuple[int, ...]) -> None:
    assert missing_seq([{"seq": Decimal(n)} for n in seen]) == missing


def test_entries_of_16_have_no_gaps() -> None:
    assert read(ledger(sample(0, 1), sample(10, 2))).missing_seq == ()


def test_an_end_that_came_first_is_completed_by_the_late_updates() -> None:
    started, late, later, ended = (
        event(0, 0, "Started", 1000),
        event(1, 20, register_wh=2000, off=True),
        event(2, 40, register_wh=3000, off=True),
        event(3, 60, "Ended", 4000),
    )
    assert read(ledger(ended, started)).missing_seq == (1, 2)
    whole = read(ledger(ended, started, later, late))
    assert whole.missing_seq == ()
    assert whole == read(ledger(started, late, later, ended))


# --- phases


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], [("CHARGING", 0, 60)]),
        ([(5, "Charging"), (40, "SuspendedEV")], [("CHARGING", 0, 40), ("PARKING", 40, 60)]),
        ([(5, "Charging"), (40, "Finishing")], [("CHARGING", 0, 40), ("PARKING", 40, 60)]),
        (
            [(5, "Charging"), (20, "SuspendedEV"), (30, "Charging")],
            [("CHARGING", 0, 20), ("PARKING", 20, 30), ("CHARGING", 30, 60)],
        ),
        # the station holds back, not the car: not parking
        ([(5, "Charging"), (20, "SuspendedEVSE")], [("CHARGING", 0, 60)]),
        # plugged in, not yet charging: not parking
        ([(0, "EVConnected"), (10, "Charging")], [("CHARGING", 0, 60)]),
        ([(0, "Preparing"), (10, "Charging")], [("CHARGING", 0, 60)]),
        # after charging the same word means parking
        ([(0, "EVConnected"), (10, "Charging"), (50, "EVConnected")], [("CHARGING", 0, 50), ("PARKING", 50, 60)]),
        # the car was full when it came
        ([(0, "SuspendedEV")], [("PARKING", 0, 60)]),
        ([(5, "Charging"), (90, "SuspendedEV")], [("CHARGING", 0, 60)]),
        ([(20, "SuspendedEV"), (20, "SuspendedEV")], [("CHARGING", 0, 20), ("PARKING", 20, 60)]),
    ],
)
def test_parking_is_when_the_car_asks_for_nothing(
    states: list[tuple[float, str]], expected: list[tuple[str, float, float]]
) -> None:
    assert kinds(read(ledger(*(state(minutes, name) for minutes, name in states)))) == expected


def test_a_session_of_no_time_has_one_empty_phase() -> None:
    assert kinds(read({}, minutes=0)) == [("CHARGING", 0, 0)]


# --- order and repetition


def varied() -> Ledger:
    return ledger(
        sample(0, 1000, "Transaction.Begin"),
        state(1, "Charging"),
        sample(10, 2000, power_w=Decimal(6000)),
        sample(20, 3000),
        state(25, "SuspendedEV"),
        sample(30, 2900),
        state(45, "Charging"),
        sample(50, 3500),
        sample(60, 4000, "Transaction.End"),
        event(0, 0, "Started", 1000),
        event(2, 30, register_wh=3000),
        event(3, 60, "Ended", 4000),
    )


@settings(max_examples=100, deadline=None)
@given(st.permutations(list(varied().items())))
def test_the_order_of_arrival_does_not_matter(items: list[tuple[str, dict[str, Any]]]) -> None:
    assert read(dict(items), start_wh=1000, stop_wh=4000) == read(varied(), start_wh=1000, stop_wh=4000)


@given(st.lists(st.sampled_from(sorted(varied())), min_size=1, max_size=40))
def test_repetition_does_not_matter(arrivals: list[str]) -> None:
    known = varied()
    once = {key: known[key] for key in sorted(set(arrivals))}
    again: Ledger = {}
    for key in arrivals:
        again[key] = dict(known[key])
    assert read(again, start_wh=1000) == read(once, start_wh=1000)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 100_000)), max_size=30))
def test_energy_never_decreases_and_time_never_goes_back(samples: list[tuple[int, int]]) -> None:
    found = read(ledger(*(sample(minutes, register) for minutes, register in samples)), start_wh=100)
    energies = [p.energy_wh for p in found.points]
    times = [p.at for p in found.points]
    assert energies == sorted(energies)
    assert times == sorted(times)
    assert found.energy_wh >= 0
