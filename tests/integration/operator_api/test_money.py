"""Sessions, payments and what is open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store import outbox, sessions
from tests.kit.partners import NOW

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

SECRETS: dict[str, Any] = {
    "start_token": "task-token-1",
    "charge_token": "task-token-2",
    "capture_token": "task-token-3",
    "response_url": "https://ocpi.partner.example/secret",
    "token": {"uid": "card-of-somebody"},
}


def payment(store: Store, reference: str, state: str, minutes: int = 0, **more: Any) -> None:
    facts = {"limit_amount": Decimal("50.00"), "currency": "EUR", **more}
    store.commit(sessions.payment_opened("payter", reference, state, NOW + timedelta(minutes=minutes), **facts))


def session(store: Store, identity: str, owner: str, minutes: int = 0, **facts: Any) -> None:
    now = NOW + timedelta(minutes=minutes)
    document = {"id": identity, "status": "ACTIVE", "kwh": Decimal("1.5"), "last_updated": format_time(now)}
    store.commit(sessions.session_opened(document, owner, now, **facts))


def test_a_payment_with_its_captures_and_without_secrets(api: Api, store: Store) -> None:
    payment(store, "REF1", "SETTLED", session_id="S1", amount=Decimal("7.10"), **SECRETS)
    fac = {
        "id": "F1",
        "authorization_reference": "REF1",
        "total_costs": {"before_taxes": Decimal("5.97")},
        "currency": "EUR",
        "eft_data": ["VISA 1234"],
        "capture_status_code": "SUCCESS",
        "last_updated": format_time(NOW),
    }
    store.commit(*sessions.capture_recorded("payter", fac, NOW))

    shown = api("GET", "payments/payter/REF1", groups="[finance]").body

    assert (shown["state"], shown["amount"], shown["limit_amount"]) == ("SETTLED", Decimal("7.10"), Decimal("50.00"))
    assert [capture["id"] for capture in shown["captures"]] == ["F1"]
    for secret in ("task-token", "secret", "card-of", "VISA"):
        assert secret not in str(shown)


def test_payments_of_a_partner_the_latest_first(api: Api, store: Store) -> None:
    for number in range(3):
        payment(store, f"REF{number}", "CHARGING", number, **SECRETS)

    pages = api.all_pages("payments/payter", 2)

    assert [[entry["authorization_reference"] for entry in page] for page in pages] == [["REF2", "REF1"], ["REF0"]]
    assert "task-token" not in str(pages)


def test_a_session_with_its_cdr(api: Api, store: Store) -> None:
    session(store, "S1", "LOCAL", cdr_id="C1", charger_id="CP1")
    cdr = {"id": "C1", "total_cost": {"before_taxes": Decimal("5.97")}, "last_updated": format_time(NOW)}
    store.commit(sessions.cdr_made(cdr, "LOCAL", NOW))

    shown = api("GET", "sessions/S1").body

    assert shown["session"]["kwh"] == Decimal("1.5")
    assert shown["charger_id"] == "CP1"
    assert shown["cdr"]["total_cost"] == {"before_taxes": Decimal("5.97")}


def test_sessions_of_an_owner_the_latest_first(api: Api, store: Store) -> None:
    session(store, "S0", "payter")
    for number in range(1, 4):
        session(store, f"S{number}", "LOCAL", number)

    local = api.all_pages("sessions", 2)
    theirs = api.all_pages("sessions", 2, owner="payter")

    assert [[entry["session"]["id"] for entry in page] for page in local] == [["S3", "S2"], ["S1"]]
    assert [[entry["session"]["id"] for entry in page] for page in theirs] == [["S0"]]


def test_what_is_open_and_what_to_do_about_it(api: Api, store: Store) -> None:
    payment(store, "REF1", "CHARGING")
    payment(store, "REF2", "CAPTURE_FAILED", 1, **SECRETS)
    review = {"reasons": ["more energy than the connector can deliver"], "energy_wh": Decimal(900_000)}
    open_facts: dict[str, Any] = {"open_matter": "REVIEW", "open_since": f"{format_time(NOW)}#S1"}
    session(store, "S1", "LOCAL", review=review, **open_facts)
    row = outbox.to_partner("payter", "cdrs", "C1", "POST", {"id": "C1"}, NOW)
    store.commit(row)
    store.commit(outbox.attempted(row.item["pk"], row.item["sk"], NOW, "HTTP 400", final=True))

    matters = api("GET", "open-matters").body["items"]

    assert [(m["kind"], m["state"], m["needs_person"]) for m in matters] == [
        ("REVIEW", "REVIEW", True),
        ("PAYMENT", "CHARGING", False),
        ("PAYMENT", "CAPTURE_FAILED", True),
        ("OUTBOX", "FAILED", True),
    ]
    assert all(m["what_to_do"] for m in matters)
    assert matters[0]["about"]["reasons"] == review["reasons"]
    assert matters[2]["link"] == "/api/payments/payter/REF2"
    assert matters[3]["about"]["last_error"] == "HTTP 400"
    assert "task-token" not in str(matters)


def test_open_matters_in_pages_across_kinds(api: Api, store: Store) -> None:
    for number in range(3):
        payment(store, f"REF{number}", "CHARGING", number)
        store.commit(outbox.to_partner("payter", "cdrs", f"C{number}", "POST", {}, NOW + timedelta(minutes=number)))

    for limit in (1, 2, 3, 4, 6):
        pages = api.all_pages("open-matters", limit)
        found = [m["about"].get("payment_id") or m["about"]["object_id"] for page in pages for m in page]
        assert found == ["payter#REF0", "payter#REF1", "payter#REF2", "C0", "C1", "C2"]
        assert max(map(len, pages)) == limit
    only = api.all_pages("open-matters", 2, kind="OUTBOX")
    assert [len(page) for page in only] == [2, 1]


def test_a_kind_that_there_is_not(api: Api) -> None:
    assert api("GET", "open-matters", query={"kind": "CHAOS"}).fields == ["kind"]


def test_no_such_session_and_no_such_payment(api: Api) -> None:
    assert api("GET", "sessions/none").status == 404
    assert api("GET", "payments/payter/none").status == 404
