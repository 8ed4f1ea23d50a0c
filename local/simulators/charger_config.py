"""Settings of the simulated chargers: 1.6 configuration keys and the 2.0.1 device model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Setting:
    """One setting; `secret` ones are never read out."""

    value: str
    readonly: bool = False
    reboot_required: bool = False
    secret: bool = False
    data_type: str = "string"


def configuration_keys(connectors: int) -> dict[str, Setting]:
    """Return the configuration of a fresh 1.6 charger by key."""
    return {
        "AuthorizationKey": Setting("", secret=True),
        "AuthorizeRemoteTxRequests": Setting("false"),
        "ClockAlignedDataInterval": Setting("0"),
        "ConnectionTimeOut": Setting("120"),
        "GetConfigurationMaxKeys": Setting("50", readonly=True),
        "HeartbeatInterval": Setting("300"),
        "LocalAuthListEnabled": Setting("true"),
        "LocalAuthListMaxLength": Setting("1000", readonly=True),
        "LocalAuthorizeOffline": Setting("true"),
        "LocalPreAuthorize": Setting("false"),
        "MeterValueSampleInterval": Setting("60"),
        "MeterValuesSampledData": Setting("Energy.Active.Import.Register,Power.Active.Import"),
        "NumberOfConnectors": Setting(str(connectors), readonly=True),
        "SecurityProfile": Setting("1", reboot_required=True),
        "StopTransactionOnEVSideDisconnect": Setting("true"),
        "StopTransactionOnInvalidId": Setting("true"),
        "StopTxnSampledData": Setting("Energy.Active.Import.Register"),
        "SupportedFeatureProfiles": Setting(
            "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger", readonly=True
        ),
        "TransactionMessageAttempts": Setting("3"),
        "TransactionMessageRetryInterval": Setting("60"),
        "UnlockConnectorOnEVSideDisconnect": Setting("true"),
        "WebSocketPingInterval": Setting("0"),
    }


# (component, evse id or 0 for the station, variable) -> setting
DeviceModel = dict[tuple[str, int, str], Setting]


def device_model(evses: int, power_w: float, firmware_version: str) -> DeviceModel:
    """Return the device model of a fresh 2.0.1 charging station."""
    model: DeviceModel = {
        ("AuthCtrlr", 0, "AuthorizeRemoteStart"): Setting("false", data_type="boolean"),
        ("AuthCtrlr", 0, "LocalAuthorizeOffline"): Setting("true", data_type="boolean"),
        ("ChargingStation", 0, "Model"): Setting("Wall 2.0.1", readonly=True),
        ("ChargingStation", 0, "VendorName"): Setting("Simulated", readonly=True),
        ("ChargingStation", 0, "AvailabilityState"): Setting("Available", readonly=True, data_type="OptionList"),
        ("ClockCtrlr", 0, "TimeSource"): Setting("Heartbeat", data_type="SequenceList"),
        ("DeviceDataCtrlr", 0, "ItemsPerMessage"): Setting("10", readonly=True, data_type="integer"),
        ("FirmwareCtrlr", 0, "FirmwareVersion"): Setting(firmware_version, readonly=True),
        ("OCPPCommCtrlr", 0, "HeartbeatInterval"): Setting("300", data_type="integer"),
        ("OCPPCommCtrlr", 0, "NetworkConfigurationPriority"): Setting("1", data_type="SequenceList"),
        ("OCPPCommCtrlr", 0, "WebSocketPingInterval"): Setting("0", data_type="integer"),
        ("SampledDataCtrlr", 0, "TxUpdatedInterval"): Setting("60", data_type="integer"),
        ("SampledDataCtrlr", 0, "TxUpdatedMeasurands"): Setting(
            "Energy.Active.Import.Register,Power.Active.Import", data_type="MemberList"
        ),
        ("SecurityCtrlr", 0, "BasicAuthPassword"): Setting("", secret=True),
        ("SecurityCtrlr", 0, "SecurityProfile"): Setting("1", readonly=True, data_type="integer"),
        ("TxCtrlr", 0, "EVConnectionTimeOut"): Setting("120", data_type="integer"),
        ("TxCtrlr", 0, "TxStartPoint"): Setting("PowerPathClosed", data_type="MemberList"),
        ("TxCtrlr", 0, "TxStopPoint"): Setting("Authorized,EVConnected", data_type="MemberList"),
    }
    for evse in range(1, evses + 1):
        model["EVSE", evse, "AvailabilityState"] = Setting("Available", readonly=True, data_type="OptionList")
        model["EVSE", evse, "Power"] = Setting(f"{power_w:.0f}", readonly=True, data_type="decimal")
        model["Connector", evse, "ConnectorType"] = Setting("cType2", readonly=True)
    return model
