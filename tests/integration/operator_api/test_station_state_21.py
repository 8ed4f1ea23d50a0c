"""What a 2.1 station is set to, as a person sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csms.store import chargers, station_state
from tests.kit.frames import NOW

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api

PATHS = {
    "event-streams": station_state.STREAM,
    "der-controls": station_state.DER,
    "der-alarms": station_state.DER_ALARM,
    "tariffs": station_state.TARIFF,
    "transaction-tariffs": station_state.TRANSACTION_TARIFF,
    "dynamic-schedules": station_state.SCHEDULE,
    "battery-swaps": station_state.SWAP,
    "settlements": station_state.SETTLEMENT,
}


@pytest.mark.parametrize(("path", "kind"), PATHS.items())
def test_each_kind_has_its_path(api: Api, store: Store, path: str, kind: str) -> None:
    store.commit(chargers.registered("CP1", NOW))
    for other in PATHS.values():
        store.commit(station_state.state_set("CP1", other, "7", NOW, fact=other))

    answer = api("GET", f"stations/CP1/{path}")

    assert answer.status == 200
    (row,) = answer.body["items"]
    assert (row["kind"], row["name"], row["fact"]) == (kind, "7", kind)
    assert "pk" not in row


def test_a_station_that_is_not_there(api: Api) -> None:
    assert api("GET", "stations/CP9/settlements").status == 404
