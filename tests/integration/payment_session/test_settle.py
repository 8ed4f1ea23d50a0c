import json
from decimal import Decimal
from typing import Any

import pytest

from csms import contract
from csms.store import partners, sessions
from csms.store.dynamo import Store
from csms.store.receipts import find_payment
from functions.payment_session import settle
from functions.payment_session.billing import bill
from tests.kit.paid_sessions import EVSE_UID, PARTNER_ID, REFERENCE, TARIFF, PaidSession, after, running
from tests.kit.tables import all_items, outbox_rows

PROTOCOLS = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")


def charged(store: Store, protocol: str = "ocpp1.6", **more: Any) -> PaidSession:
    """10 kWh in an hour: (0.50 + 10 x 0.40) x 1.2 = 5.40."""
    paid = running(store, protocol, **more)
    paid.charge()
    paid.meter(6000, 30)
    paid.unplug(11_000, 60)
    return paid


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_session_is_priced_and_its_cdr_leaves(store: Store, protocol: str) -> None:
    paid = charged(store, protocol)
    if protocol != "ocpp1.6":  # nothing is missing in this one
        store.commit(sessions.ledger_extended("CP-1", paid.transaction_id, numbered(60), after(60)))
    assert paid.settle() == {"await_capture": True}

    payment = paid.payment()
    assert payment["state"] == "SETTLED"
    assert payment["amount"] == Decimal("5.40")
    assert payment["over_limit"] is False

    session = paid.session()["session"]
    assert session["status"] == "COMPLETED"
    assert session["kwh"] == Decimal(10)
    assert session["end_date_time"] == "2026-03-02T10:00:00.000Z"
    assert session["total_cost"]["before_taxes"] == Decimal("4.50")

    cdr = paid.cdr()["cdr"]
    assert cdr["authorization_reference"] == REFERENCE
    assert cdr["invoice_reference_id"] == REFERENCE
    assert cdr["session_id"] == session["id"]
    assert cdr["total_energy"] == Decimal(10)
    assert cdr["total_time"] == Decimal(1)
    assert cdr["total_cost"]["taxes"] == [{"name": "VAT", "percentage": Decimal(20), "amount": Decimal("0.90")}]
    assert cdr["cdr_location"]["evse_uid"] == EVSE_UID
    assert cdr["cdr_location"]["evse_id"] == "DE*CSM*E1"
    assert cdr["tariffs"] == [TARIFF]
    assert cdr["remark"] == "Stop: vehicle unplugged"

    (told_cdr,) = outbox_rows(module="cdrs")
    assert (told_cdr["method"], told_cdr["document"]) == ("POST", cdr)
    told = outbox_rows(module="sessions")[-1]
    assert (told["method"], told["document"]["status"]) == ("PUT", "COMPLETED")
    assert told["object_id"] == session["id"]


def numbered(last: int) -> dict[str, Any]:
    """Events that carry nothing but their place in the order."""
    from csms.domain.transaction import entry, event_key

    return {
        event_key(n, "Updated", after(n), "Trigger"): entry(after(n), seq=n, ev="U") for n in range(1, last) if n != 30
    }


def test_settling_again_gives_the_same_answer_and_nothing_more(store: Store) -> None:
    paid = charged(store)
    first = paid.settle()
    before = [all_items(table) for table in contract.TABLES]
    assert paid.settle() == first
    assert [all_items(table) for table in contract.TABLES] == before


def test_the_order_in_which_things_were_heard_does_not_matter(store: Store) -> None:
    paid = running(store)
    paid.meter(8000, 45)
    paid.meter(6000, 30)
    paid.meter(6000, 30)
    paid.unplug(11_000, 60)
    paid.meter(10_000, 55)
    paid.settle()
    assert paid.cdr()["cdr"]["total_cost"]["before_taxes"] == Decimal("4.50")


