"""Every action of each version is handled, sent, or left out for a reason that is written down."""

from importlib import import_module
from inspect import signature

import pytest

from csms import contract
from csms.ocppj import validation
from functions.ocpp import routes

PROTOCOLS = ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]
# What a transaction's bill is made of: these never get a CALLERROR.
TRANSACTIONAL = {"MeterValues", "StartTransaction", "StopTransaction", "TransactionEvent"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_action_is_accounted_for(protocol: str) -> None:
    asked = set(routes.REQUESTS[protocol]) | set(routes.SENDS[protocol])
    assert asked | routes.COMMANDS[protocol] | set(routes.NOT_OFFERED[protocol]) == validation.actions(protocol)


@pytest.mark.parametrize(("protocol", "count"), [("ocpp1.6", 39), ("ocpp2.0.1", 64), ("ocpp2.1", 91)])
def test_every_version_is_whole(protocol: str, count: int) -> None:
    assert len(validation.actions(protocol)) == count


def test_all_that_2_1_adds_is_offered() -> None:
    added = validation.actions("ocpp2.1") - validation.actions("ocpp2.0.1")
    assert len(added) == 27
    assert not added & set(routes.NOT_OFFERED["ocpp2.1"])


def test_a_send_is_no_call() -> None:
    assert set(routes.SENDS["ocpp2.1"]) == validation.UNCONFIRMED
    assert not set(routes.SENDS["ocpp2.1"]) & set(routes.REQUESTS["ocpp2.1"])
    assert not routes.SENDS["ocpp1.6"]
    assert not routes.SENDS["ocpp2.0.1"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_both_offered_and_left_out(protocol: str) -> None:
    assert not set(routes.NOT_OFFERED[protocol]) & (set(routes.REQUESTS[protocol]) | routes.COMMANDS[protocol])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_goes_both_ways(protocol: str) -> None:
    assert set(routes.REQUESTS[protocol]) & routes.COMMANDS[protocol] == {"DataTransfer"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_reason_is_a_sentence(protocol: str) -> None:
    assert all(len(reason.split()) > 3 for reason in routes.NOT_OFFERED[protocol].values())


@pytest.mark.parametrize(
    ("protocol", "action"), [(protocol, action) for protocol in PROTOCOLS for action in routes.REQUESTS[protocol]]
)
def test_every_request_has_its_file(protocol: str, action: str) -> None:
    route = routes.REQUESTS[protocol][action]
    module = import_module(route.module)
    assert list(signature(module.decide).parameters) == ["frame"]
    assert module.__name__.rsplit(".", 1)[1].replace("_", "") == action.lower()
    assert route.transactional == (action in TRANSACTIONAL)


@pytest.mark.parametrize(
    ("protocol", "action"), [(protocol, action) for protocol in PROTOCOLS for action in routes.RESULTS[protocol]]
)
def test_every_result_has_its_file_and_its_command(protocol: str, action: str) -> None:
    module = import_module(routes.RESULTS[protocol][action])
    assert list(signature(module.writes).parameters) == ["reply"]
    assert action in routes.COMMANDS[protocol]


def test_the_gateway_knows_every_request() -> None:
    requests = {action for table in routes.REQUESTS.values() for action in table}
    assert requests == set(contract.TWO_WAY_ACTIONS) | set(contract.ONE_WAY_ACTIONS)
    assert set(contract.ONE_WAY_ACTIONS) == TRANSACTIONAL
