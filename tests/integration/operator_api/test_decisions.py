"""Decisions about money: held sessions and payments that stay open."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from csms.store import sessions
from functions.payment_session.settle import handler as settle
from tests.kit.paid_sessions import PARTNER_ID, REFERENCE, PaidSession, running
from tests.kit.partners import NOW
from tests.kit.tables import outbox_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

WHY = "the meter was replaced"


@pytest.fixture
def held(store: Store) -> PaidSession:
    """A session of 910 kWh in an hour: its bill waits for a person."""
    paid = running(store)
    paid.unplug(911_000, 60)
    paid.settle()
    assert paid.payment()["state"] == "REVIEW"
    return paid


def path(paid: PaidSession) -> str:
    return f"sessions/{paid.session()['session_id']}/review"


def settled_again() -> None:
    (row,) = outbox_rows(target="settlement")
    event = {"Records": [{"messageId": "m", "body": json.dumps({"session_id": row["session_id"]})}]}
    assert settle(event, None) == {"batchItemFailures": []}


def test_an_approved_session_is_billed_for_the_energy_that_was_decided(api: Api, held: PaidSession) -> None:
    answer = api("POST", path(held), {"decision": "approve", "reason": WHY, "energy_kwh": 10}, groups="[finance]")
    assert answer.status == 200, answer.body
    settled_again()
    assert held.payment()["state"] == "SETTLED"
    assert held.cdr()["cdr"]["total_energy"] == Decimal(10)
    assert held.session()["review_decision"]["by"] == "person-1@cpo.example"
    assert api("GET", "open-matters", query={"kind": "REVIEW"}).body["items"] == []


def test_a_session_that_is_written_off_releases_the_card(api: Api, held: PaidSession) -> None:
    assert api("POST", path(held), {"decision": "write_off", "reason": WHY}).status == 200
    assert held.payment()["state"] == "RELEASED"
    assert "open_matter" not in held.payment()
    assert held.session()["session"]["status"] == "INVALID"
    told = [row for row in outbox_rows(target="partner") if (row["document"] or {}).get("status") == "INVALID"]
    assert len(told) == 1
    assert api("GET", "open-matters", query={"kind": "PAYMENT"}).body["items"] == []


@pytest.mark.parametrize("first", ["approve", "write_off"])
def test_a_decision_is_made_once(api: Api, held: PaidSession, first: str) -> None:
    assert api("POST", path(held), {"decision": first, "reason": WHY}).status == 200
    assert api("POST", path(held), {"decision": "write_off", "reason": WHY}).status == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"decision": "approve"}, 422),
        ({"decision": "maybe", "reason": WHY}, 422),
        ({"decision": "approve", "reason": WHY, "energy_kwh": -1}, 422),
        ({"decision": "write_off", "reason": WHY, "energy_kwh": 1}, 422),
        ({"decision": "close", "reason": WHY}, 409),
    ],
)
def test_what_cannot_be_decided(api: Api, held: PaidSession, body: dict[str, Any], status: int) -> None:
    assert api("POST", path(held), body).status == status
    assert held.payment()["state"] == "REVIEW"


def test_a_session_that_is_not_under_review(api: Api, store: Store) -> None:
    paid = running(store)
    assert api("POST", path(paid), {"decision": "approve", "reason": WHY}).status == 409
    assert api("POST", "sessions/none/review", {"decision": "approve", "reason": WHY}).status == 404


@pytest.mark.parametrize("groups", ["[viewer]", "[installer]", "[operator]"])
def test_only_finance_decides(api: Api, held: PaidSession, groups: str) -> None:
    assert api("POST", path(held), {"decision": "write_off", "reason": WHY}, groups=groups).status == 403


def test_a_late_truth_is_closed_with_a_reason(api: Api, store: Store) -> None:
    paid = running(store)
    paid.unplug(11_000, 60)
    paid.settle()
    row = paid.session()
    store.commit(
        sessions.session_changed(
            row["session_id"], {}, row["session"]["last_updated"], open_matter="REVIEW", open_since="2026#1"
        )
    )
    assert api("POST", path(paid), {"decision": "approve", "reason": WHY}).status == 409
    assert api("POST", path(paid), {"decision": "close", "reason": WHY}).status == 200
    assert "open_matter" not in paid.session()
    assert "cdr_id" in paid.session()


@pytest.mark.parametrize("state", ["CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING"])
def test_a_payment_that_a_person_settled_elsewhere_is_closed(api: Api, store: Store, state: str) -> None:
    store.commit(sessions.payment_opened(PARTNER_ID, REFERENCE, state, NOW))
    decision = f"payments/{PARTNER_ID}/{REFERENCE}/decision"
    answer = api("POST", decision, {"decision": "write_off", "reason": WHY}, groups="[finance]")
    assert (answer.status, answer.body["state"]) == (200, "RELEASED")
    payment = sessions.get_payment(store, f"{PARTNER_ID}#{REFERENCE}")
    assert payment is not None
    assert payment["written_off"] == WHY
    assert "open_matter" not in payment
    assert api("POST", decision, {"decision": "write_off", "reason": WHY}).status == 409


@pytest.mark.parametrize("state", ["CHARGING", "SETTLED", "REVIEW", "CAPTURED"])
def test_a_payment_that_goes_on_by_itself_cannot_be_closed(api: Api, store: Store, state: str) -> None:
    store.commit(sessions.payment_opened(PARTNER_ID, REFERENCE, state, NOW))
    decision = f"payments/{PARTNER_ID}/{REFERENCE}/decision"
    assert api("POST", decision, {"decision": "write_off", "reason": WHY}).status == 409
