from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.settings import Settings
from local.stack import Stack
from tests.integration.local import handlers, sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def sample_settings() -> Settings:
    return Settings()


@pytest.fixture
async def sample_stack(socket_enabled: None, tmp_path: Path, sample_settings: Settings) -> AsyncIterator[Stack]:
    handlers.SEEN.clear()
    running = await Stack.start(sample.write(tmp_path), settings=sample_settings)
    try:
        yield running
    finally:
        await running.stop()
