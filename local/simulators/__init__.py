"""Simulators that stand at the other end of the line: chargers (OCPP) and a payment terminal platform (OCPI).

They share no code with the product, so that they disagree with it where it is wrong.
"""

from local.simulators.charger_options import ChargerOptions
from local.simulators.charger_v16 import ChargerSimulator16
from local.simulators.charger_v201 import ChargerSimulator201
from local.simulators.clock import SimulatedClock
from local.simulators.terminal import PaymentTerminalSimulator
from local.simulators.terminal_modes import TerminalModes

__all__ = [
    "ChargerOptions",
    "ChargerSimulator16",
    "ChargerSimulator201",
    "PaymentTerminalSimulator",
    "SimulatedClock",
    "TerminalModes",
]