def test_parking_is_told_by_the_connector_of_a_16_charger(store: Store) -> None:
    paid = running(store)
    paid.status("Charging", 0.5)
    paid.meter(11_000, 30)
    paid.status("SuspendedEV", 40)
    paid.unplug(11_000, 60)
    paid.settle()
    cdr = paid.cdr()["cdr"]
    assert cdr["total_parking_time"] == Decimal("0.3333")
    assert cdr["total_parking_cost"]["before_taxes"] == Decimal("2.00")
    assert [p["dimensions"][-1]["type"] for p in cdr["charging_periods"]] == ["TIME", "PARKING_TIME"]


def test_parking_is_told_by_the_charging_state_of_a_2x_station(store: Store) -> None:
    paid = running(store, "ocpp2.0.1")
    paid.event_2x("Updated", 1, after(1), 1000, "Sample.Periodic", {"triggerReason": "ChargingStateChanged"},
                  chargingState="Charging")  # fmt: skip
    paid.event_2x("Updated", 2, after(40), 11_000, "Sample.Periodic", {"triggerReason": "ChargingStateChanged"},
                  chargingState="SuspendedEV")  # fmt: skip
    paid.event_2x("Ended", 3, after(60), 11_000, "Transaction.End", {"triggerReason": "StopAuthorized"})
    paid.settle()
    assert paid.cdr()["cdr"]["total_parking_cost"]["before_taxes"] == Decimal("2.00")


def test_nothing_delivered_owes_the_fee_unless_the_tariff_says_otherwise(store: Store) -> None:
    paid = running(store)
    paid.unplug(1000, 1)
    assert paid.settle() == {"await_capture": True}
    assert paid.payment()["amount"] == Decimal("0.60")


def test_a_tariff_without_fee_for_nothing_releases_the_hold(store: Store) -> None:
    paid = running(store, tariff={**TARIFF, "fee_without_energy": False})
    paid.unplug(1000, 1)
    assert paid.settle() == {"await_capture": False}
    assert paid.payment()["amount"] == 0
    (told,) = outbox_rows(module="cdrs")  # zero is what releases the hold
    assert told["document"]["total_cost"]["before_taxes"] == 0
    assert paid.close() == "RELEASED"
    assert "open_matter" not in paid.payment()


def test_a_platform_that_invoices_itself_owes_no_report(store: Store) -> None:
    paid = charged(store, facts={"invoice_creator": "PTP"})
    assert paid.settle() == {"await_capture": False}
    assert "invoice_reference_id" not in paid.cdr()["cdr"]
    assert paid.close() == "HANDED_OVER"


def test_a_bill_above_the_hold_is_told_as_it_is(store: Store) -> None:
    paid = charged(store, facts={"limit_amount": Decimal(5)})
    paid.settle()
    assert paid.payment()["amount"] == Decimal("5.40")
    assert paid.payment()["over_limit"] is True


# --- held for a person


def unbelievable(store: Store) -> PaidSession:
    paid = running(store)
    paid.unplug(911_000, 60)
    return paid


def test_energy_that_is_not_believed_is_held(store: Store) -> None:
    paid = unbelievable(store)
    for _ in range(2):
        assert paid.settle() == {"await_capture": False}
        assert paid.close() == "REVIEW"
    payment = paid.payment()
    assert payment["review_reasons"] == ["energy-above-power-and-time"]
    assert "open_matter" in payment
    session = paid.session()
    assert session["review"]["energy_wh"] == 910_000
    assert session["session"]["status"] == "ACTIVE"
    assert outbox_rows(module="cdrs") == []
    assert [row["session_id"] for row in sessions.open_matters(store, sessions.OPEN_REVIEWS)] == [session["session_id"]]


def approve(paid: PaidSession, **facts: Any) -> None:
    session = paid.session()
    changed = sessions.session_changed(
        session["session_id"], {}, session["last_updated"], review_approved=True, **facts
    )
    paid.store.commit(changed)


def queue_message(session_id: str, message_id: str = "m-1") -> dict[str, Any]:
    return {"Records": [{"messageId": message_id, "body": json.dumps({"session_id": session_id})}]}


