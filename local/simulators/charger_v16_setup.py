"""The configuration, the local list and the charging profiles of the OCPP 1.6J charger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocpp.v16 import call_result

from local.simulators.charger_config import configuration_keys
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from local.simulators.charger_v16 import ChargerSimulator16


class Setup16:
    """The commands about how a charger is set up."""

    def __init__(self, charger: ChargerSimulator16) -> None:
        self.charger = charger
        self.configuration = configuration_keys(len(charger.connectors))
        self.configuration["MeterValueSampleInterval"].value = f"{charger.meter_interval_seconds:g}"
        self.local_list_version = 0
        self.profiles: dict[int, Any] = {}
        self.certificates: list[dict[str, Any]] = []
        self.status_before_answer = charger.options.status_before_answer

    def get_configuration(self, key: list[str] | None = None, **_: Any) -> Any:
        """Answer the keys asked for (all of them when none is named); secrets stay secret."""
        wanted = key or list(self.configuration)
        known = [
            {"key": name, "readonly": setting.readonly, **({} if setting.secret else {"value": setting.value})}
            for name, setting in self.configuration.items()
            if name.lower() in {item.lower() for item in wanted}
        ]
        unknown = [name for name in wanted if name.lower() not in {item.lower() for item in self.configuration}]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown or None)

    def change_configuration(self, key: str, value: str, **_: Any) -> Any:
        """Change a key; the meter interval, the connection timeout and the password take effect."""
        setting = self.configuration.get(key)
        self.charger.log.record("command", action="ChangeConfiguration", key=key)
        if setting is None:
            return call_result.ChangeConfiguration(status="NotSupported")
        if setting.readonly:
            return call_result.ChangeConfiguration(status="Rejected")
        setting.value = value
        if key == "MeterValueSampleInterval":
            self.charger.meter_interval_seconds = float(value)
        elif key == "ConnectionTimeOut":
            self.charger.options.connection_timeout_seconds = float(value)
        elif key == "AuthorizationKey":
            self.charger.password = authorization_key_bytes(value)
        return call_result.ChangeConfiguration(status="RebootRequired" if setting.reboot_required else "Accepted")

    def send_local_list(self, list_version: int, **_: Any) -> Any:
        """Take over a newer local list."""
        self.local_list_version = list_version
        return call_result.SendLocalList(status="Accepted")

    def set_charging_profile(self, cs_charging_profiles: dict[str, Any], **_: Any) -> Any:
        """Keep a charging profile."""
        self.profiles[int(cs_charging_profiles["charging_profile_id"])] = cs_charging_profiles
        return call_result.SetChargingProfile(status="Accepted")

    def clear_charging_profile(self, id: int | None = None, **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Forget one profile, or all of them."""
        doomed = [number for number in self.profiles if id in {None, number}]
        for number in doomed:
            del self.profiles[number]
        return call_result.ClearChargingProfile(status="Accepted" if doomed else "Unknown")

    def get_composite_schedule(self, connector_id: int, duration: int, **_: Any) -> Any:
        """Answer one flat period at the connector's power."""
        power_w = next(iter(self.charger.connectors.values())).meter.power_w
        schedule = {
            "duration": duration,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": round(power_w, 1)}],
        }
        now = wire_time(self.charger.clock.now())
        return call_result.GetCompositeSchedule(
            status="Accepted", connector_id=connector_id, schedule_start=now, charging_schedule=schedule
        )


def authorization_key_bytes(value: str) -> bytes:
    """Return the Basic password a 1.6 AuthorizationKey stands for: its hex digits decoded, or the text itself."""
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value.encode()
