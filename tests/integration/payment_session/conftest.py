from collections.abc import Iterator

import pytest

from csms.store.dynamo import Store
from tests.kit.paid_sessions import PaidSession
from tests.kit.tables import fresh_aws


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


@pytest.fixture
def requested(store: Store) -> PaidSession:
    paid = PaidSession(store)
    paid.place()
    paid.request()
    return paid
