import base64
import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from csms.store import master
from csms.store.dynamo import Store
from functions.receipts.handler import handler
from tests.kit.paid_sessions import EVSE, EVSE_UID, LOCATION, TARIFF, PaidSession, after, running
from tests.kit.tables import fresh_aws

REFERENCE = "5f0c9b1e-3b1a-4c43-9f0e-unguessable1"


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


def get(reference: str = REFERENCE, language: str = "en") -> dict[str, Any]:
    return handler({"pathParameters": {"reference": reference}, "headers": {"Accept-Language": language}}, None)


def charged(store: Store, register_wh: int = 11_000, **more: Any) -> PaidSession:
    paid = running(store, **{"reference": REFERENCE, **more})
    paid.unplug(register_wh, 60)
    paid.settle()
    return paid


def test_a_paid_session(store: Store) -> None:
    paid = charged(store)
    paid.captured("5.40")
    paid.close()
    answer = get()
    assert answer["statusCode"] == 200
    for text in (
        "Paid. Thank you!",
        "Test Charging",
        "Market square, Market square 1, Ulm, DE*CSM*E1",
        "2026-03-02 10:00 (UTC+0100)",
        "10.000 kWh",
        "1:00:00",
        "Energy (10.000 kWh)</th><td>4.00 EUR",
        "Session fee</th><td>0.50 EUR",
        "VAT 20 %</th><td>0.90 EUR",
        "Total</th><td>5.40 EUR",
        "Charged to your card</th><td>5.40 EUR",
        "VISA ****1234",
        "AID A0000000031010",
        REFERENCE,
    ):
        assert text in answer["body"], text


@pytest.mark.parametrize(
    ("language", "text"), [("de-DE", "5,40 EUR"), ("nl", "Betaling"), ("fr", "Le paiement est en cours de traitement.")]
)
def test_the_drivers_language(store: Store, language: str, text: str) -> None:
    charged(store)
    answer = get(language=language)
    assert answer["headers"]["Content-Language"] == language[:2]
    assert text.lower() in answer["body"].lower()


def test_a_failed_capture_is_not_paid(store: Store) -> None:
    paid = charged(store)
    paid.captured("5.40", "FAILED")
    paid.close()
    assert "This bill is not paid yet." in get()["body"]


def test_another_amount_than_the_bill(store: Store) -> None:
    paid = charged(store)
    paid.captured("5.00", "PARTIAL_SUCCESS")
    paid.close()
    body = get()["body"]
    assert "differs from this bill" in body
    assert "Charged to your card</th><td>5.00 EUR" in body


def test_nothing_delivered_nothing_owed(store: Store) -> None:
    charged(store, register_wh=1000, tariff={**TARIFF, "fee_without_energy": False})
    assert "No energy was delivered." in get()["body"]


@pytest.mark.parametrize(("error", "text"), [("States.Timeout", "did not start"), ("StartRejected", "refused")])
def test_a_session_that_never_was(store: Store, error: str, text: str) -> None:
    paid = PaidSession(store, reference=REFERENCE)
    paid.place()
    paid.request()
    paid.expire(error)
    body = get()["body"]
    assert text in body
    assert "kWh" not in body


def test_a_running_session(store: Store) -> None:
    running(store, reference=REFERENCE)
    assert "not finished yet" in get()["body"]


@pytest.mark.parametrize("reference", ["", "unknown", "a" * 65, "../x", "ref with space", "réf", "ref\n"])
def test_what_is_not_known_is_not_found(store: Store, reference: str) -> None:
    assert store
    answer = get(reference)
    assert (answer["statusCode"], answer["body"]) == (404, "Not found")
    assert "<" not in answer["body"]


def test_a_request_without_headers_or_parameters_is_not_found(store: Store) -> None:
    assert store
    assert handler({}, None)["statusCode"] == 404


def test_everything_in_it_is_escaped(store: Store) -> None:
    paid = running(store, reference=REFERENCE)
    evil = "<script>alert(1)</script>"
    location = {**LOCATION, "name": evil, "city": 'U"lm&'}
    store.commit(master.location_put(location, {EVSE_UID: EVSE}, after(0)))
    paid.unplug(11_000, 60)
    paid.settle()
    body = get()["body"]
    assert "<script" not in body
    assert "&lt;script&gt;" in body
    assert "U&quot;lm&amp;" in body


def test_the_browser_may_load_and_keep_nothing(store: Store) -> None:
    charged(store)
    answer = get()
    headers, body = answer["headers"], answer["body"]
    style = re.search(r"<style>(.*)</style>", body)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert headers["Content-Security-Policy"].startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script|<img|<link|href=|src=|style=", body)


def test_a_guessable_reference_shows_no_card(store: Store) -> None:
    paid = charged(store, reference="12345")
    paid.captured("5.40")
    paid.close()
    body = get("12345")["body"]
    assert "Paid." in body
    assert "VISA" not in body


def test_currencies_without_decimals_and_odd_time_zones(store: Store) -> None:
    elements = [{"price_components": [{"type": "ENERGY", "price": Decimal(50), "vat": Decimal("7.7"), "step_size": 1}]}]
    charged(
        store,
        tariff={**TARIFF, "currency": "JPY", "elements": elements},
        facts={"currency": "JPY", "time_zone": "Not/AZone"},
    )
    body = get()["body"]
    assert "500 JPY" in body
    assert "VAT 7.7 %" in body
    assert "(UTC+0000)" in body
