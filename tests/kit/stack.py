"""A running system for tests. Put `from tests.kit.stack import shared_stack, stack  # noqa: F401` into a conftest.

`stack` is fresh for each test (0.2 s); `shared_stack` is one for the whole session, for tests that use their own
chargers and partners and mind nobody else's. Both allow sockets and both fail the test if a function called AWS
without having the right to. Another loop's blocking code does not stop the stack: it runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_socket

from local.settings import Settings
from local.stack import Stack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def stack_settings() -> Settings:
    """Override this fixture to start `stack` with other limits."""
    return Settings()


@pytest.fixture
async def stack(socket_enabled: None, stack_settings: Settings) -> AsyncIterator[Stack]:
    """The app, freshly started and empty."""
    running = await Stack.start(settings=stack_settings)
    try:
        yield running
    finally:
        refusals = list(running.iam_refusals)
        await running.stop()
    assert not refusals, "\n".join(str(refusal) for refusal in refusals)


@pytest.fixture(scope="session")
def session_stack() -> Iterator[Stack]:
    """The app, started once; use it through `shared_stack`."""
    pytest_socket.enable_socket()
    running = Stack.start_blocking()
    try:
        yield running
    finally:
        pytest_socket.enable_socket()
        running.stop_blocking()


@pytest.fixture
async def shared_stack(socket_enabled: None, session_stack: Stack) -> AsyncIterator[Stack]:
    """The session's app. What other tests left in it is still there."""
    before = len(session_stack.iam_refusals)
    yield session_stack
    await asyncio.sleep(0)
    refusals = session_stack.iam_refusals[before:]
    assert not refusals, "\n".join(str(refusal) for refusal in refusals)
