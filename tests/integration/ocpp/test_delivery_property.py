"""However a session's frames are ordered and repeated, its record is the same: ledger, times, driver, energy, answers."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csms.store import chargers
from csms.store.dynamo import Item, Store
from tests.kit.frames import NOW, OCPP16, OCPP201, Line, event, meter_16, start_16, stop_16, token
from tests.kit.ocpp_state import add_token, folded, session_of, transactions
from tests.kit.tables import fresh_aws, outbox_rows

EXAMPLES = settings(max_examples=10, deadline=None)


def record(store: Store, row: Item) -> dict[str, Any]:
    """What must not depend on the order of delivery."""
    found = folded(row)
    session = session_of(store, row)["session"]
    return {
        **{name: row.get(name) for name in ("ledger", "state", "started_at", "ended_at", "stopped_reason")},
        **{name: row.get(name) for name in ("id_token", "token_status", "evse_id", "meter_start_wh", "meter_stop_wh")},
        "energy_wh": found.energy_wh,
        "phases": found.phases,
        "points": found.points,
        "session": (session["status"], session["cdr_token"]),
    }


def deliveries(count: int) -> st.SearchStrategy[list[int]]:
    """An order of `count` frames in which each comes at least once and some come again."""
    again = st.lists(st.integers(0, count - 1), max_size=4)
    return again.flatmap(lambda more: st.permutations([*range(count), *more]))


# --- 2.0.1 ----------------------------------------------------------------------------------------------------------


def session_201(variant: str) -> list[dict[str, Any]]:
    """The frames of one session. Only the start names EVSE and card, except where the variant says otherwise."""
    seq = [0] * 6 if variant == "seqNo 0" else list(range(6))
    everywhere: dict[str, Any] = {"about": {"remoteStartId": 77}} if variant == "remote" else {}
    uid = "0000004DCAFECAFE" if variant == "remote" else "CARD1"
    start: dict[str, Any] = {"evse": {"id": 1, "connectorId": 1}, "idToken": token(uid)}
    later: dict[str, Any] = {"offline": True, **everywhere} if variant == "offline" else everywhere
    stop: dict[str, Any] = {"idToken": token(uid)} if variant == "card at the end" else {}
    suspended: dict[str, Any] = {"trigger": "ChargingStateChanged", "state": "SuspendedEV"}
    return [
        event("Started", seq[0], 0, wh=1000, context="Transaction.Begin", state="EVConnected", **start, **everywhere),
        event("Updated", seq[1], 60, wh=1200, **later),
        event("Updated", seq[2], 120, wh=1400.5, **later),
        event("Updated", seq[3], 180, **suspended, **later),
        event("Updated", seq[4], 240, wh=1400.5, state="SuspendedEV", **later),
        event("Ended", seq[5], 600, wh=3000, context="Transaction.End", state="Idle", **stop, **later),
    ]


def deliver_201(frames: list[dict[str, Any]], order: list[int]) -> tuple[dict[str, Any], list[Any]]:
    with fresh_aws() as store:
        line = Line(store, OCPP201).register()
        add_token(store, "CARD1")
        store.commit(chargers.remote_start_pending("CP1", 77, "0000004DCAFECAFE", 1, NOW))
        answers: list[Any] = [None] * len(frames)
        for step, index in enumerate(order):
            line.now = NOW.replace(microsecond=1000 * step)
            answer = line.ask("TransactionEvent", frames[index])
            assert answers[index] in (None, answer), "the same event got another answer"
            answers[index] = answer
        (row,) = transactions()
        assert len({r["sk"].split("#")[-1] for r in outbox_rows(target="settlement")}) == 1
        return record(store, row), answers


@cache
def in_order(variant: str) -> tuple[dict[str, Any], list[Any]]:
    """What every delivery is held against."""
    if variant == OCPP16:
        return deliver_16(list(range(5)))
    return deliver_201(session_201(variant), list(range(6)))


@pytest.mark.parametrize("variant", ["plain", "seqNo 0", "offline", "remote", "card at the end"])
@EXAMPLES
@given(data=st.data())
def test_a_session_of_2_0_1(variant: str, data: st.DataObject) -> None:
    frames = session_201(variant)
    expected = in_order(variant)
    assert expected[0]["energy_wh"] == 2000
    assert expected[0]["token_status"] == "Accepted"
    assert deliver_201(frames, data.draw(deliveries(len(frames)))) == expected


# --- 1.6 ------------------------------------------------------------------------------------------------------------


def deliver_16(order: list[int]) -> tuple[dict[str, Any], list[Any]]:
    """What names the transaction comes after its start was answered; apart from that, in any order."""
    with fresh_aws() as store:
        line = Line(store, OCPP16).register()
        add_token(store, "CARD1")
        transaction_id = line.ask("StartTransaction", start_16())["transactionId"]
        named = {"connectorId": 1, "transactionId": transaction_id}
        stop = stop_16(transaction_id, idTag="CARD1", transactionData=[meter_16(600, 3000, "Transaction.End")])
        frames: list[tuple[str, dict[str, Any]]] = [
            ("StartTransaction", start_16()),
            ("MeterValues", {**named, "meterValue": [meter_16(60, 1200)]}),
            ("MeterValues", {**named, "meterValue": [meter_16(120, 1400), meter_16(180, 1600)]}),
            ("MeterValues", {**named, "meterValue": [meter_16(240, "1700.5", "Sample.Clock")]}),
            ("StopTransaction", stop),
        ]
        answers: list[Any] = [None] * len(frames)
        for step, index in enumerate(order):
            line.now = NOW.replace(microsecond=1000 * step)
            answer = line.ask(*frames[index])
            assert answers[index] in (None, answer), "the same message got another answer"
            answers[index] = answer
        (row,) = transactions()
        assert len(outbox_rows(target="settlement")) == 1
        return record(store, row), answers


@EXAMPLES
@given(order=deliveries(5))
def test_a_session_of_1_6(order: list[int]) -> None:
    expected = in_order(OCPP16)
    assert expected[0]["energy_wh"] == 2000
    assert deliver_16(order) == expected
