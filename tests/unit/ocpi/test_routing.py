"""Routing headers and message ids."""

import pytest

from csms.ocpi.errors import ClientError, UnknownReceiver
from csms.ocpi.routing import Party, Routing, is_functional, read, receiver, request_headers, response_headers

US, THEM = Party("DE", "CPO"), Party("NL", "PTP")
SENT = {
    "ocpi-TO-country-code": "de",
    "OCPI-to-party-id": "cpo",
    "OCPI-from-country-code": "NL",
    "OCPI-from-party-id": "TNM",
    "X-Request-ID": "r-1",
    "x-correlation-id": "c-1",
}


def test_headers_are_read_whatever_their_case() -> None:
    assert read(SENT) == Routing(Party("de", "cpo"), Party("NL", "TNM"), "r-1", "c-1")


def test_half_a_party_is_none() -> None:
    assert read({"OCPI-to-party-id": "CPO", "OCPI-from-country-code": " "}) == Routing()


def test_the_answer_echoes_the_ids_and_swaps_the_parties() -> None:
    assert response_headers(read(SENT), ours=US, theirs=THEM, functional=True) == {
        "X-Request-ID": "r-1",
        "X-Correlation-ID": "c-1",
        "OCPI-to-party-id": "TNM",
        "OCPI-to-country-code": "NL",
        "OCPI-from-party-id": "cpo",
        "OCPI-from-country-code": "de",
    }


def test_parties_that_were_not_named_are_filled_in() -> None:
    assert response_headers(Routing(), ours=US, theirs=THEM, functional=True) == {
        "OCPI-to-party-id": "PTP",
        "OCPI-to-country-code": "NL",
        "OCPI-from-party-id": "CPO",
        "OCPI-from-country-code": "DE",
    }


def test_configuration_modules_are_not_routed() -> None:
    assert response_headers(read(SENT), ours=US, theirs=THEM, functional=False) == {
        "X-Request-ID": "r-1",
        "X-Correlation-ID": "c-1",
    }
    assert not any(map(is_functional, ("credentials", "versions", "hubclientinfo", "Credentials")))
    assert all(map(is_functional, ("locations", "payments", "commands")))


def test_a_request_of_ours_carries_ids_and_parties() -> None:
    sent = request_headers(request_id="r", correlation_id="c", to=THEM, sender=US)
    assert read(sent) == Routing(THEM, US, "r", "c")
    assert request_headers(request_id="r", correlation_id="c") == {"X-Request-ID": "r", "X-Correlation-ID": "c"}


def test_control_characters_do_not_come_back() -> None:
    routing = read({"X-Request-ID": "a\r\nSet-Cookie: x\N{SNOWMAN}" + "b" * 500})
    assert routing.request_id is not None
    assert routing.request_id.startswith("aSet-Cookie: x")
    assert routing.request_id.isprintable()
    assert len(routing.request_id) <= 255


def test_the_receiver_is_ours_in_our_own_spelling() -> None:
    other = Party("DE", "CP2")
    assert receiver(read(SENT), [other, US], other) is US
    assert receiver(Routing(), [other, US], other) is other


def test_a_receiver_that_is_not_ours_is_refused() -> None:
    stranger = Routing(to=Party("FR", "XXX"))
    with pytest.raises(ClientError):
        receiver(stranger, [US], US)
    with pytest.raises(UnknownReceiver):
        receiver(stranger, [US], US, hub=True)
