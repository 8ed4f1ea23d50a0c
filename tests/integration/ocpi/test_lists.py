"""What partners read: locations, tariffs, sessions and CDRs in both versions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.times import format_time
from csms.ocpi.conformance import problems
from csms.store import master, sessions
from csms.store.dynamo import Store
from functions.ocpi.cdrs.handler import handler as cdrs
from functions.ocpi.locations.handler import handler as locations
from functions.ocpi.sessions.handler import handler as sessions_handler
from functions.ocpi.tariffs.handler import handler as tariffs
from tests.kit.http_events import Answer, ocpi_event, read_answer
from tests.kit.partners import NOW, TOKEN_C, register
from tests.kit.places import CONNECTOR_ID, EVSE_UID, LOCATION_ID, build_place, connector, evse, location, tariff

VERSIONS = ("2.2.1", "2.3.0")
HANDLERS: dict[str, Any] = {"locations": locations, "tariffs": tariffs, "sessions": sessions_handler, "cdrs": cdrs}


def get(path: str, version: str = "2.3.0", token: str = TOKEN_C, **query: str) -> Answer:
    event = ocpi_event("GET", f"/ocpi/cpo/{version}/{path}", token, query=query)
    return read_answer(HANDLERS[path.partition("/")[0]](event, None))


def session(session_id: str = "s-1", **changes: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CSM",
        "id": session_id,
        "start_date_time": "2026-07-01T12:00:00.000Z",
        "kwh": Decimal("1.5"),
        "cdr_token": {"country_code": "NL", "party_id": "PAY", "uid": "u", "type": "AD_HOC_USER", "contract_id": "c"},
        "auth_method": "COMMAND",
        "authorization_reference": "ref-1",
        "location_id": LOCATION_ID,
        "evse_uid": EVSE_UID,
        "connector_id": CONNECTOR_ID,
        "currency": "EUR",
        "total_cost": {"before_taxes": Decimal(10), "taxes": [{"name": "VAT", "amount": Decimal("1.9")}]},
        "status": "ACTIVE",
        "last_updated": format_time(NOW),
        **changes,
    }


def cdr(cdr_id: str = "cdr-1", **changes: Any) -> dict[str, Any]:
    common = {
        name: value
        for name, value in session().items()
        if name not in {"kwh", "status", "location_id", "evse_uid", "connector_id"}
    }
    return {
        **common,
        "id": cdr_id,
        "session_id": "s-1",
        "end_date_time": "2026-07-01T13:00:00.000Z",
        "cdr_location": {
            "id": LOCATION_ID,
            "address": "Street 1",
            "city": "Berlin",
            "country": "DEU",
            "coordinates": {"latitude": "52.530000", "longitude": "13.380000"},
            "evse_uid": EVSE_UID,
            "evse_id": "DE*CSM*E1",
            "connector_id": CONNECTOR_ID,
            "connector_standard": "IEC_62196_T2",
            "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "tariffs": [tariff()],
        "charging_periods": [
            {
                "start_date_time": "2026-07-01T12:00:00.000Z",
                "dimensions": [{"type": "ENERGY", "volume": Decimal("1.5")}],
            }
        ],
        "total_energy": Decimal("1.5"),
        "total_time": Decimal(1),
        **changes,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_that_is_shown_conforms(store: Store, version: Any) -> None:
    register(store)
    build_place(store)
    store.commit(sessions.session_opened(session(), "payter", NOW), sessions.cdr_made(cdr(), "payter", NOW))
    for path, kind in (
        ("locations", "Location"),
        (f"locations/{LOCATION_ID}", "Location"),
        (f"locations/{LOCATION_ID}/{EVSE_UID}", "EVSE"),
        (f"locations/{LOCATION_ID}/{EVSE_UID}/{CONNECTOR_ID}", "Connector"),
        ("tariffs", "Tariff"),
        ("tariffs/tariff-1", "Tariff"),
        ("sessions", "Session"),
        ("sessions/s-1", "Session"),
        ("cdrs", "CDR"),
        ("cdrs/cdr-1", "CDR"),
    ):
        answer = get(path, version)
        assert answer.status_code == 1000, path
        assert isinstance(answer.data, list) is ("/" not in path)
        document = answer.data[0] if isinstance(answer.data, list) else answer.data
        assert problems(kind, document, version) == []


def test_what_a_terminal_holds_is_said_the_way_of_its_version(store: Store) -> None:
    register(store)
    build_place(store)
    assert get("tariffs", "2.3.0").data[0]["preauthorize_amount"] == 60
    assert get("tariffs", "2.2.1").data[0]["max_price"]["incl_vat"] == 60


@pytest.mark.parametrize(
    "path",
    [
        "locations/x",
        f"locations/{LOCATION_ID}/x",
        f"locations/{LOCATION_ID}/{EVSE_UID}/x",
        "tariffs/x",
        "sessions/x",
        "cdrs/x",
    ],
)
def test_what_is_not_there_is_404(store: Store, path: str) -> None:
    register(store)
    build_place(store)
    answer = get(path)
    assert (answer.http_status, answer.status_code) == (404, 2000)


def test_our_own_fields_of_an_evse_stay_with_us(store: Store) -> None:
    register(store)
    build_place(store)
    assert "charger_id" not in get(f"locations/{LOCATION_ID}/{EVSE_UID}").data


def test_ids_are_found_in_any_case(store: Store) -> None:
    register(store)
    build_place(store)
    assert get("locations/LOC-1/EVSE-1/C-1").data["id"] == CONNECTOR_ID


def test_sessions_and_cdrs_of_others_are_not_shown(store: Store) -> None:
    register(store)
    for owner in ("other", sessions.LOCAL_OWNER):
        store.commit(
            sessions.session_opened(session(f"s-{owner}"), owner, NOW), sessions.cdr_made(cdr(f"c-{owner}"), owner, NOW)
        )
        assert get(f"sessions/s-{owner}").http_status == 404
        assert get(f"cdrs/c-{owner}").http_status == 404
    assert get("sessions").data == get("cdrs").data == []


def test_a_partner_that_sees_some_locations_sees_their_tariffs(store: Store) -> None:
    register(store, location_ids=["loc-2"])
    build_place(store)
    other = evse("e2", connectors=[connector(tariff_ids=["tariff-2"])])
    store.commit(master.location_put(location("loc-2"), {"e2": other}, NOW), master.tariff_put(tariff("tariff-2"), NOW))
    assert [entry["id"] for entry in get("locations").data] == ["loc-2"]
    assert [entry["id"] for entry in get("tariffs").data] == ["tariff-2"]
    assert get(f"locations/{LOCATION_ID}").http_status == 404
    assert get("tariffs/tariff-1").http_status == 404


@pytest.mark.parametrize("kind", ["sessions", "cdrs"])
def test_filters_take_what_changed_from_one_time_until_before_another(store: Store, kind: str) -> None:
    register(store)
    for hour in range(4):
        now = NOW + timedelta(hours=hour)
        changed = format_time(now)
        store.commit(
            sessions.session_opened(session(f"o-{hour}", last_updated=changed), "payter", now),
            sessions.cdr_made(cdr(f"o-{hour}", last_updated=changed), "payter", now),
        )
    answer = get(kind, date_from="2026-07-01T13:00:00Z", date_to="2026-07-01T15:00:00Z")
    assert [entry["id"] for entry in answer.data] == ["o-1", "o-2"]
    assert answer.headers["X-Total-Count"] == "2"


def test_a_session_that_changed_long_after_its_start_is_in_the_list_of_its_change(store: Store) -> None:
    register(store)
    store.commit(sessions.session_opened(session(), "payter", NOW))
    later = format_time(NOW + timedelta(days=30))
    store.commit(sessions.session_changed("s-1", {"status": "COMPLETED"}, later))
    assert len(get("sessions", date_from="2026-07-20T00:00:00Z").data) == 1


def test_pages_follow_their_links_to_the_end(store: Store) -> None:
    from urllib.parse import parse_qsl, urlsplit

    register(store)
    for number in range(5):
        store.commit(sessions.cdr_made(cdr(f"c-{number}"), "payter", NOW + timedelta(seconds=number)))
    query: dict[str, str] | None = {"limit": "2", "date_from": "2026-01-01T00:00:00Z"}
    found: list[str] = []
    while query is not None:
        answer = get("cdrs", **query)
        found += [entry["id"] for entry in answer.data]
        link = answer.headers.get("Link")
        query = dict(parse_qsl(urlsplit(link[1 : link.index(">")]).query)) if link else None
    assert found == [f"c-{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("body", "status_code"), [({"profile_type": "GREEN"}, 1000), ({"profile_type": "LAZY"}, 2001), ({}, 2001)]
)
def test_charging_preferences_are_answered(store: Store, body: dict[str, Any], status_code: int) -> None:
    register(store)
    store.commit(sessions.session_opened(session(), "payter", NOW))
    path = "/ocpi/cpo/2.3.0/sessions/s-1/charging_preferences"
    answer = read_answer(sessions_handler(ocpi_event("PUT", path, TOKEN_C, body=body), None))
    assert answer.status_code == status_code
    assert answer.data == ("NOT_POSSIBLE" if status_code == 1000 else None)
    unknown = ocpi_event("PUT", path.replace("s-1", "s-2"), TOKEN_C, body=body)
    assert read_answer(sessions_handler(unknown, None)).http_status == 404
