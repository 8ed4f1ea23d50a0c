"""DataTransfer: who is known is answered by its handler, who is not is told so. Both versions."""

import sys
from types import ModuleType
from typing import Any

import pytest

from csms.domain.price_display import VENDOR_ID
from csms.store.dynamo import Store
from functions.ocpp import data_transfer
from functions.ocpp.decision import Decision, Frame
from tests.kit.frames import OCPP16, OCPP201, Line
from tests.kit.ocpp_state import rows


@pytest.fixture(params=[OCPP16, OCPP201])
def charger(store: Store, request: pytest.FixtureRequest) -> Line:
    return Line(store, request.param).register()


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor with one message, and one without id."""

    def decide(frame: Frame) -> Decision:
        return Decision({"status": "Accepted", "data": str(frame.payload.get("data"))})

    module = ModuleType("acme_messages")
    module.decide = decide  # type: ignore[attr-defined]  # a module made here has no declared members
    monkeypatch.setitem(sys.modules, "acme_messages", module)
    monkeypatch.setitem(data_transfer.VENDORS, "acme", {"Hello": "acme_messages", "": "acme_messages"})


@pytest.mark.parametrize("vendor", ["acme", "ACME"])
def test_a_known_message_is_answered_by_its_handler(charger: Line, acme: None, vendor: str) -> None:
    for message in ({"messageId": "Hello"}, {}):
        asked = {"vendorId": vendor, "data": "x", **message}
        assert charger.ask("DataTransfer", asked) == {"status": "Accepted", "data": "x"}
    assert rows("EVENT") == []


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"vendorId": "acme", "messageId": "Other"}, "UnknownMessageId"),
        ({"vendorId": VENDOR_ID, "messageId": "RunningCost"}, "UnknownMessageId"),
        ({"vendorId": VENDOR_ID}, "UnknownMessageId"),
        ({"vendorId": "nobody", "messageId": "Hello"}, "UnknownVendorId"),
    ],
)
def test_what_nobody_handles_is_kept_and_said_to_be_unknown(
    charger: Line, acme: None, payload: dict[str, Any], status: str
) -> None:
    assert charger.ask("DataTransfer", payload) == {"status": status}
    assert len(rows("EVENT")) == 1
