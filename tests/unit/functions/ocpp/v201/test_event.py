"""A TransactionEvent as ledger entries: which moment, which state, which register stands where."""

from decimal import Decimal
from typing import Any

import pytest

from functions.ocpp.decision import Frame
from functions.ocpp.v201.event import Event, event_of
from tests.kit.frames import NOW, OCPP201, Line, at, event, meter_2x, token


def read(payload: dict[str, Any]) -> Event:
    store: Any = None
    return event_of(Frame(Line(store, OCPP201).charger, "TransactionEvent", payload, NOW, store))


def test_an_event_without_values_still_gives_an_entry() -> None:
    found = read(event("Updated", 4, 10, trigger="ChargingStateChanged", state="SuspendedEV"))
    assert list(found.entries.values()) == [
        {"t": at(10), "x": "P", "seq": 4, "ev": "U", "st": "SuspendedEV", "tr": "ChargingStateChanged"}
    ]


def test_a_reading_of_the_same_moment_carries_the_event() -> None:
    (entry,) = read(
        event("Started", 0, 0, state="EVConnected", wh=1000.5, context="Transaction.Begin")
    ).entries.values()
    assert entry == {
        "t": at(), "x": "B", "wh": Decimal("1000.5"), "w": Decimal("11000.0"),
        "seq": 0, "ev": "S", "st": "EVConnected", "tr": "Authorized",
    }  # fmt: skip


def test_a_periodic_sample_is_one_entry_although_its_clock_is_a_second_behind() -> None:
    payload = event("Updated", 2, 60, meterValue=[meter_2x(59, 1200)])
    (entry,) = read(payload).entries.values()
    assert (entry["t"], entry["wh"], entry["st"]) == (at(59), Decimal(1200), "Charging")


def test_a_change_of_state_keeps_its_own_moment() -> None:
    payload = event(
        "Updated", 2, 60, trigger="ChargingStateChanged", state="SuspendedEV", meterValue=[meter_2x(50, 1200)]
    )
    sample, change = sorted(read(payload).entries.values(), key=lambda e: e["t"])
    assert "st" not in sample
    assert (change["t"], change["st"], "wh" in change) == (at(60), "SuspendedEV", False)


def test_an_end_that_repeats_the_begin_puts_its_state_at_the_end() -> None:
    values = [meter_2x(0, 1000, "Transaction.Begin"), meter_2x(600, 3000, "Transaction.End")]
    found = read(event("Ended", 7, 600, state="EVConnected", meterValue=values))
    begin, end = sorted(found.entries.values(), key=lambda e: e["t"])
    assert (begin["x"], begin["wh"], "st" in begin) == ("B", Decimal(1000), False)
    assert (end["x"], end["wh"], end["st"], end["ev"]) == ("E", Decimal(3000), "EVConnected", "E")
    assert found.begin_wh == 1000
    assert found.first_at == NOW


def test_the_keys_are_the_same_for_the_same_content_and_differ_for_other() -> None:
    payload = event("Updated", 2, 60, wh=1200)
    replayed = {**payload, "transactionInfo": {**payload["transactionInfo"], "stoppedReason": "PowerLoss"}}
    assert set(read(payload).entries) == set(read(replayed).entries)
    keys = {key for seconds in (60, 61, 62) for key in read(event("Updated", 0, seconds, wh=1200)).entries}
    assert len(keys) == 3, "sequence numbers that are all 0 must not hide events"


def test_offline_is_noted_on_every_entry() -> None:
    found = read(event("Updated", 2, 60, trigger="ChargingStateChanged", meterValue=[meter_2x(50, 1)], offline=True))
    assert [entry["off"] for entry in found.entries.values()] == [True, True]
    assert all("off" not in entry for entry in read(event("Updated", 2, 60, wh=1, offline=False)).entries.values())


def test_a_register_of_zero_is_no_begin() -> None:
    assert read(event("Started", 0, 0, wh=0, context="Transaction.Begin")).begin_wh is None


def test_signed_values_ride_along() -> None:
    value = meter_2x(0, 1000, "Transaction.Begin")
    signed = {"signedMeterData": "d", "signingMethod": "m", "encodingMethod": "e", "publicKey": "k"}
    value["sampledValue"][0]["signedMeterValue"] = signed
    (entry,) = read(event("Started", 0, 0, meterValue=[value])).entries.values()
    assert entry["sig"] == [{"data": "d", "method": "m", "encoding": "e", "public_key": "k"}]


@pytest.mark.parametrize(
    ("evse", "expected"),
    [(None, (0, None)), ({"id": 2}, (2, None)), ({"id": 2, "connectorId": 3}, (2, 3)), ({"id": -1}, (0, None))],
)
def test_the_evse_may_be_missing(evse: dict[str, int] | None, expected: tuple[int, int | None]) -> None:
    found = read(event("Started", 0, 0, evse=evse))
    assert (found.evse_id, found.connector_id) == expected


def test_who_starts() -> None:
    nobody = read(event("Started", 0, 0, trigger="CablePluggedIn"))
    assert (nobody.names_starter, nobody.authorises) == (False, False)
    card = read(event("Updated", 1, 5, trigger="Authorized", idToken=token()))
    assert (card.names_starter, card.authorises) == (True, True)
    remote = read(event("Updated", 2, 9, about={"remoteStartId": 7}))
    assert (remote.names_starter, remote.authorises) == (True, False)
    stopped = read(event("Ended", 3, 20, idToken=token()))
    assert (stopped.names_starter, stopped.authorises) == (True, False)


def test_odd_clocks_are_replaced_by_the_receipt() -> None:
    found = read({**event("Updated", 1, 0), "timestamp": "1970-01-01T00:00:00Z"})
    assert found.at == NOW
