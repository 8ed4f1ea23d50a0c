import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest

from csms import contract
from csms.edge import settings
from csms.store import outbox, sessions
from csms.store.dynamo import Store
from functions.sweeper import handler as sweeper
from functions.sweeper.messages import sweep_messages
from functions.sweeper.payments import sweep_payments
from tests.kit.paid_sessions import PARTNER_ID, REFERENCE, PaidSession, running
from tests.kit.tables import fresh_aws, outbox_rows

QUIET = {"payments_decided": 0, "payments_flagged": 0}


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


@pytest.fixture
def settled(store: Store) -> PaidSession:
    paid = running(store)
    paid.unplug(11_000, 60)
    paid.settle()
    return paid


def later(**time: float) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


# --- payments


def test_a_payment_on_its_way_is_left_alone(store: Store) -> None:
    store.commit(sessions.payment_opened(PARTNER_ID, REFERENCE, "REQUESTED", later()))
    assert sweep_payments(store, later(minutes=12)) == QUIET
    payment = sessions.get_payment(store, f"{PARTNER_ID}#{REFERENCE}")
    assert payment is not None
    assert "attention" not in payment


def test_a_payment_that_stands_still_is_flagged_once_and_unflagged_when_it_goes_on(store: Store) -> None:
    store.commit(sessions.payment_opened(PARTNER_ID, REFERENCE, "REQUESTED", later()))
    first = later(minutes=16)
    assert sweep_payments(store, first)["payments_flagged"] == 1
    assert sweep_payments(store, later(minutes=21))["payments_flagged"] == 0
    identity = f"{PARTNER_ID}#{REFERENCE}"
    payment = sessions.get_payment(store, identity)
    assert payment is not None
    assert payment["attention"] == "start-not-sent"

    store.commit(sessions.payment_changed(identity, was=("REQUESTED",), state="CHARGING", charging_since=str_of(first)))
    assert sweep_payments(store, later(minutes=26)) == QUIET
    payment = sessions.get_payment(store, identity)
    assert payment is not None
    assert "attention" not in payment
    assert "attention_since" not in payment


def str_of(moment: datetime) -> str:
    from csms.domain.times import format_time

    return format_time(moment)


def test_a_late_capture_closes_what_was_missing_it(settled: PaidSession) -> None:
    assert settled.close() == "CAPTURE_MISSING"
    assert sweep_payments(settled.store, later(minutes=20))["payments_flagged"] == 1
    report(settled, "5.40", later(minutes=25))
    assert sweep_payments(settled.store, later(minutes=30))["payments_decided"] == 1
    payment = settled.payment()
    assert payment["state"] == "CAPTURED"
    assert "open_matter" not in payment


def report(paid: PaidSession, amount: str, at: datetime, **more: Any) -> None:
    """A capture as the payments module records it."""
    paid.captured(amount, **more)
    payment = paid.payment()
    noted = sessions.payment_changed(payment["payment_id"], was=(payment["state"],), capture_reported_at=str_of(at))
    paid.store.commit(noted)


def test_another_failure_is_looked_at_once(settled: PaidSession) -> None:
    report(settled, "5.40", later(minutes=1), status="FAILED")
    assert settled.close() == "CAPTURE_FAILED"
    report(settled, "5.40", later(minutes=2), status="FAILED", fac_id="fac-2", minute=3)
    for minutes in (20, 25):
        assert sweep_payments(settled.store, later(minutes=minutes))["payments_decided"] == 0
    assert settled.payment()["state"] == "CAPTURE_FAILED"


@pytest.mark.parametrize(("reported", "state"), [(True, "CAPTURED"), (False, "SETTLED")])
def test_a_settled_payment_without_a_state_machine_is_closed_by_its_capture(
    settled: PaidSession, reported: bool, state: str
) -> None:
    if reported:
        report(settled, "5.40", datetime.now(UTC))
    sweep_payments(settled.store, later(minutes=30))
    assert settled.payment()["state"] == state


def test_a_capture_that_never_came_is_missing_a_day_later(settled: PaidSession) -> None:
    sweep_payments(settled.store, later(hours=25))
    assert settled.payment()["state"] == "CAPTURE_MISSING"


