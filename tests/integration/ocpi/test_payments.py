from decimal import Decimal
from typing import Any

import pytest

from csms.domain.times import format_time
from csms.store import master, sessions
from csms.store.dynamo import Item, Store
from functions.ocpi.payments.handler import handler
from tests.kit.http_events import Answer, ocpi_event, read_answer
from tests.kit.partners import NOW, TOKEN_C, register
from tests.kit.tables import outbox_rows

VERSIONS = ("2.2.1", "2.3.0")


def call(method: str, path: str, body: Any = None, version: str = "2.3.0", **more: Any) -> Answer:
    return read_answer(
        handler(ocpi_event(method, f"/ocpi/cpo/{version}/payments/{path}", TOKEN_C, body=body, **more), None)
    )


def fac(**changes: Any) -> dict[str, Any]:
    return {
        "id": "fac-1",
        "authorization_reference": "ref-1",
        "total_costs": {"before_taxes": 10, "taxes": [{"name": "VAT", "amount": 1.9}]},
        "currency": "EUR",
        "eft_data": ["**** 1234"],
        "capture_status_code": "SUCCESS",
        "last_updated": "2026-07-01T12:00:00Z",
        **changes,
    }


def pay(store: Store, state: str = "SETTLED", **facts: Any) -> str:
    known = {"currency": "EUR", **facts}
    store.commit(sessions.payment_opened("payter", "ref-1", state, NOW, **known))
    return sessions.payment_id("payter", "ref-1")


def payment(store: Store) -> Item:
    row = sessions.get_payment(store, "payter#ref-1")
    assert row is not None
    return row


# --- terminals


@pytest.mark.parametrize("version", VERSIONS)
def test_a_terminal_is_created_shown_and_listed(store: Store, version: str) -> None:
    register(store)
    body = {"terminal_id": "T1", "customer_reference": "cust", "unknown": 1, "city": None}
    assert call("POST", "terminals", body, version).http_status == 201
    shown = call("GET", "terminals/T1", version=version).data
    assert shown["customer_reference"] == "cust"
    assert shown["last_updated"].endswith("Z")
    assert "unknown" not in shown
    assert call("GET", "terminals/", version=version).data == [shown]


def test_posting_a_terminal_again_updates_it_and_keeps_our_assignment(store: Store) -> None:
    register(store)
    call("POST", "terminals", {"terminal_id": "T1", "location_ids": ["L1"], "city": "Berlin"})
    assert call("POST", "terminals", {"terminal_id": "T1"}).http_status == 200
    shown = call("GET", "terminals/t1").data
    assert shown["location_ids"] == ["L1"]
    assert "city" not in shown
    assert len(call("GET", "terminals").data) == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_put_and_patch_create_and_update(store: Store, method: str) -> None:
    register(store)
    assert call(method, "terminals/T1", {"customer_reference": "cust"}).http_status == 201
    assert call(method, "terminals/T1", {"reference": "serial"}).http_status == 200
    shown = call("GET", "terminals/T1").data
    assert shown["reference"] == "serial"
    assert ("customer_reference" in shown) is (method == "PATCH")


def test_an_empty_patch_of_an_unknown_terminal_is_404(store: Store) -> None:
    register(store)
    assert call("PATCH", "terminals/T1", {"location_ids": []}).http_status == 404
    assert call("GET", "terminals/T1").http_status == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "terminals", {}),
        ("POST", "terminals", []),
        ("POST", "terminals", {"terminal_id": ""}),
        ("POST", "terminals", {"terminal_id": {"a": 1}}),
        ("POST", "terminals", {"terminal_id": "T1", "location_ids": "L1"}),
        ("PUT", "terminals/T1", {"terminal_id": "T2"}),
        ("PATCH", "terminals/T1", {"last_updated": "never", "reference": "x"}),
        ("POST", "financial-advice-confirmations", {}),
        ("POST", "financial-advice-confirmations", fac(capture_status_code="MAYBE")),
        ("POST", "financial-advice-confirmations", fac(total_costs={})),
        ("POST", "financial-advice-confirmations", fac(authorization_reference=None)),
        ("PUT", "financial-advice-confirmations/other", fac()),
    ],
)
def test_what_cannot_be_used_is_2001(store: Store, method: str, path: str, body: Any) -> None:
    register(store)
    answer = call(method, path, body)
    assert (answer.http_status, answer.status_code) == (200, 2001)


def test_partners_do_not_see_each_others_terminals(store: Store) -> None:
    register(store)
    register(store, "other", token="token-other")
    store.commit(master.terminal_put("other", {"terminal_id": "T1", "last_updated": format_time(NOW)}, NOW, new=True))
    assert call("GET", "terminals").data == []
    assert call("GET", "terminals/T1").http_status == 404


# --- captures


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "price",
    [
        {"excl_vat": 10.0, "incl_vat": 11.9},
        {"before_taxes": 10.0, "taxes": [{"name": "VAT", "amount": 1.9}]},
        {"incl_vat": 11.9},
        11.9,
    ],
)
def test_a_capture_is_recorded_whatever_the_shape_of_its_price(store: Store, version: str, price: Any) -> None:
    register(store)
    body = fac(total_costs=price)
    assert call("POST", "financial-advice-confirmations", body, version).http_status == 201
    shown = call("GET", "financial-advice-confirmations/fac-1", version=version).data
    assert ("incl_vat" in shown["total_costs"]) is (version == "2.2.1")
    assert call("GET", "financial-advice-confirmations/", version=version).data == [shown]


