from collections.abc import Iterator

import pytest

from csms.store.dynamo import Store
from tests.kit.frames import OCPP16, OCPP21, OCPP201, Line
from tests.kit.tables import fresh_aws


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_aws() as fresh:
        yield fresh


@pytest.fixture
def line(store: Store) -> Line:
    """A registered 1.6 charger, CP1."""
    return Line(store, OCPP16).register()


@pytest.fixture
def line201(store: Store) -> Line:
    """A registered 2.0.1 station, CP1."""
    return Line(store, OCPP201).register()


@pytest.fixture
def line21(store: Store) -> Line:
    """A registered 2.1 station, CP1."""
    return Line(store, OCPP21).register()
