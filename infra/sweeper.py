"""The sweeper room: what is left open is looked at again every few minutes."""

from __future__ import annotations

from csms import contract
from infra.function import FunctionFactory


def add_sweeper(functions: FunctionFactory) -> None:
    """Creates the function behind its schedule."""
    functions.create(contract.SWEEPER)
