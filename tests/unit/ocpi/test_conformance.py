"""The strict look at wire documents."""

from decimal import Decimal
from typing import Any

import pytest

from csms.ocpi.conformance import problems
from csms.ocpi.fields import Version
from tests.unit.ocpi import samples


def test_a_sound_document_has_no_problems() -> None:
    assert problems("Location", samples.location(), "2.3.0") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"city": None}, "Location.city: missing"),
        ({"pk": "x"}, "Location.pk: no such field"),
        ({"publish": "yes"}, "Location.publish: not a boolean"),
        ({"id": "x" * 37}, "Location.id: longer than 36"),
        ({"id": "\N{SNOWMAN}"}, "Location.id: not printable ASCII"),
        ({"id": 5}, "Location.id: not a string"),
        ({"evses": {}}, "Location.evses: not a list"),
        ({"evses": [samples.evse(connectors=[])]}, "Location.evses[0].connectors: empty"),
        ({"evses": [5]}, "Location.evses[0]: not an object"),
        ({"evses": [samples.evse(status="BUSY")]}, "Location.evses[0].status: no such Status"),
        ({"last_updated": "2026-01-01T00:00:00+00:00"}, "Location.last_updated: not a DateTime"),
        ({"last_updated": "2026-01-01T00:00:00.123456Z"}, "Location.last_updated: not a DateTime"),
        ({"operator": {"name": "x", "website": "x.example"}}, "Location.operator.website: not a URL"),
        (
            {"evses": [samples.evse(connectors=[samples.connector(max_voltage=Decimal("1.5"))])]},
            "Location.evses[0].connectors[0].max_voltage: not a whole number",
        ),
        (
            {"evses": [samples.evse(connectors=[samples.connector(max_voltage=True)])]},
            "Location.evses[0].connectors[0].max_voltage: not a number",
        ),
        (
            {
                "energy_mix": {
                    "is_green_energy": True,
                    "energy_sources": [{"source": "WIND", "percentage": Decimal("0.00001")}],
                }
            },
            "Location.energy_mix.energy_sources[0].percentage: more than 4 decimals",
        ),
    ],
)
def test_each_fault_is_named(change: dict[str, Any], expected: str) -> None:
    assert problems("Location", samples.location(**change), "2.3.0") == [expected]


@pytest.mark.parametrize(
    ("version", "expected"), [("2.3.0", []), ("2.2.1", ["Connector.standard: no such ConnectorType"])]
)
def test_versions_differ(version: Version, expected: list[str]) -> None:
    assert problems("Connector", samples.connector(standard="MCS"), version) == expected


def test_a_document_that_is_no_object() -> None:
    assert problems("Token", None, "2.2.1") == ["Token: not an object"]
