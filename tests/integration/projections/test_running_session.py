from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.compaction import ENTRIES_MAX
from csms.store import sessions
from csms.store.dynamo import Store
from tests.kit.paid_sessions import TARIFF, PaidSession, after, running
from tests.kit.tables import outbox_rows

Project = Callable[[], int]


def told(method: str = "PATCH") -> list[dict[str, Any]]:
    return [row["document"] for row in outbox_rows(module="sessions", method=method)]


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
def test_the_partner_follows_energy_and_cost(store: Store, project: Project, protocol: str) -> None:
    paid = running(store, protocol)
    project()
    paid.meter(2000, 1)
    project()
    (patch,) = told()
    assert patch["kwh"] == Decimal(1)
    assert patch["total_cost"]["before_taxes"] == Decimal("0.90")
    assert patch["last_updated"] == "2026-03-02T09:01:00.000Z"
    document = paid.session()["session"]
    assert document["kwh"] == Decimal(1)
    assert document["status"] == "ACTIVE"
    assert outbox_rows(module="sessions", method="PATCH")[0]["full_document"]["id"] == document["id"]


def test_it_is_told_about_once_a_minute(store: Store, project: Project) -> None:
    paid = running(store)
    project()
    for step in range(1, 13):  # three minutes, every 15 seconds
        paid.meter(1000 + 10 * step, step / 4)
        project()
    assert [patch["last_updated"][14:19] for patch in told()] == ["01:00", "02:00", "03:00"]


def test_frames_that_jitter_do_not_halve_the_rate(store: Store, project: Project) -> None:
    paid = running(store)
    project()
    for minute, jitter in ((1, 0.0), (2, -0.05), (3, 0.02), (4, -0.03)):
        paid.meter(1000 + 100 * minute, minute + jitter)
        project()
    assert len(told()) == 4


def test_nothing_new_is_not_told(store: Store, project: Project) -> None:
    paid = running(store)
    paid.meter(2000, 1)
    project()
    for minute in range(2, 5):
        paid.meter(2000, minute)
        project()
    assert len(told()) == 1


def test_a_batch_of_changes_is_told_once(store: Store, project: Project) -> None:
    paid = running(store)
    for minute in range(1, 5):
        paid.meter(1000 + 100 * minute, minute)
    project()
    (patch,) = told()
    assert patch["kwh"] == Decimal("0.4")


def test_a_price_boundary_is_told_at_once(store: Store, project: Project) -> None:
    cheap_then_dear = [
        {"price_components": [{"type": "ENERGY", "price": Decimal("0.10"), "step_size": 1}],
         "restrictions": {"max_kwh": Decimal(1)}},
        {"price_components": [{"type": "ENERGY", "price": Decimal("0.60"), "step_size": 1}]},
    ]  # fmt: skip
    paid = running(store, tariff={**TARIFF, "elements": cheap_then_dear})
    project()
    paid.meter(1900, 1)
    project()
    paid.meter(2100, 1.2)
    project()
    first, second = told()
    assert "charging_periods" not in first
    assert [d["volume"] for d in second["charging_periods"][0]["dimensions"] if d["type"] == "ENERGY"] == [Decimal(1)]
    paid.meter(2200, 1.4)
    project()
    assert len(told()) == 2


def test_a_16_connector_that_parks_costs_parking_while_it_runs(store: Store, project: Project) -> None:
    paid = running(store)
    paid.status("Charging", 0.1)
    paid.meter(2000, 1)
    project()
    paid.status("SuspendedEV", 2)
    project()
    paid.meter(2000, 12)
    project()
    # fee 0.50, 1 kWh 0.40, ten minutes of parking at 6.00 an hour
    assert told()[-1]["total_cost"]["before_taxes"] == Decimal("1.90")
    assert {entry["st"] for entry in paid.transaction()["ledger"].values() if "st" in entry} == {
        "Charging",
        "SuspendedEV",
    }


def test_statuses_of_before_and_after_a_transaction_are_not_its_own(store: Store, project: Project) -> None:
    paid = running(store)
    paid.status("Finishing", -5)
    project()
    paid.unplug(2000, 10)
    paid.status("Finishing", 11)
    project()
    assert not any("st" in entry for entry in paid.transaction()["ledger"].values())


