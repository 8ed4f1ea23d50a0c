"""Transactions in 2.1: as in 2.0.1, and the station learns the running cost and the driver's limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.domain.times import format_time
from csms.store.dynamo import Store, Update
from tests.kit.calls import counted
from tests.kit.frames import NOW, OCPP21, OCPP201, Line, at, event, token
from tests.kit.ocpp_state import add_token, folded, rows, transaction
from tests.kit.paid_sessions import PaidSession, after

if TYPE_CHECKING:
    from collections.abc import Mapping

TARIFF = {
    "id": "t", "currency": "EUR", "tax_included": "NO", "last_updated": at(),
    "elements": [{"price_components": [{"type": "ENERGY", "price": Decimal("0.50"), "vat": Decimal(19), "step_size": 1}]}],
}  # fmt: skip


def begun(line: Line, **known: Any) -> Line:
    add_token(line.store, "CARD1")
    line.ask("TransactionEvent", event("Started", 0, 0, idToken=token(), evse={"id": 1}, wh=1000))
    row = transaction(line.store, "tx-1")
    if known:
        line.store.commit(Update(contract.SESSIONS, row["pk"], row["sk"], set=known))
    return line


def updated(line: Line, seconds: float, wh: float, **more: Any) -> dict[str, Any]:
    line.now = NOW + timedelta(seconds=seconds)
    return line.ask("TransactionEvent", event("Updated", int(seconds), seconds, wh=wh, **more))


def test_the_running_cost_is_told_with_one_write_and_no_read(line21: Line) -> None:
    begun(line21, tariff=TARIFF, currency="EUR", time_zone="UTC")
    with counted() as calls:
        answer = updated(line21, 60, 3000)
    assert answer == {"totalCost": 1.19}
    assert dict(calls) == {"UpdateItem": 1}
    assert updated(line21, 120, 5000) == {"totalCost": 2.38}


def test_what_is_free_costs_nothing(line21: Line) -> None:
    free = {**TARIFF, "elements": [{"price_components": [{"type": "FLAT", "price": Decimal(0), "step_size": 1}]}]}
    begun(line21, tariff=free, currency="EUR", time_zone="UTC")
    assert updated(line21, 60, 3000) == {"totalCost": 0}


def test_a_cost_that_is_not_known_is_not_told(line21: Line) -> None:
    begun(line21)
    assert updated(line21, 60, 3000) == {}


def test_2_0_1_is_told_no_running_cost(line201: Line) -> None:
    begun(line201, tariff=TARIFF, currency="EUR", time_zone="UTC")
    assert updated(line201, 60, 3000) == {}


def test_a_station_that_counts_itself_is_told_nothing_and_its_count_is_kept(line21: Line, store: Store) -> None:
    begun(line21, tariff=TARIFF, currency="EUR", time_zone="UTC")
    price = {"exclTax": 1.0, "inclTax": 1.19}
    details = {
        "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": price},
        "totalUsage": {"energy": 2000, "chargingTime": 60, "idleTime": 0},
    }
    assert updated(line21, 60, 3000, costDetails=details, about={"tariffId": "T1"}) == {}
    row = transaction(store, "tx-1")
    assert row["station_cost"]["total"]["total"]["inclTax"] == Decimal("1.19")
    assert row["station_tariff_id"] == "T1"


@dataclass
class Told(PaidSession):
    """A paid session that remembers what its charger was told."""

    answers: list[dict[str, Any]] = field(default_factory=list)

    def frame(self, action: str, payload: Mapping[str, Any], at: datetime, message_id: str = "m1") -> dict[str, Any]:
        self.answers.append(super().frame(action, payload, at, message_id))
        return self.answers[-1]


@pytest.mark.parametrize(("protocol", "limit"), [(OCPP21, {"transactionLimit": {"maxCost": 50}}), (OCPP201, {})])
def test_the_limit_of_a_paid_session_is_told_at_its_start(store: Store, protocol: str, limit: dict[str, Any]) -> None:
    paid = Told(store, protocol)
    paid.place()
    paid.request()
    paid.start()
    paid.answer_start("Accepted")
    paid.plug_in()
    assert paid.answers == [{"idTokenInfo": {"status": "Accepted"}, **limit}]
    paid.meter(3000, 10)
    assert ("totalCost" in paid.answers[-1]) == (protocol == OCPP21)
    paid.unplug(4000, 20, idToken={"idToken": paid.payment()["id_tag"], "type": "Central"})
    assert paid.answers[-1] == {"idTokenInfo": {"status": "Accepted"}}
    assert paid.transaction()["state"] == "ended"
    assert paid.payment()["transaction_ended"]


def test_the_limit_is_told_where_the_cable_came_first(store: Store) -> None:
    paid = Told(store, OCPP21, transaction_id="tx-2x")
    paid.place()
    first = event("Started", 0, 0, transaction_id="tx-2x", trigger="CablePluggedIn", evse={"id": 1})
    paid.frame("TransactionEvent", {**first, "timestamp": format_time(after(-2))}, after(-2))
    paid.request()
    paid.start()
    token_now = {"idToken": paid.payment()["id_tag"], "type": "Central"}
    about = {"remoteStartId": int(paid.payment()["remote_start_id"])}
    paid.event_2x("Updated", 1, after(0), None, "", {"triggerReason": "RemoteStart", "idToken": token_now}, **about)
    assert paid.answers[-1] == {"idTokenInfo": {"status": "Accepted"}, "transactionLimit": {"maxCost": 50}}


@pytest.mark.parametrize(
    "trigger", ["CostLimitReached", "LimitSet", "OperationModeChanged", "RunningCost", "SoCLimitReached",
                "TariffChanged", "TariffNotAccepted", "TimeLimitReached", "TxResumed"],
)  # fmt: skip
def test_triggers_of_2_1(line21: Line, store: Store, trigger: str) -> None:
    begun(line21)
    updated(line21, 60, 3000, trigger=trigger)
    assert rows("PARKED") == []
    assert "rules" not in transaction(store, "tx-1")


def test_a_token_of_255_characters_and_a_type_of_its_own(line21: Line, store: Store) -> None:
    uid = "PSP-" + "9" * 251
    add_token(store, uid[:36])
    said = {"idToken": uid, "type": "DirectPayment"}
    assert line21.ask("Authorize", {"idToken": said})["idTokenInfo"]["status"] == "Unknown"
    answer = line21.ask("TransactionEvent", event("Started", 0, 0, idToken=said, evse={"id": 1}))
    assert answer["idTokenInfo"]["status"] == "Unknown"
    assert transaction(store, "tx-1")["id_token"] == uid


def test_a_whole_transaction(line21: Line, store: Store) -> None:
    begun(line21)
    updated(line21, 60, 3000)
    line21.ask("TransactionEvent", event("Ended", 9, 600, wh=9000, context="Transaction.End"))
    row = transaction(store, "tx-1")
    assert (row["state"], row["protocol"], folded(row).energy_wh) == ("ended", OCPP21, Decimal(8000))
