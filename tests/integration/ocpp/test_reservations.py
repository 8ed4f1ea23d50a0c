"""Reservations in both versions: asked for, used by a transaction, ended by the charger, by us, by a fault or by time."""

from datetime import timedelta
from typing import Any

import pytest

from csms.store.dynamo import Item, Store, marshal
from functions.projections.handler import handler as project
from tests.kit.followed import answer, connect, done, give_up, send
from tests.kit.frames import NOW, OCPP16, OCPP201, Line, at, event, start_16, token
from tests.kit.ocpp_state import add_token, rows, transaction


@pytest.fixture(params=[OCPP16, OCPP201])
def charger(request: pytest.FixtureRequest, store: Store) -> Line:
    return connect(Line(store, request.param))


def wanted(line: Line, evse_id: int = 1, card: str = "CARD1", group: str | None = None) -> dict[str, Any]:
    if line.protocol == OCPP16:
        parent = {"parentIdTag": group} if group else {}
        return {"connectorId": evse_id, "expiryDate": at(900), "idTag": card, **parent}
    place = {"evseId": evse_id} if evse_id else {}
    more = {"groupIdToken": token(group, "Central")} if group else {}
    return {"expiryDateTime": at(900), "idToken": token(card), **place, **more}


def start(line: Line, card: str = "CARD1", **more: Any) -> None:
    if line.protocol == OCPP16:
        line.ask("StartTransaction", {**start_16(60, card), **more})
    else:
        line.ask("TransactionEvent", event("Started", 0, 60, idToken=token(card), evse={"id": 1}, **more))


def row() -> Item:
    (found,) = rows("RESERVATION")
    return found


def state() -> str:
    return str(row()["state"])


def test_it_is_asked_for_and_answered(charger: Line) -> None:
    command_id = send(charger, "ReserveNow", wanted(charger))
    assert (state(), row()["reservation_id"], row()["evse_id"], row()["id_token"]) == ("REQUESTED", 1, 1, "CARD1")
    assert (row()["valid_until"], row()["command_id"]) == (at(900), command_id)
    answer(charger, command_id, {"status": "Accepted"})
    assert state() == "ACTIVE"


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
def test_a_refusal(charger: Line, status: str) -> None:
    done(charger, "ReserveNow", wanted(charger), {"status": status})
    assert (state(), row()["reason"]) == ("REJECTED", status)


def test_an_error_refuses(charger: Line) -> None:
    answer(charger, send(charger, "ReserveNow", wanted(charger)), error="NotImplemented")
    assert (state(), row()["reason"]) == ("REJECTED", "NotImplemented")


@pytest.mark.parametrize("named", [True, False])
def test_a_start_uses_it(charger: Line, store: Store, named: bool) -> None:
    add_token(store, "CARD1")
    done(charger, "ReserveNow", wanted(charger))
    more: dict[str, Any] = {"reservationId": 1} if named else {}
    start(charger, **more)
    assert state() == "USED"
    assert transaction(store, row()["transaction_id"])["id_token"] == "CARD1"


def test_a_card_of_the_group_uses_it(charger: Line, store: Store) -> None:
    add_token(store, "CARD2", group_id="FLEET")
    done(charger, "ReserveNow", wanted(charger, group="FLEET"))
    start(charger, "CARD2")
    assert state() == "USED"


@pytest.mark.parametrize("evse_id", [0, 1])
def test_another_driver_does_not_use_it(charger: Line, store: Store, evse_id: int) -> None:
    add_token(store, "CARD2")
    done(charger, "ReserveNow", wanted(charger, evse_id))
    start(charger, "CARD2")
    assert state() == "ACTIVE"


def test_a_start_before_the_answer_and_after_a_lost_one(charger: Line, store: Store) -> None:
    add_token(store, "CARD1")
    give_up(charger, send(charger, "ReserveNow", wanted(charger)))
    assert state() == "UNANSWERED"
    start(charger)
    assert state() == "USED"