def test_a_failed_capture_needs_no_card_data(store: Store) -> None:
    register(store)
    body = {name: value for name, value in fac(capture_status_code="FAILED").items() if name != "eft_data"}
    assert call("POST", "financial-advice-confirmations", body).http_status == 201


def test_the_same_capture_again_changes_nothing(store: Store) -> None:
    register(store)
    pay(store, capture_token="token")
    body = fac()
    assert call("POST", "financial-advice-confirmations", body).http_status == 201
    assert call("POST", "financial-advice-confirmations", body).http_status == 200
    assert call("PUT", "financial-advice-confirmations/fac-1", body).http_status == 200
    assert len(sessions.captures_of(store, "payter#ref-1")) == 1
    assert len(outbox_rows(target="workflow")) == 1


def test_a_newer_version_of_a_capture_replaces_it_and_an_older_does_not(store: Store) -> None:
    register(store)
    call("POST", "financial-advice-confirmations", fac(capture_status_code="FAILED"))
    newer = fac(last_updated="2026-07-01T13:00:00Z")
    older = fac(last_updated="2026-07-01T11:00:00Z", capture_status_code="PARTIAL_SUCCESS")
    for body in (newer, older):
        assert call("POST", "financial-advice-confirmations", body).http_status == 200
    assert call("GET", "financial-advice-confirmations/fac-1").data["capture_status_code"] == "SUCCESS"


def test_one_id_for_two_payments_is_refused(store: Store) -> None:
    register(store)
    call("POST", "financial-advice-confirmations", fac())
    answer = call("POST", "financial-advice-confirmations", fac(authorization_reference="ref-2"))
    assert answer.status_code == 2001


def test_captures_of_one_payment_under_several_ids_are_all_kept(store: Store) -> None:
    register(store)
    pay(store)
    for identity in ("fac-1", "fac-2"):
        assert call("POST", "financial-advice-confirmations", fac(id=identity)).http_status == 201
    assert len(sessions.captures_of(store, "payter#ref-1")) == 2


def test_a_capture_of_an_unknown_payment_is_kept_for_when_it_is_known(store: Store) -> None:
    register(store)
    answer = call("POST", "financial-advice-confirmations", fac())
    assert (answer.http_status, answer.status_code) == (201, 1000)
    assert [row["fac"]["id"] for row in sessions.captures_of(store, "payter#ref-1")] == ["fac-1"]
    assert outbox_rows() == []


def test_a_capture_wakes_the_session_that_waits_for_it(store: Store) -> None:
    register(store)
    pay(store, capture_token="task-token")
    call("POST", "financial-advice-confirmations", fac())
    (row,) = outbox_rows(target="workflow")
    assert (row["signal"], row["task_token"], row["payment_id"]) == ("success", "task-token", "payter#ref-1")


def test_the_token_that_is_left_between_reading_and_writing_is_seen(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store)
    identity = pay(store)
    commit = Store.commit
    waits = sessions.payment_changed(identity, was=("SETTLED",), capture_token="just-left")

    def interfering(self: Store, *writes: Any) -> Any:
        monkeypatch.setattr(Store, "commit", commit)
        commit(self, waits)
        return commit(self, *writes)

    monkeypatch.setattr(Store, "commit", interfering)
    assert call("POST", "financial-advice-confirmations", fac()).http_status == 201
    (row,) = outbox_rows(target="workflow")
    assert row["task_token"] == "just-left"


@pytest.mark.parametrize("state", ["CAPTURE_FAILED", "CAPTURE_MISSING", "CAPTURE_MISMATCH"])
def test_a_late_capture_that_is_right_closes_the_payment(store: Store, state: str) -> None:
    register(store)
    pay(store, state, amount=Decimal("11.90"))
    call("POST", "financial-advice-confirmations", fac())
    assert payment(store)["state"] == "CAPTURED"
    assert "open_matter" not in payment(store)


def test_lists_are_paged_in_the_order_of_arrival(store: Store) -> None:
    register(store)
    for number in range(3):
        call("POST", "terminals", {"terminal_id": f"T{number}"})
        call("POST", "financial-advice-confirmations", fac(id=f"fac-{number}"))
    for path in ("terminals", "financial-advice-confirmations"):
        answer = call("GET", path, query={"limit": "2"})
        assert len(answer.data) == 2
        assert answer.headers["X-Total-Count"] == "3"
        assert f"/ocpi/cpo/2.3.0/payments/{path}?" in answer.headers["Link"]
        rest = call("GET", path, query={"limit": "2", "offset": "2"})
        assert len(rest.data) == 1
        assert "Link" not in rest.headers


def test_card_data_are_not_logged(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    register(store)
    pay(store)
    call("POST", "financial-advice-confirmations", fac(eft_data=["4111 1111"]))
    written = capsys.readouterr().out
    assert "4111" not in written
    assert "ref-1" not in written
