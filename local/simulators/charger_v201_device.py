"""The device model of the OCPP 2.0.1 charging station: variables, reports, monitors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ocpp.v201 import call, call_result

from local.simulators.charger_config import device_model
from local.simulators.charger_link import Then
from local.simulators.clock import wire_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.simulators.charger_config import Setting
    from local.simulators.charger_link import Handler
    from local.simulators.charger_v201 import ChargerSimulator201

ITEMS_PER_REPORT = 10


class DeviceCommands201:
    """The commands about what a station is and how it is set up."""

    def __init__(self, charger: ChargerSimulator201) -> None:
        self.charger = charger
        power_w = next(iter(charger.connectors.values())).meter.power_w
        self.model = device_model(len(charger.connectors), power_w, charger.firmware_version)
        self.model["SampledDataCtrlr", 0, "TxUpdatedInterval"].value = f"{charger.meter_interval_seconds:g}"

    def device_routes(self) -> Mapping[str, Handler]:
        """Return the handlers of this group, by action."""
        return {
            "ClearVariableMonitoring": self.clear_variable_monitoring,
            "GetBaseReport": self.get_base_report,
            "GetMonitoringReport": lambda **_: call_result.GetMonitoringReport(status="EmptyResultSet"),
            "GetReport": self.get_report,
            "GetVariables": self.get_variables,
            "SetVariableMonitoring": self.set_variable_monitoring,
            "SetVariables": self.set_variables,
        }

    def get_variables(self, get_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        """Answer each variable asked for, or why not."""
        results = []
        for item in get_variable_data:
            status, setting = self._find(item)
            if setting and setting.secret:
                status = "Rejected"
            result = {
                "attributeStatus": status,
                "component": item["component"],
                "variable": item["variable"],
                **({"attributeType": item["attribute_type"]} if "attribute_type" in item else {}),
            }
            if setting and status == "Accepted":
                result["attributeValue"] = setting.value
            results.append(result)
        return call_result.GetVariables(get_variable_result=results)

    def set_variables(self, set_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        """Change each variable that may be changed; the meter interval and the password take effect."""
        results = []
        for item in set_variable_data:
            status, setting = self._find(item)
            if setting and setting.readonly:
                status = "Rejected"
            elif setting:
                setting.value = str(item["attribute_value"])
                self._take_effect(str(item["variable"]["name"]), setting)
            results.append({"attributeStatus": status, "component": item["component"], "variable": item["variable"]})
            self.charger.log.record("command", action="SetVariables", variable=item["variable"]["name"], status=status)
        return call_result.SetVariables(set_variable_result=results)

    def get_base_report(self, request_id: int, report_base: str, **_: Any) -> Any:
        """Accept, then report the device model in parts."""
        self.charger.log.record("command", action="GetBaseReport", base=report_base)
        rows = [_report_row(key, setting) for key, setting in self.model.items()]
        if report_base == "SummaryInventory":
            rows = [row for row in rows if row["variable"]["name"] == "AvailabilityState"]
        return Then(call_result.GetBaseReport(status="Accepted"), lambda: self._train(self._parts(request_id, rows)))

    def get_report(self, request_id: int, component_variable: list[dict[str, Any]] | None = None, **_: Any) -> Any:
        """Accept, then report the components asked for (all when none is named)."""
        names = {str(item["component"]["name"]) for item in component_variable or []}
        rows = [_report_row(key, s) for key, s in self.model.items() if not names or key[0] in names]
        if not rows:
            return call_result.GetReport(status="EmptyResultSet")
        return Then(call_result.GetReport(status="Accepted"), lambda: self._train(self._parts(request_id, rows)))

    def set_variable_monitoring(self, set_monitoring_data: list[dict[str, Any]], **_: Any) -> Any:
        """Accept every monitor."""
        results = [
            {
                "id": number,
                "status": "Accepted",
                "type": item["type"],
                "severity": item["severity"],
                "component": item["component"],
                "variable": item["variable"],
            }
            for number, item in enumerate(set_monitoring_data, start=1)
        ]
        return call_result.SetVariableMonitoring(set_monitoring_result=results)

    def clear_variable_monitoring(self, id: list[int], **_: Any) -> Any:  # noqa: A002 - OCPP's name
        """Say that every monitor is gone."""
        results = [{"id": number, "status": "Accepted"} for number in id]
        return call_result.ClearVariableMonitoring(clear_monitoring_result=results)

    def _find(self, item: dict[str, Any]) -> tuple[str, Setting | None]:
        """Return the attribute status of a variable asked for, and its setting."""
        component, variable = item["component"], item["variable"]
        evse = int(component["evse"]["id"]) if "evse" in component else 0
        setting = self.model.get((str(component["name"]), evse, str(variable["name"])))
        if setting:
            return "Accepted", setting
        known = any(name == component["name"] and number == evse for name, number, _ in self.model)
        return ("UnknownVariable" if known else "UnknownComponent"), None

    def _take_effect(self, variable: str, setting: Setting) -> None:
        if variable == "TxUpdatedInterval":
            self.charger.meter_interval_seconds = float(setting.value)
        elif variable == "EVConnectionTimeOut":
            self.charger.options.connection_timeout_seconds = float(setting.value)
        elif variable == "BasicAuthPassword":
            self.charger.password = setting.value

    def _parts(self, request_id: int, rows: list[dict[str, Any]]) -> list[Any]:
        starts = range(0, len(rows), ITEMS_PER_REPORT)
        return [
            call.NotifyReport(
                request_id=request_id,
                generated_at=wire_time(self.charger.clock.now()),
                seq_no=number,
                report_data=rows[start : start + ITEMS_PER_REPORT],
                tbc=number < len(starts) - 1,
            )
            for number, start in enumerate(starts)
        ]

    async def _train(self, steps: list[Any]) -> None:
        for step in steps:
            await asyncio.sleep(self.charger.options.status_train_real_seconds)
            await self.charger.notify(step)


def _report_row(key: tuple[str, int, str], setting: Setting) -> dict[str, Any]:
    """Return one ReportData of the device model."""
    component, evse, variable = key
    mutability = "ReadOnly" if setting.readonly else "WriteOnly" if setting.secret else "ReadWrite"
    attribute = {"mutability": mutability, **({} if setting.secret else {"value": setting.value})}
    where = {"evse": {"id": evse, **({"connectorId": 1} if component == "Connector" else {})}} if evse else {}
    return {
        "component": {"name": component, **where},
        "variable": {"name": variable},
        "variableAttribute": [attribute],
        "variableCharacteristics": {"dataType": setting.data_type, "supportsMonitoring": False},
    }
