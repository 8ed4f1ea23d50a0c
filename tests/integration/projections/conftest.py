from collections.abc import Callable, Iterator

import pytest

from csms import contract
from csms.store.dynamo import Store
from functions.projections.handler import handler
from tests.kit.streams import Watch
from tests.kit.tables import fresh_aws


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


@pytest.fixture
def project(store: Store) -> Callable[[], int]:
    """Runs the projections on what changed, again and again until nothing changes any more; returns how often."""
    assert store
    statuses = Watch(contract.CHARGERS, [contract.STATUS_PREFIX])
    transactions = Watch(contract.SESSIONS, [contract.TRANSACTION_SORT_KEY])

    def run() -> int:
        for rounds in range(10):
            batches = [batch for watch in (statuses, transactions) if (batch := watch.changes())]
            if not batches:
                return rounds
            for batch in batches:
                assert handler({"Records": batch}, None) == {"batchItemFailures": []}
        raise AssertionError("the projections' own writes keep them busy")

    return run
