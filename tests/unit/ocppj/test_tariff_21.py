"""Our tariff document as an OCPP 2.1 Tariff: the same prices, or an error; what comes out is valid by the schema."""

from decimal import Decimal
from typing import Any

import pytest

from csms.domain.tariff import TariffError
from csms.ocppj import validation
from csms.ocppj.tariff_21 import to_ocpp21


def component(kind: str, price: str, vat: str | None = "19", **more: Any) -> dict[str, Any]:
    known = {"type": kind, "price": Decimal(price), "step_size": 1, **more}
    return known if vat is None else {**known, "vat": Decimal(vat)}


def tariff(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "T1", "currency": "EUR", "tax_included": "NO", "elements": list(elements), **more}


def element(*components: dict[str, Any], **restrictions: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"price_components": list(components)}
    return {**known, "restrictions": restrictions} if restrictions else known


def valid(document: dict[str, Any]) -> dict[str, Any]:
    found = to_ocpp21(document)
    assert validation.violations("ocpp2.1", "SetDefaultTariff", {"evseId": 0, "tariff": found}) == ()
    return found


def test_every_dimension_has_its_member() -> None:
    found = valid(
        tariff(element(component("ENERGY", "0.40"), component("TIME", "6"), component("PARKING_TIME", "12"),
                       component("FLAT", "1.00")))
    )  # fmt: skip
    vat = [{"type": "VAT", "tax": Decimal(19)}]
    assert found == {
        "tariffId": "T1",
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": Decimal("0.4")}], "taxRates": vat},
        "chargingTime": {"prices": [{"priceMinute": Decimal("0.1")}], "taxRates": vat},
        "idleTime": {"prices": [{"priceMinute": Decimal("0.2")}], "taxRates": vat},
        "fixedFee": {"prices": [{"priceFixed": Decimal(1)}], "taxRates": vat},
    }


@pytest.mark.parametrize(("included", "vat", "net"), [("YES", "19", "1"), ("YES", None, "1.19"), ("NO", "19", "1.19")])
def test_prices_are_net(included: str, vat: str | None, net: str) -> None:
    found = valid(tariff(element(component("ENERGY", "1.19", vat)), tax_included=included))
    assert found["energy"]["prices"] == [{"priceKwh": Decimal(net)}]


def test_a_price_a_minute_is_exact_enough() -> None:
    found = valid(tariff(element(component("TIME", "1.00", None))))
    assert abs(found["chargingTime"]["prices"][0]["priceMinute"] * 60 * 24 * 60 - 24 * 60) < Decimal("0.001")


def test_conditions_keep_their_order_and_change_their_units() -> None:
    found = valid(
        tariff(
            element(component("ENERGY", "0.30"), start_time="22:00", end_time="06:00", day_of_week=["MONDAY", "SUNDAY"]),
            element(component("ENERGY", "0.50"), min_kwh=Decimal(20), max_power=Decimal("11.5"), min_duration=3600,
                    start_date="2026-01-01", end_date="2026-12-31", max_current=Decimal(32)),
            element(component("ENERGY", "0.40")),
        )
    )  # fmt: skip
    assert found["energy"]["prices"] == [
        {
            "priceKwh": Decimal("0.3"),
            "conditions": {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00", "dayOfWeek": ["Monday", "Sunday"]},
        },
        {
            "priceKwh": Decimal("0.5"),
            "conditions": {
                "validFromDate": "2026-01-01", "validToDate": "2026-12-31", "minEnergy": 20000, "maxCurrent": 32,
                "maxPower": 11500, "minTime": 3600,
            },
        },
        {"priceKwh": Decimal("0.4")},
    ]  # fmt: skip


def test_reservations_have_members_of_their_own() -> None:
    found = valid(tariff(element(component("FLAT", "2"), component("TIME", "3"), reservation="RESERVATION")))
    assert set(found) == {"tariffId", "currency", "reservationFixed", "reservationTime"}


def test_limits_validity_and_text() -> None:
    found = valid(
        tariff(
            element(component("ENERGY", "0.40")),
            min_price={"before_taxes": Decimal(1)},
            max_price={"before_taxes": Decimal(50), "after_taxes": Decimal("59.5")},
            start_date_time="2026-11-20T12:00:00Z",
            tariff_alt_text=[{"language": "de", "text": "40 ct"}],
        )
    )
    assert (found["minCost"], found["maxCost"]) == ({"exclTax": 1}, {"exclTax": 50, "inclTax": Decimal("59.5")})
    assert found["validFrom"] == "2026-11-20T12:00:00.000Z"
    assert found["description"] == [{"format": "UTF8", "language": "de", "content": "40 ct"}]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (tariff(element(component("ENERGY", "1", step_size=100))), "elements[0].price_components"),
        (tariff(element(component("TIME", "1")), end_date_time="2027-01-01T00:00:00Z"), "end_date_time"),
        (tariff(element(component("TIME", "1"), reservation="RESERVATION_EXPIRES")), "elements[0].restrictions.reservation"),
        (tariff(element(component("FLAT", "1"), min_kwh=Decimal(1))), "elements[0].restrictions"),
        (tariff(element(component("ENERGY", "1"), max_kwh=Decimal(1)), element(component("ENERGY", "1", "7"))),
         "elements[1].price_components.vat"),
        (tariff(element(component("ENERGY", "1")), id="x" * 61), "id"),
        (tariff(), "elements"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_an_error(document: dict[str, Any], field: str) -> None:
    with pytest.raises(TariffError) as caught:
        to_ocpp21(document)
    assert caught.value.field.startswith(field)