def test_a_person_approves_it_as_it_is(store: Store) -> None:
    paid = unbelievable(store)
    paid.settle()
    approve(paid)
    assert settle.handler(queue_message(paid.session()["session_id"]), None) == {"batchItemFailures": []}
    assert paid.payment()["state"] == "SETTLED"
    assert paid.cdr()["cdr"]["total_energy"] == 910
    assert "open_matter" not in paid.session()


def test_a_person_approves_another_energy(store: Store) -> None:
    paid = unbelievable(store)
    paid.settle()
    approve(paid, approved_energy_wh=Decimal(10_000))
    settle.handler(queue_message(paid.session()["session_id"]), None)
    assert paid.payment()["amount"] == Decimal("5.40")


def test_a_tariff_that_cannot_be_read_is_held(store: Store) -> None:
    paid = charged(store, tariff={**TARIFF, "elements": []})
    paid.settle()
    assert paid.payment()["review_reasons"] == ["tariff-unusable"]


# --- what chargers leave open


def test_a_session_that_nobody_ended_is_billed_as_last_metered(store: Store) -> None:
    paid = running(store)
    paid.charge()
    paid.meter(6000, 30)
    assert paid.settle() == {"await_capture": True}
    assert paid.cdr()["cdr"]["total_energy"] == 5
    assert paid.cdr()["cdr"]["remark"] == "end not reported by the charging station"
    assert paid.transaction()["ended_by"] == "settlement"

    paid.unplug(11_000, 60)  # the truth comes late: it is kept, and the bill stays
    assert paid.payment()["state"] == "SETTLED"
    assert paid.cdr()["cdr"]["total_energy"] == 5
    assert len(outbox_rows(module="cdrs")) == 1


def test_a_ledger_with_gaps_is_waited_for_and_then_billed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    paid = running(store, "ocpp2.0.1")
    pauses: list[float] = []

    def late_message(seconds: float) -> None:
        pauses.append(seconds)
        paid.event_2x("Updated", 1, after(30), 6000, "Sample.Periodic", {"triggerReason": "MeterValuePeriodic"},
                      chargingState="Charging")  # fmt: skip

    monkeypatch.setattr("functions.payment_session.settle.time.sleep", late_message)
    paid.event_2x("Ended", 2, after(60), 11_000, "Transaction.End", {"triggerReason": "StopAuthorized"})
    store.commit(sessions.ledger_extended("CP-1", "tx-2x", {}, soon()))
    paid.settle()
    assert len(pauses) == 1
    assert "remark" not in paid.cdr()["cdr"] or "missing" not in paid.cdr()["cdr"]["remark"]


def soon() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_a_gap_that_stays_is_said_in_the_cdr(store: Store) -> None:
    paid = running(store, "ocpp2.0.1")
    paid.event_2x("Ended", 3, after(60), 11_000, "Transaction.End", {"triggerReason": "StopAuthorized"})
    paid.settle()
    assert "messages of the charging station are missing" in paid.cdr()["cdr"]["remark"]


def test_a_message_that_comes_while_it_is_priced_is_priced_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    paid = running(store, "ocpp2.0.1")
    paid.event_2x("Ended", 1, after(60), None, "Transaction.End", {"triggerReason": "StopAuthorized"})
    calls: list[Any] = []

    def interrupted(*args: Any, **named: Any) -> Any:
        made = bill(*args, **named)
        if not calls:
            paid.event_2x("Updated", 2, after(59), 12_000, "Sample.Periodic", {"triggerReason": "MeterValuePeriodic"})
        calls.append(made)
        return made

    monkeypatch.setattr("functions.payment_session.settle.bill", interrupted)
    paid.settle()
    assert len(calls) == 2
    assert paid.cdr()["cdr"]["total_energy"] == 11


def test_signed_values_ride_along_unchanged(store: Store) -> None:
    paid = running(store)
    signed = 'OCMF|{"RD":[]}|{"SD":"00"}'
    paid.unplug(11_000, 60, transactionData=[
        {"timestamp": "2026-03-02T09:00:00Z", "sampledValue": [
            {"value": "0A0B", "format": "SignedData", "context": "Transaction.Begin"}]},
        {"timestamp": "2026-03-02T10:00:00Z", "sampledValue": [
            {"value": signed, "format": "SignedData", "context": "Transaction.End"}]},
    ])  # fmt: skip
    paid.settle()
    data = paid.cdr()["cdr"]["signed_data"]
    assert [value["nature"] for value in data["signed_values"]] == ["Start", "End"]
    assert data["signed_values"][0]["signed_data"] == "0A0B"
    assert data["signed_values"][1]["plain_data"] == '{"RD":[]}'


