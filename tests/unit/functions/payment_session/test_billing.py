from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from csms.domain.times import format_time
from csms.domain.transaction import entry, sample_key
from functions.payment_session.billing import TARIFF_UNUSABLE, Case, bill, energy_of, with_states
from functions.payment_session.start import remote_start

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
TARIFF: dict[str, Any] = {
    "id": "T1",
    "currency": "EUR",
    "tax_included": "NO",
    "elements": [
        {
            "price_components": [
                {"type": "FLAT", "price": Decimal(1), "vat": Decimal(20), "step_size": 1},
                {"type": "ENERGY", "price": Decimal("0.5"), "vat": Decimal(20), "step_size": 1},
            ]
        }
    ],
}
SESSION = {
    "country_code": "DE",
    "party_id": "CSM",
    "id": "S1",
    "start_date_time": format_time(START),
    "kwh": Decimal(0),
    "cdr_token": {"country_code": "DE", "party_id": "CSM", "uid": "U", "type": "RFID", "contract_id": "C"},
    "auth_method": "WHITELIST",
    "location_id": "L1",
    "evse_uid": "E1",
    "connector_id": "1",
    "currency": "EUR",
    "status": "ACTIVE",
    "last_updated": format_time(START),
}
CONNECTOR = {"id": "1", "max_voltage": 230, "max_amperage": 32, "power_type": "AC_3_PHASE", "standard": "IEC_62196_T2",
             "format": "SOCKET"}  # fmt: skip
LOCATION = {
    "location": {"id": "L1", "address": "A", "city": "C", "country": "DEU"},
    "evses": {"E1": {"uid": "E1", "evse_id": "DE*1", "connectors": [CONNECTOR]}},
}


def sample(minutes: int, register_wh: int, **more: Any) -> tuple[str, dict[str, Any]]:
    at = START + timedelta(minutes=minutes)
    return sample_key(at, "Sample.Periodic"), entry(at, energy_wh=Decimal(register_wh), **more)


def case(*samples: tuple[str, dict[str, Any]], location: Any = LOCATION, **facts: Any) -> Case:
    transaction = {
        "state": "ended",
        "started_at": format_time(START),
        "ended_at": format_time(START + timedelta(hours=1)),
        "meter_start_wh": Decimal(1000),
        "meter_stop_wh": Decimal(11_000),
        "tariff": TARIFF,
        "time_zone": "Europe/Berlin",
        **facts,
    }
    return Case({"session": SESSION}, transaction, dict(samples), location)


def test_the_bill_is_the_same_in_whatever_order_samples_are_kept() -> None:
    samples = [sample(10, 3000), sample(20, 4000), sample(40, 9000)]
    bills = [bill(case(*order), "CDR", NOW) for order in permutations(samples)]
    assert all(made == bills[0] for made in bills)
    assert bills[0].amount == Decimal("7.20")
    assert bills[0].reasons == ()


def test_a_session_without_a_tariff_is_free_and_names_none() -> None:
    made = bill(case(tariff=None), "CDR", NOW)
    assert made.amount == 0
    assert made.cdr["total_energy"] == 10
    assert "tariffs" not in made.cdr
    assert all("tariff_id" not in period for period in made.cdr["charging_periods"])


def test_a_location_that_is_gone_leaves_its_id() -> None:
    made = bill(case(location=None), "CDR", NOW)
    assert made.cdr["cdr_location"]["id"] == "L1"
    assert made.cdr["cdr_location"]["evse_id"] == "#NA"


@pytest.mark.parametrize(
    "facts",
    [{"tariff": {"id": "T"}}, {"time_zone": "Mars/Olympus", "tariff": {**TARIFF, "elements": [
        {**TARIFF["elements"][0], "restrictions": {"start_time": "08:00", "end_time": "20:00"}}]}}],
)  # fmt: skip
def test_what_cannot_be_priced_is_held(facts: dict[str, Any]) -> None:
    made = bill(case(**facts), "CDR", NOW)
    assert made.reasons == (TARIFF_UNUSABLE,)
    assert made.cdr == {}


def test_a_session_without_an_end_is_billed_to_what_was_heard_last() -> None:
    open_case = case(sample(30, 6000), state="open", ended_at=None, meter_stop_wh=None)
    made = bill(open_case, "CDR", NOW)
    assert made.session["end_date_time"] == format_time(START + timedelta(minutes=30))
    assert energy_of(open_case) == 5000
    assert made.cdr["remark"] == "end not reported by the charging station"


def test_a_session_that_began_earlier_than_it_was_told_says_so() -> None:
    earlier = START - timedelta(minutes=5)
    made = bill(case(started_at=format_time(earlier)), "CDR", NOW)
    assert made.session["start_date_time"] == made.cdr["start_date_time"] == format_time(earlier)


def test_an_approved_session_is_billed_whatever_its_reasons() -> None:
    odd = case(meter_stop_wh=Decimal(911_000))
    assert bill(odd, "CDR", NOW).reasons
    approved = Case({**odd.session, "review_approved": True}, odd.transaction, odd.ledger, odd.location)
    assert bill(approved, "CDR", NOW).reasons == ()


def test_statuses_become_entries_of_the_ledger() -> None:
    found = with_states({"a": {"t": "x"}}, [{"status": "SuspendedEV", "reported_at": format_time(START)}])
    assert found == {
        "a": {"t": "x"},
        f"S|{format_time(START)}|SuspendedEV": {"t": format_time(START), "x": "P", "st": "SuspendedEV"},
    }


def test_the_start_in_both_protocols() -> None:
    assert remote_start("ocpp1.6", 2, 7, "TAG") == ("RemoteStartTransaction", {"connectorId": 2, "idTag": "TAG"})
    action, payload = remote_start("ocpp2.0.1", 2, 7, "TAG")
    assert action == "RequestStartTransaction"
    assert payload == {"evseId": 2, "remoteStartId": 7, "idToken": {"idToken": "TAG", "type": "Central"}}
