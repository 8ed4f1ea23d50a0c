"""Which file handles which action: one literal table per version, and the reasons for what is not handled.

`REQUESTS`: what chargers ask. `RESULTS`: answers to our commands that have consequences of their own (the others are
recorded with their command). `SENDS`: what chargers say without wanting an answer (2.1). `COMMANDS` (csms.ocppj): what may be
sent to a charger. `NOT_OFFERED`: known to the standard, not handled here, each with its reason; a charger that sends one gets
NotSupported. What 2.1 shares with 2.0.1 is handled by the same files: it only widened what those messages may hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from csms.ocppj.commands import COMMANDS, OCPP16, OCPP21, OCPP201

__all__ = ["COMMANDS", "NOT_OFFERED", "OCPP16", "OCPP21", "OCPP201", "REQUESTS", "RESULTS", "SENDS", "Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """`module` has `decide(frame) -> Decision`. `transactional` messages are always answered with a CALLRESULT.

    A transactional message whose payload cannot be used is parked and answered with `{}`, or by the module's `unusable`.
    """

    module: str
    transactional: bool = False


def _v16(name: str, *, transactional: bool = False) -> Route:
    return Route(f"functions.ocpp.v16.{name}", transactional)


def _v201(name: str, *, transactional: bool = False) -> Route:
    return Route(f"functions.ocpp.v201.{name}", transactional)


def _v21(name: str) -> Route:
    return Route(f"functions.ocpp.v21.{name}")


REQUESTS: Final[dict[str, dict[str, Route]]] = {
    OCPP16: {
        "Authorize": _v16("authorize"),
        "BootNotification": _v16("boot_notification"),
        "DataTransfer": _v16("data_transfer"),
        "DiagnosticsStatusNotification": _v16("diagnostics_status_notification"),
        "FirmwareStatusNotification": _v16("firmware_status_notification"),
        "Heartbeat": _v16("heartbeat"),
        "LogStatusNotification": _v16("log_status_notification"),
        "MeterValues": _v16("meter_values", transactional=True),
        "SecurityEventNotification": _v16("security_event_notification"),
        "SignCertificate": _v16("sign_certificate"),
        "SignedFirmwareStatusNotification": _v16("signed_firmware_status_notification"),
        "StartTransaction": _v16("start_transaction", transactional=True),
        "StatusNotification": _v16("status_notification"),
        "StopTransaction": _v16("stop_transaction", transactional=True),
    },
    OCPP201: {
        "Authorize": _v201("authorize"),
        "BootNotification": _v201("boot_notification"),
        "ClearedChargingLimit": _v201("cleared_charging_limit"),
        "DataTransfer": _v201("data_transfer"),
        "FirmwareStatusNotification": _v201("firmware_status_notification"),
        "Get15118EVCertificate": _v201("get_15118_ev_certificate"),
        "GetCertificateStatus": _v201("get_certificate_status"),
        "Heartbeat": _v201("heartbeat"),
        "LogStatusNotification": _v201("log_status_notification"),
        "MeterValues": _v201("meter_values", transactional=True),
        "NotifyCustomerInformation": _v201("notify_customer_information"),
        "NotifyDisplayMessages": _v201("notify_display_messages"),
        "NotifyChargingLimit": _v201("notify_charging_limit"),
        "NotifyEVChargingNeeds": _v201("notify_ev_charging_needs"),
        "NotifyEVChargingSchedule": _v201("notify_ev_charging_schedule"),
        "NotifyEvent": _v201("notify_event"),
        "NotifyMonitoringReport": _v201("notify_monitoring_report"),
        "NotifyReport": _v201("notify_report"),
        "PublishFirmwareStatusNotification": _v201("publish_firmware_status_notification"),
        "ReportChargingProfiles": _v201("report_charging_profiles"),
        "ReservationStatusUpdate": _v201("reservation_status_update"),
        "SecurityEventNotification": _v201("security_event_notification"),
        "SignCertificate": _v201("sign_certificate"),
        "StatusNotification": _v201("status_notification"),
        "TransactionEvent": _v201("transaction_event", transactional=True),
    },
}

REQUESTS[OCPP21] = {
    **REQUESTS[OCPP201],
    "BatterySwap": _v21("battery_swap"),
    "ClosePeriodicEventStream": _v21("close_periodic_event_stream"),
    "GetCertificateChainStatus": _v21("get_certificate_chain_status"),
    "NotifyDERAlarm": _v21("notify_der_alarm"),
    "NotifyDERStartStop": _v21("notify_der_start_stop"),
    "NotifyPriorityCharging": _v21("notify_priority_charging"),
    "NotifySettlement": _v21("notify_settlement"),
    "OpenPeriodicEventStream": _v21("open_periodic_event_stream"),
    "PullDynamicScheduleUpdate": _v21("pull_dynamic_schedule_update"),
    "ReportDERControl": _v21("report_der_control"),
    "VatNumberValidation": _v21("vat_number_validation"),
}

SENDS: Final[dict[str, dict[str, Route]]] = {
    OCPP16: {},
    OCPP201: {},
    OCPP21: {"NotifyPeriodicEventStream": _v21("notify_periodic_event_stream")},
}

RESULTS: Final[dict[str, dict[str, str]]] = {
    OCPP16: {
        "CertificateSigned": "functions.ocpp.v16.certificate_signed_result",
        "ChangeConfiguration": "functions.ocpp.v16.change_configuration_result",
        "DeleteCertificate": "functions.ocpp.v16.delete_certificate_result",
        "CancelReservation": "functions.ocpp.v16.cancel_reservation_result",
        "ClearChargingProfile": "functions.ocpp.v16.clear_charging_profile_result",
        "GetCompositeSchedule": "functions.ocpp.v16.get_composite_schedule_result",
        "GetConfiguration": "functions.ocpp.v16.get_configuration_result",
        "GetDiagnostics": "functions.ocpp.v16.get_diagnostics_result",
        "GetInstalledCertificateIds": "functions.ocpp.v16.get_installed_certificate_ids_result",
        "GetLocalListVersion": "functions.ocpp.v16.get_local_list_version_result",
        "GetLog": "functions.ocpp.v16.get_log_result",
        "InstallCertificate": "functions.ocpp.v16.install_certificate_result",
        "ReserveNow": "functions.ocpp.v16.reserve_now_result",
        "SendLocalList": "functions.ocpp.v16.send_local_list_result",
        "SetChargingProfile": "functions.ocpp.v16.set_charging_profile_result",
        "SignedUpdateFirmware": "functions.ocpp.v16.signed_update_firmware_result",
        "UpdateFirmware": "functions.ocpp.v16.update_firmware_result",
    },
    OCPP201: {
        "CancelReservation": "functions.ocpp.v201.cancel_reservation_result",
        "ClearChargingProfile": "functions.ocpp.v201.clear_charging_profile_result",
        "GetChargingProfiles": "functions.ocpp.v201.get_charging_profiles_result",
        "GetCompositeSchedule": "functions.ocpp.v201.get_composite_schedule_result",
        "CertificateSigned": "functions.ocpp.v201.certificate_signed_result",
        "ClearDisplayMessage": "functions.ocpp.v201.clear_display_message_result",
        "ClearVariableMonitoring": "functions.ocpp.v201.clear_variable_monitoring_result",
        "CustomerInformation": "functions.ocpp.v201.customer_information_result",
        "DeleteCertificate": "functions.ocpp.v201.delete_certificate_result",
        "GetInstalledCertificateIds": "functions.ocpp.v201.get_installed_certificate_ids_result",
        "GetLocalListVersion": "functions.ocpp.v201.get_local_list_version_result",
        "GetLog": "functions.ocpp.v201.get_log_result",
        "GetVariables": "functions.ocpp.v201.get_variables_result",
        "InstallCertificate": "functions.ocpp.v201.install_certificate_result",
        "PublishFirmware": "functions.ocpp.v201.publish_firmware_result",
        "RequestStartTransaction": "functions.ocpp.v201.request_start_transaction_result",
        "ReserveNow": "functions.ocpp.v201.reserve_now_result",
        "SendLocalList": "functions.ocpp.v201.send_local_list_result",
        "SetChargingProfile": "functions.ocpp.v201.set_charging_profile_result",
        "UpdateFirmware": "functions.ocpp.v201.update_firmware_result",
        "SetDisplayMessage": "functions.ocpp.v201.set_display_message_result",
        "SetMonitoringBase": "functions.ocpp.v201.set_monitoring_base_result",
        "SetMonitoringLevel": "functions.ocpp.v201.set_monitoring_level_result",
        "SetNetworkProfile": "functions.ocpp.v201.set_network_profile_result",
        "SetVariableMonitoring": "functions.ocpp.v201.set_variable_monitoring_result",
        "SetVariables": "functions.ocpp.v201.set_variables_result",
        "UnpublishFirmware": "functions.ocpp.v201.unpublish_firmware_result",
    },
}

RESULTS[OCPP21] = {
    **RESULTS[OCPP201],
    "AdjustPeriodicEventStream": "functions.ocpp.v21.adjust_periodic_event_stream_result",
    "ChangeTransactionTariff": "functions.ocpp.v21.change_transaction_tariff_result",
    "ClearDERControl": "functions.ocpp.v21.clear_der_control_result",
    "ClearTariffs": "functions.ocpp.v21.clear_tariffs_result",
    "GetPeriodicEventStream": "functions.ocpp.v21.get_periodic_event_stream_result",
    "GetTariffs": "functions.ocpp.v21.get_tariffs_result",
    "RequestBatterySwap": "functions.ocpp.v21.request_battery_swap_result",
    "SetDERControl": "functions.ocpp.v21.set_der_control_result",
    "SetDefaultTariff": "functions.ocpp.v21.set_default_tariff_result",
    "UpdateDynamicSchedule": "functions.ocpp.v21.update_dynamic_schedule_result",
}


NOT_OFFERED: Final[dict[str, dict[str, str]]] = {OCPP16: {}, OCPP201: {}}

NOT_OFFERED[OCPP21] = NOT_OFFERED[OCPP201]