def test_a_zero_bill_without_a_state_machine_is_released(store: Store) -> None:
    free = {"price_components": [{"type": "ENERGY", "price": Decimal(0), "step_size": 1}]}
    paid = running(store, tariff={"id": "T", "currency": "EUR", "tax_included": "NO", "elements": [free]})
    paid.unplug(11_000, 60)
    paid.settle()
    sweep_payments(store, later(minutes=30))
    assert paid.payment()["state"] == "RELEASED"


# --- messages


def messages() -> list[dict[str, Any]]:
    found = boto3.client("sqs").receive_message(
        QueueUrl=settings.queue_url(contract.QUEUE_PUSH), MaxNumberOfMessages=10, AttributeNames=["All"]
    )
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def to_partner(store: Store, object_id: str = "cdr-1", at: datetime | None = None, **facts: Any) -> tuple[str, str]:
    put = outbox.to_partner(PARTNER_ID, "cdrs", object_id, "POST", {"id": object_id}, at or later())
    put.item.update(facts)
    store.commit(put)
    return put.item["pk"], put.item["sk"]


def test_a_young_row_is_on_its_way(store: Store) -> None:
    to_partner(store)
    assert sweep_messages(store, later(minutes=9)) == {"rows_resent": 0}
    assert messages() == []


def test_a_row_that_was_never_tried_is_sent_again_and_then_hourly(store: Store) -> None:
    pk, sk = to_partner(store)
    assert sweep_messages(store, later(minutes=12)) == {"rows_resent": 1}
    assert messages() == [{"pk": pk, "sk": sk}]
    assert sweep_messages(store, later(minutes=60)) == {"rows_resent": 0}
    assert sweep_messages(store, later(minutes=73)) == {"rows_resent": 1}


def test_a_row_between_two_tries_is_left_alone(store: Store) -> None:
    to_partner(store, attempts=6, attempted_at=str_of(later()))
    assert sweep_messages(store, later(minutes=60)) == {"rows_resent": 0}
    assert sweep_messages(store, later(hours=8)) == {"rows_resent": 1}


def test_nothing_overtakes_an_older_row_about_the_same_object(store: Store) -> None:
    to_partner(store, at=later() - timedelta(minutes=5), attempts=6, attempted_at=str_of(later()))
    to_partner(store)
    other = to_partner(store, "cdr-2")
    assert sweep_messages(store, later(minutes=30)) == {"rows_resent": 1}
    assert messages() == [{"pk": other[0], "sk": other[1]}]


def test_delivered_and_failed_rows_are_no_matter(store: Store) -> None:
    store.commit(outbox.delivered(*to_partner(store), later()))
    store.commit(outbox.attempted(*to_partner(store, "cdr-2"), later(), "no", final=True))
    assert sweep_messages(store, later(hours=30)) == {"rows_resent": 0}


@pytest.mark.parametrize("target", ["workflow", "settlement"])
def test_a_row_that_nobody_took_is_written_again(store: Store, target: str) -> None:
    if target == "workflow":
        store.commit(outbox.to_workflow("payter#1", "start", later(), row_id="start-payter#1", input={"payment": {}}))
    else:
        store.commit(outbox.to_settlement("session-1", later()))
    before = outbox_rows(target=target)[0]
    assert sweep_messages(store, later(minutes=12)) == {"rows_resent": 1}
    old, new = outbox_rows(target=target)
    assert (old["state"], new["state"]) == ("DELIVERED", "WAITING")
    own = {"sk", "written_at", "open_since", "resends"}
    assert {k: v for k, v in new.items() if k not in own} == {k: v for k, v in before.items() if k not in own}
    assert sweep_messages(store, later(minutes=13)) == {"rows_resent": 0}


def test_writing_again_comes_to_an_end(store: Store) -> None:
    store.commit(outbox.to_settlement("session-1", later()))
    found = [sweep_messages(store, later(minutes=12 * n))["rows_resent"] for n in range(1, 9)]
    assert found == [1, 1, 1, 1, 1, 0, 0, 0]
    assert len(outbox_rows(target="settlement", state="WAITING")) == 1  # it stays in the list of open matters


def test_the_schedule_runs_all(store: Store) -> None:
    assert store
    assert sweeper.handler({}, None) == {"transactions_ended": 0, **QUIET, "rows_resent": 0}
