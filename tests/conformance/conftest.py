from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from local.operator_client import OperatorClient
from tests.conformance.lab import TOKENS, Lab
from tests.conformance.lab16 import Lab16
from tests.conformance.lab201 import Lab201
from tests.conformance.registry import NOT_BUILT, OCPP16, case_of, missing
from tests.conformance.station import Station
from tests.kit.stack import session_stack, shared_stack  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from local.stack import Stack

PASSWORD = "conformance-password"


@pytest.fixture(scope="session")
def operator(session_stack: Stack) -> OperatorClient:  # noqa: F811 - the fixture imported above
    """One operator for all cases, with the cards that the cases present."""

    async def prepared() -> OperatorClient:
        client = await OperatorClient.sign_in(session_stack)
        for uid, body in TOKENS.items():
            await client.call("PUT", f"/tokens/{uid}", body)
        return client

    with ThreadPoolExecutor(1) as thread:  # a loop of its own: fixtures of a session have none
        return thread.submit(asyncio.run, prepared()).result()


@pytest.fixture
async def lab(
    request: pytest.FixtureRequest,
    shared_stack: Stack,  # noqa: F811 - the fixture imported above
    operator: OperatorClient,
) -> AsyncIterator[Lab]:
    """The case's own charger: registered, connected and booted, unless the case does that itself."""
    played = case_of(request.node)
    assert played is not None, "a test of this folder is a case: mark it with @case"
    reason = missing(played, shared_stack)
    if reason is not None:
        pytest.skip(f"{NOT_BUILT}: {reason}")
    station = Station(shared_stack.ocpp_url, played.case_id, played.protocol, PASSWORD)
    made = (Lab16 if played.protocol == OCPP16 else Lab201)(played, shared_stack, operator, station)
    body = {"password": PASSWORD, "registration": played.registration, "protocols": [played.protocol]}
    await operator.call("PUT", made.path, body)
    errors = len(shared_stack.errors)
    if played.boots:
        await station.connect()
        await made.boot()
    try:
        yield made
    finally:
        await station.close()
    await made.finish()
    # A refused handshake is an error of the authorizer by AWS's design.
    assert not [error for error in shared_stack.errors[errors:] if error[1]["errorType"] != "Unauthorized"]
