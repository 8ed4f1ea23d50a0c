from collections.abc import Iterator

import pytest

from csms.edge import outgoing
from csms.store.dynamo import Store
from tests.kit.partners import FakePartner
from tests.kit.tables import fresh_aws


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> FakePartner:
    fake = FakePartner()
    monkeypatch.setattr(outgoing, "send", fake.send)
    return fake
