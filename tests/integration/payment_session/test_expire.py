import pytest

from csms import contract
from csms.store import chargers
from csms.store.dynamo import Store
from csms.store.receipts import find_payment
from tests.kit.paid_sessions import CHARGER_ID, REFERENCE, PaidSession, after, running
from tests.kit.tables import outbox_rows


def test_nobody_plugged_in(requested: PaidSession) -> None:
    requested.start()
    requested.answer_start("Accepted")
    assert requested.expire() == {"state": "EXPIRED"}

    payment = requested.payment()
    assert payment["state"] == "EXPIRED"
    assert "open_matter" not in payment
    assert requested.session()["session"]["status"] == "INVALID"
    told = [row["document"]["status"] for row in outbox_rows(module="sessions")]
    assert told == ["PENDING", "INVALID"]
    assert [row["document"]["result"] for row in outbox_rows(module="commands")] == ["ACCEPTED"]
    start = chargers.get_remote_start(requested.store, CHARGER_ID, int(payment["remote_start_id"]))
    assert start is not None
    assert start["state"] == "expired"


def test_the_late_transaction_of_an_expired_start_is_not_accepted(requested: PaidSession) -> None:
    requested.start()
    requested.answer_start("Accepted")
    requested.expire()
    payload = {
        "connectorId": 1,
        "idTag": requested.payment()["id_tag"],
        "meterStart": 5,
        "timestamp": "2026-03-02T09:10:00Z",
    }
    answer = requested.frame("StartTransaction", payload, after(10))
    assert answer["idTagInfo"]["status"] == "Invalid"
    assert requested.payment()["state"] == "EXPIRED"


def test_the_charger_refused(requested: PaidSession) -> None:
    requested.start()
    requested.answer_start("Rejected")
    (failure,) = outbox_rows(target="workflow")
    assert (failure["signal"], failure["error"]) == ("failure", contract.ERROR_START_REJECTED)
    requested.expire(contract.ERROR_START_REJECTED)
    assert requested.payment()["state"] == "REJECTED"
    assert outbox_rows(module="sessions") == []  # PENDING was never told
    assert [row["document"]["result"] for row in outbox_rows(module="commands")] == ["REJECTED"]


@pytest.mark.parametrize(("error", "result"), [("States.Timeout", "TIMEOUT"), ("Lambda.Unknown", "FAILED")])
def test_the_partner_is_told_where_nobody_did(requested: PaidSession, error: str, result: str) -> None:
    requested.start()
    requested.expire(error)
    assert [row["document"]["result"] for row in outbox_rows(module="commands")] == [result]
    assert requested.payment()["state"] == "EXPIRED"


def test_a_start_that_never_ran_expires_too(requested: PaidSession) -> None:
    assert requested.expire("Lambda.Unknown") == {"state": "EXPIRED"}
    assert requested.payment()["state"] == "EXPIRED"
    found = find_payment(requested.store, REFERENCE)
    assert found is not None


def test_expiring_twice_is_expiring_once(requested: PaidSession) -> None:
    requested.start()
    requested.answer_start("Accepted")
    assert requested.expire() == requested.expire() == {"state": "EXPIRED"}
    assert len(outbox_rows(module="sessions", method="PUT")) == 2


def test_a_transaction_that_began_after_all_is_charging(store: Store) -> None:
    paid = running(store)
    assert paid.expire() == {"state": "CHARGING"}
    assert paid.payment()["state"] == "CHARGING"
    assert paid.session()["session"]["status"] == "ACTIVE"