def test_an_ended_session_is_left_to_settling(store: Store, project: Project) -> None:
    paid = running(store)
    project()
    paid.unplug(11_000, 60)
    project()
    assert told() == []
    assert paid.session()["session"]["kwh"] == 0


def test_a_charger_without_a_tariff_still_shows_its_energy(store: Store, project: Project) -> None:
    paid = PaidSession(store)
    paid.place()
    payload = {"connectorId": 1, "idTag": "NOBODY", "meterStart": 1000, "timestamp": "2026-03-02T09:00:00Z"}
    paid.transaction_id = paid.frame("StartTransaction", payload, after(0))["transactionId"]
    session_id = paid.transaction()["session_id"]
    store.commit(sessions.session_changed(session_id, {"status": "ACTIVE"}, "2026-03-02T09:00:00.000Z"))
    paid.meter(3500, 2)
    project()
    session = sessions.get_session(store, session_id)
    assert session is not None
    assert session["session"]["kwh"] == Decimal("2.5")
    assert outbox_rows(module="sessions") == []


# --- long sessions


def test_a_long_session_keeps_a_short_ledger_and_its_whole_bill(store: Store, project: Project) -> None:
    paid = running(store)
    for minute in range(1, 181):
        paid.meter(1000 + 50 * minute, minute)
        if minute % 20 == 0:
            project()
            assert len(paid.transaction()["ledger"]) <= ENTRIES_MAX
    transaction = paid.transaction()
    assert transaction["spilled"] is True
    whole = sessions.full_ledger(store, transaction)
    assert len([entry for entry in whole.values() if "wh" in entry]) == 181
    paid.unplug(10_000, 180)
    paid.settle()
    cdr = paid.cdr()["cdr"]
    assert cdr["total_energy"] == Decimal(9)
    assert cdr["total_cost"]["before_taxes"] == Decimal("4.10")


def test_a_replay_of_what_was_moved_out_is_found_once(store: Store, project: Project) -> None:
    paid = running(store)
    for minute in range(1, 80):
        paid.meter(1000 + 50 * minute, minute)
    project()
    moved = sessions.full_ledger(store, paid.transaction()).keys() - paid.transaction()["ledger"].keys()
    assert moved
    before = sessions.full_ledger(store, paid.transaction())
    for minute in range(1, 80):
        paid.meter(1000 + 50 * minute, minute)
    project()
    assert sessions.full_ledger(store, paid.transaction()) == before


# --- the truth that comes after the bill


def billed_too_early(store: Store) -> PaidSession:
    paid = running(store)
    paid.charge()
    paid.meter(6000, 30)
    paid.settle()
    return paid


def test_energy_after_the_bill_is_shown_to_a_person_once(store: Store, project: Project) -> None:
    paid = billed_too_early(store)
    project()
    before = paid.session()["session"]
    store.commit(*late_stop(paid))
    project()
    session = paid.session()
    assert session["session"] == before
    assert session["review"]["reasons"] == ["late-truth"]
    assert session["late_energy_wh"] == 10_000
    assert [row["session_id"] for row in sessions.open_matters(store, sessions.OPEN_REVIEWS)] == [session["session_id"]]
    assert len(outbox_rows(module="cdrs")) == 1


def late_stop(paid: PaidSession) -> Any:
    from datetime import UTC, datetime

    from csms.domain.transaction import entry, sample_key

    late = entry(after(60), context="Transaction.End", energy_wh=Decimal(11_000))
    key = sample_key(after(60), "Transaction.End")
    return (sessions.ledger_extended("CP-1", paid.transaction_id, {key: late}, datetime.now(UTC)),)


def test_a_late_message_that_changes_no_energy_is_no_matter(store: Store, project: Project) -> None:
    from datetime import UTC, datetime

    paid = billed_too_early(store)
    project()
    store.commit(sessions.ledger_extended("CP-1", paid.transaction_id, {}, datetime.now(UTC)))
    project()
    assert "review" not in paid.session()


def test_the_evse_of_a_session_that_was_settled_without_its_end_is_free(store: Store, project: Project) -> None:
    from csms.store import chargers

    paid = billed_too_early(store)
    project()
    active = chargers.get_active(store, "CP-1", 1)
    assert active is not None
    assert active["transaction_id"] == paid.transaction()["transaction_id"]
    assert active["state"] == "ended"
