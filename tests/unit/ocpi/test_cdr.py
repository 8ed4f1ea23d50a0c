"""The CDR document."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from csms.domain.charging_periods import ChargingPeriod, PeriodDimension
from csms.domain.money import zero
from csms.domain.pricing import Cost
from csms.ocpi import render
from csms.ocpi.cdr import STOP_REASONS, cdr_document, cdr_location, credit_cdr, remark_of, signed_data_document
from csms.ocpi.conformance import problems
from csms.ocpi.fields import Version
from csms.ocpi.periods import period_documents
from tests.unit.ocpi import samples
from tests.unit.ocpi.samples import HOUR, NOW, TIME, cost_of, session

BOTH: list[Version] = ["2.2.1", "2.3.0"]


def cdr(**more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "cdr_id": "C1",
        "session": session(status="COMPLETED", end=NOW + 1.5 * HOUR, cost=cost_of()),
        "cost": cost_of(),
        "location": samples.location(),
        "evse": samples.evse(),
        "connector": samples.connector(),
        "tariff": samples.tariff(),
        "now": NOW,
    }
    return cdr_document(**{**facts, **more})


SIGNED = signed_data_document(
    "OCMF", [("Start", "plain", "c2lnbmVk"), ("End", "plain", "c2lnbmVk")], public_key="a2V5", url="https://t.example"
)


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize(
    "document",
    [
        cdr(),
        cdr(signed_data=SIGNED, remark=remark_of("Local"), invoice_reference_id="I-1"),
        cdr(tariff=None, cost=cost_of(0)),
        cdr(evse=None, connector=None),
        cdr(location=samples.location(address="A" * 200, state="S" * 45)),
        credit_cdr(cdr(), "C1-C", NOW),
    ],
)
def test_cdrs_conform_in_both_versions(document: dict[str, Any], version: Version) -> None:
    assert problems("CDR", render.cdr(document, version), version) == []


def test_a_cdr_tells_the_session_and_what_it_cost() -> None:
    document = cdr(invoice_reference_id="I-1", remark="Stop: stopped remotely")
    told = {
        name: document[name]
        for name in ("id", "session_id", "authorization_reference", "auth_method", "cdr_token", "start_date_time",
                     "total_energy", "total_time", "total_parking_time", "invoice_reference_id", "remark", "currency")
    }  # fmt: skip
    assert told == {
        "id": "C1",
        "session_id": "S1",
        "authorization_reference": "A-1",
        "auth_method": "COMMAND",
        "cdr_token": samples.cdr_token(),
        "start_date_time": TIME,
        "total_energy": 10,
        "total_time": Decimal("1.5"),
        "total_parking_time": Decimal("0.5"),
        "invoice_reference_id": "I-1",
        "remark": "Stop: stopped remotely",
        "currency": "EUR",
    }
    assert document["tariffs"] == [samples.tariff()]


def test_amounts_are_rounded_to_cents_and_add_up() -> None:
    document = cdr()
    gross = {
        name: document[name]["before_taxes"] + sum(tax["amount"] for tax in document[name]["taxes"])
        for name in ("total_cost", "total_fixed_cost", "total_energy_cost", "total_parking_cost")
    }
    assert gross == {
        "total_cost": Decimal("8.09"),
        "total_fixed_cost": Decimal("1.19"),
        "total_energy_cost": Decimal("5.90"),
        "total_parking_cost": Decimal("1.00"),
    }
    assert document["total_cost"]["taxes"][0]["percentage"] == 19
    older = render.cdr(document, "2.2.1")
    assert older["total_cost"] == {"excl_vat": Decimal("6.80"), "incl_vat": Decimal("8.09")}


def test_without_an_invoice_of_ours_there_is_no_reference() -> None:
    assert "invoice_reference_id" not in cdr()


def test_nothing_delivered_is_a_cdr_of_zero() -> None:
    document = cdr(tariff=None, cost=_free(cost_of(0)))
    assert document["total_cost"] == {"before_taxes": Decimal(0), "taxes": []}
    assert render.cdr(document, "2.2.1")["total_cost"] == {"excl_vat": 0, "incl_vat": 0}
    assert "tariffs" not in document
    assert all("tariff_id" not in period for period in document["charging_periods"])


def _free(cost: Cost) -> Cost:
    return replace(
        cost,
        total=zero(),
        unlimited=zero(),
        total_fixed=None,
        total_energy=None,
        total_time=None,
        total_parking=None,
        total_reservation=None,
        periods=(),
        lines=(),
    )


def test_a_session_that_has_not_ended_has_no_cdr() -> None:
    with pytest.raises(KeyError):
        cdr(session=session())


def test_a_hold_is_no_cap_in_the_tariff_of_a_cdr() -> None:
    assert "max_price" not in render.cdr(cdr(), "2.2.1")["tariffs"][0]


def test_the_place_is_cut_to_what_a_cdr_may_hold() -> None:
    rendered = render.cdr(cdr(location=samples.location(address="A" * 200, help_phone="1")), "2.3.0")["cdr_location"]
    assert rendered["address"] == "A" * 45
    assert "help_phone" not in rendered


def test_an_unused_reservation_was_nowhere() -> None:
    place = cdr_location(samples.location(), None, None)
    assert (place["evse_uid"], place["evse_id"], place["connector_id"]) == ("#NA", "#NA", "#NA")


def test_dimensions_for_sessions_stay_out_of_cdrs() -> None:
    dimensions = (PeriodDimension("STATE_OF_CHARGE", Decimal(50)), PeriodDimension("TIME", Decimal(1) / 3))
    period = ChargingPeriod(NOW, dimensions, "")
    only_soc = ChargingPeriod(NOW, dimensions[:1], "T1")
    assert period_documents([period, only_soc], in_cdr=True) == [
        {"start_date_time": TIME, "dimensions": [{"type": "TIME", "volume": Decimal("0.3333")}]}
    ]
    assert len(period_documents([period, only_soc], in_cdr=False)) == 2


def test_a_public_key_too_long_for_ocpi_is_left_to_the_url() -> None:
    document = signed_data_document("OCMF", [("End", "p", "s")], public_key="k" * 513, url="https://t.example")
    assert document is not None
    assert "public_key" not in document
    assert document["url"] == "https://t.example"
    assert signed_data_document("OCMF", []) is None


def test_remarks() -> None:
    assert remark_of("EVDisconnected") == "Stop: vehicle unplugged"
    assert remark_of("Unheard", "closed with the last known meter value") == (
        "Stop: Unheard; closed with the last known meter value"
    )
    assert remark_of(None) is None
    assert len(remark_of("Local", "x" * 500) or "") == 255


def test_every_stop_reason_of_both_versions_has_words() -> None:
    v16 = {"EmergencyStop", "EVDisconnected", "HardReset", "Local", "Other", "PowerLoss", "Reboot", "Remote",
           "SoftReset", "UnlockCommand", "DeAuthorized"}  # fmt: skip
    v201 = {"DeAuthorized", "EmergencyStop", "EnergyLimitReached", "EVDisconnected", "GroundFault", "ImmediateReset",
            "Local", "LocalOutOfCredit", "MasterPass", "Other", "OvercurrentFault", "PowerLoss", "PowerQuality",
            "Reboot", "Remote", "SOCLimitReached", "StoppedByEV", "TimeLimitReached", "Timeout"}  # fmt: skip
    assert v16 | v201 == set(STOP_REASONS)


def test_a_credit_undoes_the_total_and_nothing_else() -> None:
    original = cdr()
    credit = credit_cdr(original, "C1-C", NOW + HOUR)
    changed = {name for name in credit if credit[name] != original.get(name)}
    assert changed == {"id", "credit", "credit_reference_id", "total_cost", "last_updated"}
    assert credit["credit_reference_id"] == "C1"
    assert render.cdr(credit, "2.2.1")["total_cost"] == {"excl_vat": Decimal("-6.80"), "incl_vat": Decimal("-8.09")}
