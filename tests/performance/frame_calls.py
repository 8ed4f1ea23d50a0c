"""DynamoDB calls of every action: what a frame reads and writes, counted at the client, on tables in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.kit.calls import counted
from tests.kit.frames import OCPP16, OCPP21, OCPP201, Line, at, event, meter_2x, meter_16, start_16, stop_16, token
from tests.kit.tables import fresh_aws

if TYPE_CHECKING:
    from csms.store.dynamo import Store

# What chargers send all the time: the design's budget is one write and no read.
HOT = frozenset(
    {
        (OCPP16, "Heartbeat"),
        (OCPP16, "StatusNotification"),
        (OCPP16, "MeterValues"),
        (OCPP201, "Heartbeat"),
        (OCPP201, "StatusNotification"),
        (OCPP201, "MeterValues"),
        (OCPP201, "NotifyEvent"),
        (OCPP201, "TransactionEvent Updated"),
        (OCPP21, "Heartbeat"),
        (OCPP21, "StatusNotification"),
        (OCPP21, "MeterValues"),
        (OCPP21, "TransactionEvent Updated"),
        (OCPP21, "NotifyPeriodicEventStream"),
    }
)


@dataclass(frozen=True)
class FrameCalls:
    """Calls of one frame. `name` is the action, with the event type of a TransactionEvent."""

    protocol: str
    name: str
    reads: int
    writes: int

    @property
    def hot(self) -> bool:
        return (self.protocol, self.name) in HOT


def measure() -> list[FrameCalls]:
    """Every action that is handled, in the order of a charger's day."""
    with fresh_aws() as store:
        return [*_version_16(store), *_version_2x(store, OCPP201), *_version_2x(store, OCPP21), *_version_21(store)]


def worst(rows: list[FrameCalls]) -> tuple[int, int]:
    """The most reads and the most writes of a hot frame."""
    hot = [row for row in rows if row.hot]
    return max(row.reads for row in hot), max(row.writes for row in hot)


def _version_16(store: Store) -> list[FrameCalls]:
    line = Line(store, OCPP16, "CP16").register()
    first: list[tuple[str, dict[str, Any]]] = [
        ("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}),
        ("Heartbeat", {}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": at()}),
        ("Authorize", {"idTag": "CARD1"}),
        ("DataTransfer", {"vendorId": "V"}),
        ("DiagnosticsStatusNotification", {"status": "Idle"}),
        ("FirmwareStatusNotification", {"status": "Idle"}),
        ("LogStatusNotification", {"status": "Idle"}),
        ("SecurityEventNotification", {"type": "T", "timestamp": at()}),
        ("SignCertificate", {"csr": "CSR"}),
        ("SignedFirmwareStatusNotification", {"status": "Idle"}),
    ]
    rows = [_row(line, action, payload) for action, payload in first]
    with counted() as calls:
        transaction_id = line.ask("StartTransaction", start_16())["transactionId"]
    rows.append(FrameCalls(OCPP16, "StartTransaction", calls.reads, calls.writes))
    metered = {"connectorId": 1, "transactionId": transaction_id, "meterValue": [meter_16(60, 1200)]}
    rows.append(_row(line, "MeterValues", metered))
    rows.append(_row(line, "StopTransaction", stop_16(transaction_id)))
    return rows


OCSP_REQUEST = {
    "hashAlgorithm": "SHA256", "issuerNameHash": "a1", "issuerKeyHash": "b2", "serialNumber": "c3",
    "responderURL": "https://ocsp.example",
}  # fmt: skip


def _version_2x(store: Store, protocol: str) -> list[FrameCalls]:
    line = Line(store, protocol, f"CP-{protocol}").register()
    monitored = {
        "eventId": 1, "timestamp": at(), "trigger": "Delta", "actualValue": "21.5",
        "eventNotificationType": "CustomMonitor", "component": {"name": "Controller"}, "variable": {"name": "Temperature"},
    }  # fmt: skip
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}]}
    profile = {
        "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
    }  # fmt: skip
    messages: list[tuple[str, dict[str, Any]]] = [
        ("BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}),
        ("Heartbeat", {}),
        ("StatusNotification", {"evseId": 1, "connectorId": 1, "connectorStatus": "Available", "timestamp": at()}),
        ("Authorize", {"idToken": token()}),
        ("DataTransfer", {"vendorId": "V"}),
        ("FirmwareStatusNotification", {"status": "Idle"}),
        ("LogStatusNotification", {"status": "Idle"}),
        ("NotifyChargingLimit", {"chargingLimit": {"chargingLimitSource": "EMS"}}),
        ("ClearedChargingLimit", {"chargingLimitSource": "EMS"}),
        ("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": {"requestedEnergyTransfer": "DC"}}),
        ("NotifyEVChargingSchedule", {"evseId": 1, "timeBase": at(), "chargingSchedule": schedule}),
        (
            "ReportChargingProfiles",
            {"requestId": 1, "evseId": 1, "chargingLimitSource": "CSO", "chargingProfile": [profile]},
        ),
        ("ReservationStatusUpdate", {"reservationId": 1, "reservationUpdateStatus": "Expired"}),
        ("SecurityEventNotification", {"type": "T", "timestamp": at()}),
        ("NotifyEvent", {"generatedAt": at(), "seqNo": 0, "eventData": [monitored]}),
        ("NotifyReport", {"requestId": 1, "generatedAt": at(), "seqNo": 0}),
        ("NotifyMonitoringReport", {"requestId": 1, "generatedAt": at(), "seqNo": 0}),
        ("NotifyDisplayMessages", {"requestId": 1}),
        ("NotifyCustomerInformation", {"requestId": 1, "generatedAt": at(), "seqNo": 0, "data": "D"}),
        ("PublishFirmwareStatusNotification", {"status": "Downloading", "requestId": 1}),
        ("Get15118EVCertificate", {"iso15118SchemaVersion": "S", "action": "Install", "exiRequest": "E"}),
        ("GetCertificateStatus", {"ocspRequestData": OCSP_REQUEST}),
        ("SignCertificate", {"csr": "CSR"}),
        ("MeterValues", {"evseId": 1, "meterValue": [meter_2x(0, 1000)]}),
        ("TransactionEvent", event("Started", 0, 0, idToken=token(), evse={"id": 1}, wh=1000)),
        ("TransactionEvent", event("Updated", 1, 60, wh=1200)),
        ("TransactionEvent", event("Ended", 2, 600, wh=3000)),
    ]
    return [_row(line, action, payload) for action, payload in messages]


