from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.plausibility import (
    ENDS_BEFORE_START,
    MISSING_MESSAGES,
    NEVER_ENDED,
    NO_REGISTER,
    STOP_BELOW_START,
    TOO_MUCH_ENERGY,
    has_charged,
    implausible,
    power_max_w,
    remarks,
)
from csms.domain.transaction import Folded, entry, fold

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ELEVEN_KW = Decimal(11_000)


def session(start_wh: int | None, stop_wh: int | None, minutes: float = 60, **entries: dict[str, Any]) -> Folded:
    start = None if start_wh is None else Decimal(start_wh)
    stop = None if stop_wh is None else Decimal(stop_wh)
    return fold(entries, START, START + timedelta(minutes=minutes), start, stop)


@pytest.mark.parametrize(
    ("energy_wh", "believed"), [(0, True), (11_000, True), (12_200, True), (12_201, False), (910_000, False)]
)
def test_energy_up_to_power_times_time_is_believed(energy_wh: int, believed: bool) -> None:
    found = implausible(session(1000, 1000 + energy_wh), ELEVEN_KW)
    assert found == (() if believed else (TOO_MUCH_ENERGY,))


def test_a_placeholder_of_zero_at_the_start_is_not_billed() -> None:
    assert implausible(session(0, 910_083, minutes=12), ELEVEN_KW) == (TOO_MUCH_ENERGY,)


def test_an_unknown_connector_is_taken_for_a_mighty_one() -> None:
    assert implausible(session(0, 500_000), None) == ()
    assert implausible(session(0, 560_000), None) == (TOO_MUCH_ENERGY,)


def test_a_session_of_no_time_may_have_a_little_energy() -> None:
    assert implausible(session(0, 100, minutes=0), ELEVEN_KW) == ()
    assert implausible(session(0, 101, minutes=0), ELEVEN_KW) == (TOO_MUCH_ENERGY,)


def test_an_end_before_the_start_is_not_believed() -> None:
    assert ENDS_BEFORE_START in implausible(session(0, 50, minutes=-5), ELEVEN_KW)


def test_a_register_that_stops_below_its_start_is_held_unless_it_is_a_rounding() -> None:
    back = session(5000, 4000)
    assert back.energy_wh == 0
    assert implausible(back, ELEVEN_KW, Decimal(5000), Decimal(4000)) == (STOP_BELOW_START,)
    assert implausible(session(5000, 4999), ELEVEN_KW, Decimal(5000), Decimal(4999)) == ()


def test_no_register_is_only_odd_where_something_was_charged() -> None:
    nothing = session(None, None)
    assert implausible(nothing, ELEVEN_KW) == (NO_REGISTER,)
    assert implausible(nothing, ELEVEN_KW, charged=False) == ()


def test_whether_something_was_charged() -> None:
    assert not has_charged({})
    assert not has_charged({"a": {"t": "x", "st": "EVConnected"}, "b": {"t": "x", "w": Decimal(0)}})
    assert has_charged({"a": {"t": "x", "st": "Charging"}})
    assert has_charged({"a": {"t": "x", "w": Decimal(3)}})


def test_remarks_name_what_is_missing() -> None:
    at = START + timedelta(minutes=10)
    gap: dict[str, Any] = {
        f"E{seq}": entry(at + timedelta(minutes=seq), energy_wh=Decimal(10 - seq), seq=seq) for seq in (0, 3)
    }
    found = session(None, None, **gap)
    assert remarks(found, ended=True) == (MISSING_MESSAGES, "register-went-back")
    assert remarks(session(0, 10), ended=False) == (NEVER_ENDED,)
    assert remarks(session(0, 10), ended=True) == ()


@pytest.mark.parametrize(
    ("connector", "expected"),
    [
        (None, None),
        ({}, None),
        ({"max_voltage": 230}, None),
        ({"max_electric_power": Decimal(150_000), "max_voltage": 1000, "max_amperage": 500}, 150_000),
        ({"max_voltage": 230, "max_amperage": 16, "power_type": "AC_3_PHASE"}, 11_040),
        ({"max_voltage": 230, "max_amperage": 16, "power_type": "AC_2_PHASE_SPLIT"}, 7_360),
        ({"max_voltage": 230, "max_amperage": 16, "power_type": "AC_1_PHASE"}, 3_680),
        ({"max_voltage": 1000, "max_amperage": 500, "power_type": "DC"}, 500_000),
    ],
)
def test_the_power_of_a_connector(connector: dict[str, Any] | None, expected: int | None) -> None:
    assert power_max_w(connector) == expected
