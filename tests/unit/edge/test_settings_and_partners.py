from typing import Any

import pytest

from csms import contract
from csms.edge import partners, settings
from csms.ocpi.routing import Party


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv(contract.ENV_COUNTRY_CODE, "DE")
    monkeypatch.setenv(contract.ENV_PARTY_ID, "CSM")
    monkeypatch.setenv(contract.ENV_PUBLIC_URL, "https://csms.example/")
    for name in (
        contract.ENV_PARTY_NAME,
        contract.ENV_OUTGOING,
        contract.ENV_UNKNOWN_CHARGERS,
        contract.ENV_HEARTBEAT_SECONDS,
    ):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_defaults() -> None:
    assert settings.own_party() == settings.OwnParty("DE", "CSM", "CSM")
    assert settings.public_url() == "https://csms.example"
    assert settings.unknown_chargers() == "reject"
    assert settings.heartbeat_seconds() == 300
    assert not settings.private_peers_allowed()


def test_the_environment_is_read_when_asked(environment: pytest.MonkeyPatch) -> None:
    environment.setenv(contract.ENV_OUTGOING, "any")
    environment.setenv(contract.ENV_HEARTBEAT_SECONDS, "60")
    assert settings.private_peers_allowed()
    assert settings.heartbeat_seconds() == 60


def test_a_missing_variable_is_a_fault_of_the_deployment(environment: pytest.MonkeyPatch) -> None:
    environment.delenv(contract.ENV_PARTY_ID)
    with pytest.raises(KeyError):
        settings.own_party()


def test_our_party_is_the_deployments_or_the_partners_own() -> None:
    assert partners.our_party({}) == Party("DE", "CSM")
    own = {"our_party": {"country_code": "NL", "party_id": "SUB", "name": "Sub"}}
    assert partners.our_party(own) == Party("NL", "SUB")
    assert partners.our_name(own) == "Sub"
    assert partners.our_name({}) == "CSM"


def test_known_hosts_come_from_what_the_partner_and_the_operator_named() -> None:
    partner: dict[str, Any] = {
        "versions_url": "https://V.example/versions",
        "endpoints": [
            {"identifier": "cdrs", "url": "https://e.example:8443/x"},
            {"identifier": "x", "url": "nonsense"},
        ],
        "callback_hosts": ["Callback.example"],
    }
    assert partners.known_hosts(partner) == {"v.example", "e.example", "callback.example"}
    assert partners.known_hosts({}) == frozenset()


@pytest.mark.parametrize(("named", "sees"), [(None, True), ([], True), (["LOC-1"], True), (["loc-2"], False)])
def test_a_partner_sees_every_location_or_the_named_ones(named: Any, sees: bool) -> None:
    assert partners.sees_location({"location_ids": named}, {"id": "loc-1"}) is sees
