"""SendLocalList on the wire: valid in both versions, whatever is in it."""

from typing import Any

import pytest

from csms.domain.local_list import DIFFERENTIAL, FULL, Message
from csms.ocppj.local_list import send_local_list
from csms.ocppj.validation import violations

ENTRY = {"id_token": "a", "status": "Blocked", "group_id": "FLEET", "valid_until": "2027-01-01T00:00:00.000Z"}


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
@pytest.mark.parametrize("entries", [{}, {"A": ENTRY}, {"A": None}, {"A": {"id_token": "a", "status": "Accepted"}}])
def test_messages_are_valid(protocol: str, entries: dict[str, Any]) -> None:
    payload = send_local_list(protocol, Message(FULL, 4, entries))
    assert violations(protocol, "SendLocalList", payload) == ()


def test_the_first_version() -> None:
    payload = send_local_list("ocpp1.6", Message(DIFFERENTIAL, 4, {"A": ENTRY, "B": None}))
    info = {"status": "Blocked", "parentIdTag": "FLEET", "expiryDate": "2027-01-01T00:00:00.000Z"}
    listed = [{"idTag": "a", "idTagInfo": info}, {"idTag": "B"}]
    assert payload == {"listVersion": 4, "updateType": "Differential", "localAuthorizationList": listed}


def test_the_second_version() -> None:
    payload = send_local_list("ocpp2.0.1", Message(FULL, 4, {"A": ENTRY}))
    group = {"idToken": "FLEET", "type": "Central"}
    info = {"status": "Blocked", "groupIdToken": group, "cacheExpiryDateTime": "2027-01-01T00:00:00.000Z"}
    listed = [{"idToken": {"idToken": "a", "type": "ISO14443"}, "idTokenInfo": info}]
    assert payload == {"versionNumber": 4, "updateType": "Full", "localAuthorizationList": listed}


def test_a_group_that_is_too_long_for_the_first_version_is_left_out() -> None:
    payload = send_local_list("ocpp1.6", Message(FULL, 1, {"A": {**ENTRY, "group_id": "G" * 21}}))
    assert "parentIdTag" not in payload["localAuthorizationList"][0]["idTagInfo"]
