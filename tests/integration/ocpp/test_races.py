"""Frames of one charger are handled side by side, each in its own process: whoever is second finds what the first wrote."""

from collections.abc import Callable
from typing import Any

import pytest

from csms.store import chargers
from csms.store.dynamo import Item, Store, Write
from tests.kit.frames import NOW, OCPP16, OCPP201, Line, event, start_16, stop_16, token
from tests.kit.ocpp_state import add_token, rows, transaction, transactions
from tests.kit.tables import outbox_rows


class Overtaken(Store):
    """Lets somebody else act between the decision of a frame and its commit, once."""

    def __init__(self, overtake: Callable[[], object]) -> None:
        super().__init__()
        self._overtake: Callable[[], object] | None = overtake

    def commit(self, *writes: Write) -> Item | None:
        overtake, many = self._overtake, len(writes) > 1
        if overtake is not None and many:
            self._overtake = None
            overtake()
        return super().commit(*writes)


def second(first: Line, say: Callable[[Line], Any]) -> tuple[Any, Any]:
    """Two processes handle the same frame; the answers of both."""
    answers: list[Any] = []
    late = Line(Overtaken(lambda: answers.append(say(first))), first.protocol, first.charger_id)
    answer = say(late)
    return answers[0], answer


@pytest.fixture(autouse=True)
def _card(store: Store) -> None:
    add_token(store, "CARD1")


def test_the_same_start_twice_at_once(line: Line) -> None:
    """A slow cold start makes chargers with short patience send it again before the first is answered."""
    one, other = second(line, lambda speaker: speaker.ask("StartTransaction", start_16()))
    assert one == other
    assert len(transactions()) == 1


def test_the_same_started_twice_at_once(line201: Line) -> None:
    frame = event("Started", 0, 0, idToken=token(), evse={"id": 1})
    one, other = second(line201, lambda speaker: speaker.ask("TransactionEvent", frame))
    assert one == other == {"idTokenInfo": {"status": "Accepted"}}
    assert len(transactions()) == 1


@pytest.mark.parametrize("overtaking", ["Updated", "Ended"])
def test_a_later_event_makes_the_transaction_first(line201: Line, store: Store, overtaking: str) -> None:
    def overtake() -> None:
        line201.ask("TransactionEvent", event(overtaking, 3, 300, wh=2000))

    late = Line(Overtaken(overtake), OCPP201)
    started = event("Started", 0, 0, idToken=token(), evse={"id": 1}, wh=1000)
    late.now = NOW.replace(microsecond=5000)
    assert late.ask("TransactionEvent", started) == {"idTokenInfo": {"status": "Accepted"}}
    row = transaction(store, "tx-1")
    assert (row["token_status"], len(row["ledger"])) == ("Accepted", 2)
    assert row["state"] == ("ended" if overtaking == "Ended" else "open")


def test_two_ends_at_once(line: Line, store: Store) -> None:
    tx = line.ask("StartTransaction", start_16())["transactionId"]
    second(line, lambda speaker: speaker.ask("StopTransaction", stop_16(tx)))
    assert transaction(store, tx)["state"] == "ended"
    assert len(outbox_rows(target="settlement")) == 1


def test_the_start_is_given_up_while_the_transaction_is_written(store: Store) -> None:
    """Both cannot happen: either it is bound, or it is given up and then the transaction is stopped."""
    line = Line(store, OCPP16).register()
    store.commit(chargers.remote_start_pending("CP1", 77, "0000004DCAFECAFE", 1, NOW))
    given_up = chargers.remote_start_changed("CP1", 77, "expired", was="pending")
    late = Line(Overtaken(lambda: store.commit(given_up)), OCPP16)
    answer = late.ask("StartTransaction", start_16(id_tag="0000004DCAFECAFE"))
    assert answer["idTagInfo"] == {"status": "Invalid"}
    assert [row["action"] for row in rows("COMMAND")] == ["RemoteStopTransaction"]
    assert line.ask("StartTransaction", start_16(id_tag="0000004DCAFECAFE")) == answer
