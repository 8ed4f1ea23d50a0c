"""OCPI documents that an operator writes: our own ids filled in, checked as strictly as a partner would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.edge import settings
from csms.ocpi import conformance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.operator_api.problems import Fault


def owned(document: Mapping[str, Any], identity: str, time: str) -> dict[str, Any]:
    """The document with its id, our party and the time of its change; members that are null are left out."""
    own = settings.own_party()
    ids = {"country_code": own.country_code, "party_id": own.party_id, "id": identity}
    given = {name: value for name, value in document.items() if value is not None}
    return {**ids, **given, "last_updated": time}


def faults(kind: str, document: Mapping[str, Any], identity: str) -> list[Fault]:
    """What is wrong with a document of ours: not conforming, or in the name of somebody else."""
    own = settings.own_party()
    ours = {"country_code": own.country_code, "party_id": own.party_id, "id": identity}
    wrong = [(name, f"must be {value}") for name, value in ours.items() if document.get(name) != value]
    return wrong + [_fault(kind, problem) for problem in conformance.problems(kind, document, "2.3.0")]


def _fault(kind: str, problem: str) -> Fault:
    path, _, text = problem.partition(": ")
    return path.removeprefix(kind).removeprefix("."), text
