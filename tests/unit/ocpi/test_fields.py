"""The tables of fields and enumerations against the ones parsed from the specifications."""

import json
from pathlib import Path
from typing import Any

import pytest

from csms.ocpi.enums import OPEN_SINCE_2_3_0, VALUES, is_enum, is_open, values
from csms.ocpi.fields import OBJECTS, Field, Version, fields

REFERENCE = Path(__file__).parents[4] / "shared" / "knowledge" / "ocpi_fields.json"
VERSIONS: tuple[Version, ...] = ("2.2.1", "2.3.0")
NAMES = {"FinancialAdviceConfirmation": "Financial Advice Confirmation"}
SCALARS = {"ci", "s", "t", "url", "time", "num", "money", "int", "bool"}
# The payment objects belong to 2.3.0 in the tables, and to 2.2.1 by agreement with terminal providers.
ONLY_2_3_0 = {"Terminal", "FinancialAdviceConfirmation", "Parking", "EVSEParking", "PriceLimit", "TaxAmount"}
NEW_ENUMS = {
    "CaptureStatusCode", "ConnectorCapability", "EVSEPosition", "InvoiceCreator", "ParkingDirection", "TaxIncluded",
    "VehicleType",
}  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    if not REFERENCE.exists():
        pytest.skip("the tables parsed from the specifications are not beside this checkout")
    loaded: dict[str, Any] = json.loads(REFERENCE.read_text())
    return loaded


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        (kind, version)
        for version in VERSIONS
        for kind in sorted(OBJECTS)
        if version == "2.3.0" or kind not in ONLY_2_3_0
    ],
)
def test_every_object_has_the_fields_of_the_specification(
    reference: dict[str, Any], kind: str, version: Version
) -> None:
    specified = reference[version][NAMES.get(kind, kind)]["fields"]
    ours = fields(kind, version)
    assert {name: field.cardinality for name, field in ours.items()} == {
        name: field["card"] for name, field in specified.items()
    }
    for name, field in ours.items():
        _check_type(field, specified[name]["type"])


def _check_type(field: Field, specified: str) -> None:
    base, _, limit = specified.replace("[", "(").rstrip(")]").partition("(")
    if field.type in {"ci", "s", "t"}:
        assert base.lower() in {"cistring", "string", "versionnumber", "moduleid"}
        # The tables print a length of 1 to 255 as 1..255.
        assert field.limit == int(limit.split("..")[-1] or 0)
    elif field.type in SCALARS:
        names = {"url": "URL", "time": "DateTime", "num": "number", "money": "number", "bool": "boolean"}
        assert base == names.get(field.type, field.type)
    else:
        assert base == field.type


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, version) for version in VERSIONS for name in sorted(VALUES) if version == "2.3.0" or name not in NEW_ENUMS],
)
def test_every_enumeration_has_the_values_of_the_specification(
    reference: dict[str, Any], name: str, version: Version
) -> None:
    specified = reference[version][name]
    assert values(name, version) == set(specified["values"])
    assert is_open(name, version) == specified["open"]


def test_every_type_is_defined() -> None:
    for kind in OBJECTS:
        for version in VERSIONS:
            for name, field in fields(kind, version).items():
                assert field.type in SCALARS or field.type in OBJECTS or is_enum(field.type), f"{kind}.{name}"
    assert set(VALUES) >= OPEN_SINCE_2_3_0


def test_an_object_that_ocpi_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        fields("Booking", "2.3.0")
