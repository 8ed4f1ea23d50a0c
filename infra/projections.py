"""The projections room: read models that follow the tables' streams."""

from __future__ import annotations

from csms import contract
from infra.function import FunctionFactory


def add_projections(functions: FunctionFactory) -> None:
    """Creates the function behind the chargers' and the sessions' streams."""
    functions.create(contract.PROJECTIONS)
