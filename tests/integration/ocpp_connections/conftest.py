from collections.abc import Iterator
from typing import Any

import pytest

from csms.edge import connections
from csms.store.dynamo import Store
from tests.kit.tables import fresh_aws


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


class Wire:
    """What is posted to chargers; `gone` and `busy` connections refuse."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []
        self.gone: set[str] = set()
        self.busy: set[str] = set()

    def post(self, connection_id: str, text: str) -> None:
        if connection_id in self.gone:
            raise connections.ConnectionGone(connection_id)
        if connection_id in self.busy:
            raise connections.ConnectionBusy(connection_id)
        self.posted.append((connection_id, text))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    made: Any = Wire()
    monkeypatch.setattr(connections, "post", made.post)
    return made  # type: ignore[no-any-return]  # a Wire, handed to monkeypatch as Any
