"""What a simulated charger knows about its connectors, its energy meters and its transactions."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

WH_PER_KWH = 1000


@dataclass
class EnergyMeter:
    """The energy register of a connector; it counts while power flows."""

    power_w: float
    register_wh: float = 0.0
    flowing_since: datetime | None = None

    def read_wh(self, now: datetime) -> int:
        """Return the register in whole Wh."""
        return math.floor(self._exact_wh(now) + 1e-6)

    def start(self, now: datetime) -> None:
        """Let power flow from `now` on."""
        self.register_wh, self.flowing_since = self._exact_wh(now), now

    def stop(self, now: datetime) -> None:
        """Cut the power at `now`."""
        self.register_wh, self.flowing_since = self._exact_wh(now), None

    def present_power_w(self) -> float:
        """Return the power that flows at the moment."""
        return self.power_w if self.flowing_since else 0.0

    def _exact_wh(self, now: datetime) -> float:
        if self.flowing_since is None:
            return self.register_wh
        return self.register_wh + self.power_w * (now - self.flowing_since).total_seconds() / 3600


@dataclass(frozen=True)
class Sample:
    """One meter reading; `context` is the standard's ReadingContext."""

    at: datetime
    energy_wh: int
    power_w: float
    context: str = "Sample.Periodic"


@dataclass(frozen=True)
class Authorisation:
    """Permission to charge, waiting for its cable or for its transaction."""

    id_token: str
    token_type: str = "ISO14443"  # noqa: S105 - a kind of card, not a secret
    remote_start_id: int | None = None
    remote: bool = False
    expires_at: datetime | None = None


@dataclass
class Transaction:
    """One charging transaction as its charger sees it.

    `transaction_id` is the CSMS's integer in OCPP 1.6 (None until it answered) and the charger's own text in 2.0.1.
    """

    connector_id: int
    authorisation: Authorisation
    started_at: datetime
    meter_start_wh: int
    transaction_id: int | str | None = None
    charging_state: str = "Charging"
    samples: list[Sample] = field(default_factory=list)
    stopped_at: datetime | None = None
    meter_stop_wh: int | None = None
    stop_reason: str | None = None
    next_seq_no: int = 0
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def energy_wh(self) -> int:
        """Energy delivered up to the last reading."""
        if self.meter_stop_wh is not None:
            return self.meter_stop_wh - self.meter_start_wh
        return (self.samples[-1].energy_wh if self.samples else self.meter_start_wh) - self.meter_start_wh


@dataclass
class Connector:
    """One outlet: in 2.0.1 an EVSE with one connector."""

    id: int
    meter: EnergyMeter
    plugged: bool = False
    operative: bool = True
    fault_code: str | None = None
    authorisation: Authorisation | None = None
    transaction: Transaction | None = None
    finished: Transaction | None = None
    reservation_id: int | None = None
    told_status: str | None = None

    @property
    def usable(self) -> bool:
        """Whether a new transaction may begin here."""
        return self.operative and self.fault_code is None and self.transaction is None

    @property
    def display_kwh(self) -> float:
        """The energy on the charger's display: of the running transaction, else of the last one."""
        shown = self.transaction or self.finished
        return shown.energy_wh / WH_PER_KWH if shown else 0.0
