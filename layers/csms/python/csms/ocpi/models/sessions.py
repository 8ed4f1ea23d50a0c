"""What drivers ask of a running session (OCPI mod_sessions)."""

from typing import Annotated

from csms.ocpi.models.base import DateTime, Number, WireModel, either


class ChargingPreferences(WireModel):
    """The driver's wishes: profile, departure, energy in kWh."""

    profile_type: Annotated[str, either("ProfileType")]
    departure_time: DateTime | None = None
    energy_need: Number | None = None
    discharge_allowed: bool | None = None