def test_a_cable_first_and_the_card_later(store: Store) -> None:
    line = connect(Line(store, OCPP201))
    add_token(store, "CARD1")
    done(line, "ReserveNow", wanted(line))
    line.ask("TransactionEvent", event("Started", 0, 0, trigger="CablePluggedIn", evse={"id": 1}))
    assert state() == "ACTIVE"
    authorised = event("Updated", 1, 30, trigger="Authorized", idToken=token(), reservationId=1)
    line.ask("TransactionEvent", authorised)
    assert (state(), transaction(store, "tx-1")["reservation_id"]) == ("USED", 1)


@pytest.mark.parametrize(("status", "after"), [("Accepted", "CANCELLED"), ("Rejected", "REMOVED")])
def test_cancelling(charger: Line, status: str, after: str) -> None:
    done(charger, "ReserveNow", wanted(charger))
    done(charger, "CancelReservation", {"reservationId": 1}, {"status": status})
    assert state() == after


def test_cancelling_what_was_used_changes_nothing(charger: Line, store: Store) -> None:
    add_token(store, "CARD1")
    done(charger, "ReserveNow", wanted(charger))
    start(charger)
    done(charger, "CancelReservation", {"reservationId": 1}, {"status": "Rejected"})
    give_up(charger, send(charger, "CancelReservation", {"reservationId": 1}))
    assert state() == "USED"


@pytest.mark.parametrize(("told", "after"), [("Expired", "EXPIRED"), ("Removed", "REMOVED")])
def test_the_station_ends_it(store: Store, told: str, after: str) -> None:
    line = connect(Line(store, OCPP201))
    done(line, "ReserveNow", wanted(line))
    for reservation_id in (1, 1, 99):
        update = {"reservationId": reservation_id, "reservationUpdateStatus": told}
        assert line.ask("ReservationStatusUpdate", update) == {}
    assert state() == after
    assert {entry["action"] for entry in rows("EVENT")} == {"ReservationStatusUpdate"}


def status_told(line: Line, status: str, evse_id: int = 1, connector_id: int = 1, seconds: float = 30) -> None:
    """A StatusNotification and what follows from its row."""
    known = {row["sk"] for row in rows("STATUS")}
    if line.protocol == OCPP16:
        payload: dict[str, Any] = {"connectorId": evse_id, "errorCode": "NoError", "status": status}
    else:
        payload = {"evseId": evse_id, "connectorId": connector_id, "connectorStatus": status}
    line.ask("StatusNotification", {**payload, "timestamp": at(seconds)})
    for new in rows("STATUS"):
        if new["sk"] not in known:
            change = {"Keys": marshal({"pk": new["pk"], "sk": new["sk"]}), "NewImage": marshal(new)}
            assert project({"Records": [{"dynamodb": {**change, "SequenceNumber": "1"}}]}, None) == {
                "batchItemFailures": []
            }


@pytest.mark.parametrize("status", ["Faulted", "Unavailable"])
@pytest.mark.parametrize("evse_id", [0, 1])
def test_a_connector_out_of_order_ends_it(charger: Line, status: str, evse_id: int) -> None:
    done(charger, "ReserveNow", wanted(charger))
    status_told(charger, "Reserved")
    assert state() == "ACTIVE"
    status_told(charger, status, evse_id, min(evse_id, 1), 60)
    assert (state(), row()["reason"]) == ("REMOVED", status)


def test_what_does_not_concern_it(charger: Line) -> None:
    done(charger, "ReserveNow", wanted(charger))
    status_told(charger, "Faulted", 2)
    status_told(charger, "Faulted", 1, 1, -60)
    assert state() == "ACTIVE"


def test_another_connector_of_the_evse_still_works(store: Store) -> None:
    line = connect(Line(store, OCPP201))
    done(line, "ReserveNow", wanted(line))
    status_told(line, "Available", 1, 2)
    status_told(line, "Faulted", 1, 1, 60)
    assert state() == "ACTIVE"
    status_told(line, "Unavailable", 1, 2, 90)
    assert state() == "REMOVED"


def test_after_its_time_a_start_does_not_use_it(charger: Line, store: Store) -> None:
    add_token(store, "CARD1")
    done(charger, "ReserveNow", wanted(charger))
    charger.now = NOW + timedelta(hours=1)
    if charger.protocol == OCPP16:
        charger.ask("StartTransaction", start_16(1800))
    else:
        charger.ask("TransactionEvent", event("Started", 0, 1800, idToken=token(), evse={"id": 1}))
    assert state() == "ACTIVE"
