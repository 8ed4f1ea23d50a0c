"""The outbox room: rows written with their cause become messages, workflow starts and task answers."""

from __future__ import annotations

from csms import contract
from infra.function import FunctionFactory


def add_outbox(functions: FunctionFactory) -> None:
    """Creates the relay behind the outbox table's stream. The state machine must be known before."""
    functions.create(contract.OUTBOX_RELAY)
