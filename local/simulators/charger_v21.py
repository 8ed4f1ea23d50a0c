"""The OCPP 2.1 charging station: it says what a 2.0.1 station says, on the `ocpp` package's v21 ChargePoint."""

from __future__ import annotations

from ocpp.v21 import ChargePoint

from local.simulators.charger_v201 import ChargerSimulator201


class ChargerSimulator21(ChargerSimulator201):
    """A Charging Station that connects with OCPP 2.1 and uses of it what 2.0.1 had already."""

    subprotocol = "ocpp2.1"
    charge_point_class = ChargePoint