def _version_21(store: Store) -> list[FrameCalls]:
    """What 2.1 adds."""
    line = Line(store, OCPP21, "CP21").register()
    hashes = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "1"}
    battery = {"evseId": 1, "serialNumber": "B", "soC": 90, "soH": 99}
    settled = {"pspRef": "P", "status": "Settled", "settlementAmount": 5.5, "settlementTime": at()}
    messages: list[tuple[str, dict[str, Any]]] = [
        ("BatterySwap", {"batteryData": [battery], "eventType": "BatteryIn", "idToken": token(), "requestId": 1}),
        ("OpenPeriodicEventStream", {"constantStreamData": {"id": 1, "params": {}, "variableMonitoringId": 2}}),
        ("ClosePeriodicEventStream", {"id": 1}),
        ("GetCertificateChainStatus", {"certificateStatusRequests": [
            {"certificateHashData": hashes, "source": "OCSP", "urls": ["http://ocsp.example"]}]}),
        ("NotifyDERAlarm", {"controlType": "FreqDroop", "timestamp": at()}),
        ("NotifyDERStartStop", {"controlId": "c", "started": True, "timestamp": at()}),
        ("NotifyPriorityCharging", {"transactionId": "none", "activated": True}),
        ("NotifySettlement", settled),
        ("PullDynamicScheduleUpdate", {"chargingProfileId": 1}),
        ("ReportDERControl", {"requestId": 1}),
        ("VatNumberValidation", {"vatNumber": "DE136695976"}),
    ]  # fmt: skip
    rows = [_row(line, action, payload) for action, payload in messages]
    streamed = {"id": 1, "pending": 0, "basetime": at(), "data": [{"t": 0, "v": "1"}]}
    with counted() as calls:
        line.text(json.dumps([6, "s-1", "NotifyPeriodicEventStream", streamed]))
    return [*rows, FrameCalls(OCPP21, "NotifyPeriodicEventStream", calls.reads, calls.writes)]


def _row(line: Line, action: str, payload: dict[str, Any]) -> FrameCalls:
    with counted() as calls:
        line.ask(action, payload)
    name = f"{action} {payload['eventType']}" if action == "TransactionEvent" else action
    return FrameCalls(line.protocol, name, calls.reads, calls.writes)
