"""What we advertise, and how partners' lists are read."""

from typing import Any

import pytest

from csms.contract import OCPI_VERSIONS
from csms.ocpi import endpoints
from csms.ocpi.conformance import problems
from csms.ocpi.fields import Version

BASE = "https://csms.example"


def test_both_versions_are_listed_with_their_details() -> None:
    assert endpoints.versions(BASE + "/") == [
        {"version": "2.2.1", "url": "https://csms.example/ocpi/2.2.1"},
        {"version": "2.3.0", "url": "https://csms.example/ocpi/2.3.0"},
    ]
    assert endpoints.versions_url(BASE) == "https://csms.example/ocpi/versions"


@pytest.mark.parametrize("version", OCPI_VERSIONS)
def test_details_name_every_module_in_our_roles(version: Version) -> None:
    details = endpoints.version_details(BASE, version)
    assert problems("VersionDetails", details, version) == []
    listed = {(entry["identifier"], entry["role"]): entry["url"] for entry in details["endpoints"]}
    assert listed == {
        ("credentials", "SENDER"): f"{BASE}/ocpi/{version}/credentials",
        ("credentials", "RECEIVER"): f"{BASE}/ocpi/{version}/credentials",
        ("locations", "SENDER"): f"{BASE}/ocpi/cpo/{version}/locations",
        ("tariffs", "SENDER"): f"{BASE}/ocpi/cpo/{version}/tariffs",
        ("sessions", "SENDER"): f"{BASE}/ocpi/cpo/{version}/sessions",
        ("cdrs", "SENDER"): f"{BASE}/ocpi/cpo/{version}/cdrs",
        ("tokens", "RECEIVER"): f"{BASE}/ocpi/cpo/{version}/tokens",
        ("commands", "RECEIVER"): f"{BASE}/ocpi/cpo/{version}/commands",
        ("payments", "RECEIVER"): f"{BASE}/ocpi/cpo/{version}/payments",
        ("payments", "SENDER"): f"{BASE}/ocpi/cpo/{version}/payments",
    }


def test_a_version_we_do_not_serve_has_no_details() -> None:
    with pytest.raises(KeyError):
        endpoints.version_details(BASE, "2.1.1")


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (["2.1.1", "2.2.1", "2.3.0"], ("2.3.0", "u/2.3.0")),
        (["2.2.1", "2.1.1"], ("2.2.1", "u/2.2.1")),
        (["2.2", "3.0"], None),
        ([], None),
    ],
)
def test_the_highest_mutual_version_is_picked(offered: list[str], expected: Any) -> None:
    assert endpoints.pick_version([{"version": version, "url": f"u/{version}"} for version in offered]) == expected


def test_endpoints_are_picked_by_module_and_role() -> None:
    listed = [
        {"identifier": "credentials", "role": "RECEIVER", "url": "c"},
        {"identifier": "cdrs", "role": "SENDER", "url": "cs"},
        {"identifier": "CDRs", "role": "receiver", "url": "cr"},
        {"identifier": "tokens", "url": "t"},
        {"identifier": "payments", "role": "RECEIVER", "url": "pr"},
    ]
    pick = endpoints.pick_endpoint
    assert pick(listed, "cdrs", "RECEIVER") == "cr"
    assert pick(listed, "cdrs", "SENDER") == "cs"
    assert pick(listed, "credentials", "SENDER") == "c"
    assert pick(listed, "tokens", "SENDER") == "t"
    assert pick(listed, "payments", "SENDER") == "pr"
    assert pick([*listed, {"identifier": "payments", "role": "SENDER", "url": "ps"}], "payments", "RECEIVER") == "ps"
    assert pick(listed, "locations", "RECEIVER") is None
    assert pick([{"identifier": "sessions", "role": "SENDER", "url": "s"}], "sessions", "RECEIVER") is None


@pytest.mark.parametrize("base", ["https://p.example/ocpi", "https://p.example/ocpi/"])
def test_join_puts_exactly_one_slash(base: str) -> None:
    assert endpoints.join(base, "NL", "TNM", "A/B C") == "https://p.example/ocpi/NL/TNM/A%2FB%20C"
    assert endpoints.join(base, "DE*AB*E1") == "https://p.example/ocpi/DE*AB*E1"


def test_join_with_nothing_leaves_the_url_alone() -> None:
    assert endpoints.join("https://p.example/ocpi/cdrs/") == "https://p.example/ocpi/cdrs/"


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_climb_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="segment"):
        endpoints.join("https://p.example/a", segment)


@pytest.mark.parametrize(
    "advertised",
    [
        "https://p.example/payments",
        "https://p.example/payments/",
        "https://p.example/payments/terminals",
        "https://p.example/payments/financial-advice-confirmations/",
    ],
)
def test_the_lists_of_payments_are_found_whatever_is_advertised(advertised: str) -> None:
    assert endpoints.terminals_url(advertised) == "https://p.example/payments/terminals"
    assert endpoints.terminals_url(advertised, "T-1") == "https://p.example/payments/terminals/T-1"
    assert endpoints.financial_advice_url(advertised) == "https://p.example/payments/financial-advice-confirmations"