# --- sessions without a payment


def plain(store: Store, id_tag: str, register_wh: int = 11_000) -> str:
    paid = PaidSession(store)
    paid.place()
    payload = {"connectorId": 1, "idTag": id_tag, "meterStart": 1000, "timestamp": "2026-03-02T09:00:00Z"}
    paid.transaction_id = paid.frame("StartTransaction", payload, after(0))["transactionId"]
    paid.unplug(register_wh, 60)
    return str(paid.transaction()["session_id"])


def test_a_partners_card_gets_a_cdr_and_the_operators_own_none_is_sent(store: Store) -> None:
    from csms.store import master

    token = {"uid": "CARD1", "country_code": "NL", "party_id": "EMS", "type": "RFID", "contract_id": "NL-EMS-1"}
    store.commit(master.token_put({**token, "valid": True, "whitelist": "ALLOWED"}, "emsp", after(0)))
    store.commit(master.tariff_put(TARIFF, after(0)))
    session_id = plain(store, "CARD1")
    (row,) = outbox_rows(target="settlement")
    assert settle.handler(queue_message(row["session_id"]), None) == {"batchItemFailures": []}
    (told,) = outbox_rows(module="cdrs")
    assert told["partner_id"] == "emsp"
    assert told["document"]["session_id"] == session_id
    assert told["document"]["auth_method"] == "WHITELIST"
    assert "invoice_reference_id" not in told["document"]


def test_the_operators_own_card_has_a_cdr_that_nobody_is_sent(store: Store) -> None:
    from csms.store import master

    token = {"uid": "OWN", "country_code": "DE", "party_id": "CSM", "type": "RFID", "contract_id": "DE-CSM-1"}
    store.commit(master.token_put({**token, "valid": True, "whitelist": "ALLOWED"}, sessions.LOCAL_OWNER, after(0)))
    session_id = plain(store, "OWN")
    settle.handler(queue_message(session_id), None)
    session = sessions.get_session(store, session_id)
    assert session is not None
    assert session["session"]["status"] == "COMPLETED"
    cdr = sessions.get_cdr(store, session["cdr_id"])
    assert cdr is not None
    assert cdr["owner"] == "LOCAL#CDRS"
    assert outbox_rows(target="partner") == []


@pytest.mark.parametrize(("register_wh", "reviewed"), [(1000, False), (2000, True)])
def test_an_unknown_card_owes_nothing_and_its_energy_is_shown(store: Store, register_wh: int, reviewed: bool) -> None:
    session_id = plain(store, "NOBODY", register_wh)
    for _ in range(2):
        settle.handler(queue_message(session_id), None)
    session = sessions.get_session(store, session_id)
    assert session is not None
    assert session["session"]["status"] == "INVALID"
    assert "cdr_id" not in session
    assert bool(sessions.open_matters(store, sessions.OPEN_REVIEWS)) is reviewed


def test_one_bad_message_does_not_hold_up_the_others(store: Store) -> None:
    paid = charged(store)
    event = {
        "Records": queue_message("no-such-session", "bad")["Records"]
        + queue_message(paid.session()["session_id"], "good")["Records"]
    }
    assert settle.handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert paid.payment()["state"] == "SETTLED"


def test_nothing_is_settled_of_a_payment_that_never_charged(requested: PaidSession) -> None:
    requested.expire()
    assert requested.settle() == {"await_capture": False}


def test_the_receipt_is_found(store: Store) -> None:
    paid = charged(store)
    paid.settle()
    found = find_payment(store, REFERENCE)
    assert found is not None
    assert found["partner_id"] == PARTNER_ID
    assert partners.list_partners(store) == []
