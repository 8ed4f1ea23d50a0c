from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from csms.store import chargers, master
from tests.integration.operator_api.samples import evse, location, tariff
from tests.kit import partners
from tests.kit.frames import NOW
from tests.kit.tables import outbox_rows

if TYPE_CHECKING:
    from csms.store.dynamo import Store
    from tests.integration.operator_api.conftest import Api


def test_a_tariff_is_written_and_read_with_its_exact_amounts(api: Api) -> None:
    created = api("PUT", "tariffs/T1", tariff())
    again = api("PUT", "tariffs/T1", tariff(preauthorize_amount=Decimal("60.10")))

    read = api("GET", "tariffs/T1").body
    assert (created.status, again.status) == (201, 200)
    assert (read["country_code"], read["party_id"], read["id"]) == ("DE", "CSM", "T1")
    assert read["preauthorize_amount"] == Decimal("60.10")
    assert read["elements"][0]["price_components"][0]["price"] == Decimal("0.59")
    assert [entry["id"] for entry in api("GET", "tariffs").body["items"]] == ["T1"]


def test_partners_that_take_tariffs_are_told(api: Api, store: Store) -> None:
    partners.register(store, "payter")
    partners.invite(store, "later", token="other")

    api("PUT", "tariffs/T1", tariff())
    api("DELETE", "tariffs/T1")

    told = [(row["partner_id"], row["module"], row["object_id"], row["method"]) for row in outbox_rows()]
    assert told == [("payter", "tariffs", "T1", "PUT"), ("payter", "tariffs", "T1", "DELETE")]
    assert outbox_rows(method="PUT")[0]["document"]["elements"] == tariff()["elements"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": None}, "currency"),
        ({"elements": []}, "elements"),
        ({"elements": [{"price_components": [{"type": "WATER", "price": 1, "step_size": 1}]}]},
         "elements[0].price_components[0].type"),
        ({"elements": [{"price_components": [{"type": "TIME", "price": -1, "step_size": 1}]}]},
         "elements[0].price_components[0].price"),
        ({"elements": [{"price_components": [{"type": "TIME", "price": 1, "step_size": 1}], "restrictions": {"moon": 1}}]},
         "elements[0].restrictions.moon"),
        ({"party_id": "XXX"}, "party_id"),
        ({"id": "T2"}, "id"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_tariff_that_cannot_be_priced_is_refused(api: Api, store: Store, changes: dict[str, Any], field: str) -> None:
    answer = api("PUT", "tariffs/T1", tariff(**changes))

    assert answer.status == 422
    assert field in answer.fields
    assert master.get_tariff(store, "T1") is None


def test_a_tariff_that_a_connector_uses_is_kept(api: Api, store: Store) -> None:
    api("PUT", "tariffs/T1", tariff())
    assert api("PUT", "locations/L1", location(evse())).status == 201

    answer = api("DELETE", "tariffs/T1")

    assert answer.status == 409
    assert "L1/E1/1" in answer.body["detail"]
    assert master.get_tariff(store, "T1")


def test_no_such_tariff(api: Api) -> None:
    assert api("GET", "tariffs/NONE").status == 404
    assert api("DELETE", "tariffs/NONE").status == 404


def test_a_tariff_for_2_1_stations_is_taken_as_a_command(api: Api, store: Store) -> None:
    api("PUT", "tariffs/T1", tariff())
    store.commit(chargers.registered("CP1", NOW, protocols=["ocpp2.1"]))

    found = api("GET", "tariffs/T1/ocpp-2.1")
    payload = {"evseId": 0, "tariff": found.body}

    assert found.status == 200
    assert found.body["tariffId"] == "T1"
    assert api("POST", "stations/CP1/commands", {"action": "SetDefaultTariff", "payload": payload}).status == 202


def test_a_tariff_that_2_1_cannot_say(api: Api) -> None:
    stepped = tariff()
    stepped["elements"][0]["price_components"][0]["step_size"] = 500
    api("PUT", "tariffs/T1", stepped)

    refused = api("GET", "tariffs/T1/ocpp-2.1")

    assert refused.status == 422
    assert refused.fields == ["elements[0].price_components"]
    assert api("GET", "tariffs/T9/ocpp-2.1").status == 404
