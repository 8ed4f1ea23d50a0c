"""What else a 2.0.1 station tells and is told: displays, monitors, customers, networks, published firmware."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from csms import contract
from csms.store import chargers, customer_information
from csms.store.dynamo import Item, Store
from tests.kit.answers import answered
from tests.kit.frames import NOW, Line, at
from tests.kit.ocpp_state import rows
from tests.kit.tables import all_items

PARTS = {"requestId": 5, "generatedAt": at()}


# --- displays -------------------------------------------------------------------------------------------------------


def message(message_id: int, text: str = "Hello") -> dict[str, Any]:
    return {"id": message_id, "priority": "NormalCycle", "message": {"format": "UTF8", "content": text}}


def set_message(line: Line, message_id: int, status: str) -> None:
    answered(line, "SetDisplayMessage", {"message": message(message_id)}, {"status": status})


@pytest.mark.parametrize("status", ["Rejected", "NotSupportedMessageFormat", "UnknownTransaction"])
def test_a_display_message_that_was_refused_is_not_there(line201: Line, status: str) -> None:
    set_message(line201, 1, status)
    assert rows("DISPLAY") == []


def test_the_life_of_a_display_message(line201: Line) -> None:
    set_message(line201, 1, "Accepted")
    (row,) = rows("DISPLAY")
    assert (row["state"], row["set_at"], row["message"]["message"]["content"]) == ("set", at(), "Hello")
    assert line201.ask("NotifyDisplayMessages", {"requestId": 9, "messageInfo": [message(1, "Hi"), message(2)]}) == {}
    first, second = rows("DISPLAY")
    assert (first["state"], first["set_at"], first["message"]["message"]["content"]) == ("reported", at(), "Hi")
    assert (second["message_id"], second["state"], second["request_id"]) == (2, "reported", 9)
    answered(line201, "ClearDisplayMessage", {"id": 1}, {"status": "Accepted"})
    answered(line201, "ClearDisplayMessage", {"id": 2}, {"status": "Unknown"})
    assert [row["state"] for row in rows("DISPLAY")] == ["cleared", "cleared"]


def test_more_display_messages_than_a_commit_holds(line201: Line) -> None:
    told = [message(n) for n in range(60)] + [message(0, "again")]
    assert line201.ask("NotifyDisplayMessages", {"requestId": 9, "messageInfo": told, "tbc": True}) == {}
    assert line201.ask("NotifyDisplayMessages", {"requestId": 9}) == {}
    assert len(rows("DISPLAY")) == 60


# --- monitors -------------------------------------------------------------------------------------------------------

TEMPERATURE = {"component": {"name": "Controller", "evse": {"id": 1}}, "variable": {"name": "Temperature"}}
UPPER = {**TEMPERATURE, "type": "UpperThreshold", "severity": 2}


def set_monitor(line: Line, *results: Any) -> None:
    asked = {"setMonitoringData": [{**UPPER, "value": Decimal("80.5"), "transaction": True}]}
    answered(line, "SetVariableMonitoring", asked, {"setMonitoringResult": list(results)})


def monitor(monitor_id: int = 7) -> Item:
    (row,) = (row for row in rows("MONITOR") if row["monitor_id"] == monitor_id)
    return row


def test_a_monitor_that_was_taken(line201: Line) -> None:
    refused = {**UPPER, "status": "Rejected", "id": 8}
    set_monitor(line201, {**UPPER, "status": "Accepted", "id": 7}, refused, "odd", {"status": "Accepted", "id": 9})
    (row,) = rows("MONITOR")
    facts = (row["component"], row["evse_id"], row["variable"], row["type"], float(row["value"]), row["severity"])
    assert facts == ("Controller", 1, "Temperature", "UpperThreshold", 80.5, 2)
    assert (row["transaction"], row["state"]) == (True, "set")


@pytest.mark.parametrize(("status", "state"), [("Accepted", "cleared"), ("NotFound", "cleared"), ("Rejected", "set")])
def test_a_monitor_is_cleared(line201: Line, status: str, state: str) -> None:
    set_monitor(line201, {**UPPER, "status": "Accepted", "id": 7})
    results = {"clearMonitoringResult": [{"id": 7, "status": status}, "odd"]}
    answered(line201, "ClearVariableMonitoring", {"id": [7]}, results)
    assert monitor()["state"] == state


def monitoring_report(line: Line, seq: int, *ids: int, tbc: bool = False) -> None:
    told = [{"id": n, "transaction": False, "value": 1, "type": "Delta", "severity": 5} for n in ids]
    data = [{**TEMPERATURE, "variableMonitoring": told}]
    assert line.ask("NotifyMonitoringReport", {**PARTS, "seqNo": seq, "tbc": tbc, "monitor": data}) == {}


def test_a_report_of_monitors_in_parts(line201: Line) -> None:
    set_monitor(line201, {**UPPER, "status": "Accepted", "id": 7})
    monitoring_report(line201, 1, *range(7, 40))
    monitoring_report(line201, 0, 1, tbc=True)
    assert line201.ask("NotifyMonitoringReport", {**PARTS, "seqNo": 2}) == {}
    assert len(rows("MONITOR")) == 34
    assert (monitor()["state"], monitor()["set_at"], monitor()["type"]) == ("reported", at(), "Delta")


@pytest.mark.parametrize(
    ("base", "status", "ours", "theirs"),
    [
        ("All", "Accepted", "set", "reported"),
        ("FactoryDefault", "Accepted", "cleared", "reported"),
        ("HardWiredOnly", "Accepted", "cleared", "reported"),
        ("FactoryDefault", "Rejected", "set", "reported"),
    ],
)
def test_the_base_of_monitoring(line201: Line, base: str, status: str, ours: str, theirs: str) -> None:
    set_monitor(line201, {**UPPER, "status": "Accepted", "id": 7})
    monitoring_report(line201, 0, 1)
    answered(line201, "SetMonitoringBase", {"monitoringBase": base}, {"status": status})
    assert (monitor(7)["state"], monitor(1)["state"]) == (ours, theirs)
    assert [row["monitoring_base"] for row in rows("MONITORING")] == ([base] if status == "Accepted" else [])


def test_the_level_of_monitoring(line201: Line) -> None:
    answered(line201, "SetMonitoringLevel", {"severity": 4}, {"status": "Rejected"})
    assert rows("MONITORING") == []
    answered(line201, "SetMonitoringBase", {"monitoringBase": "All"}, {"status": "Accepted"})
    answered(line201, "SetMonitoringLevel", {"severity": 4}, {"status": "Accepted"})
    (row,) = rows("MONITORING")
    assert (row["monitoring_level"], row["monitoring_base"]) == (4, "All")


def notice(line: Line, trigger: str, seconds: float = 0, monitor_id: int | None = 7, **more: Any) -> None:
    data = {
        **TEMPERATURE, "eventId": 3, "timestamp": at(seconds), "trigger": trigger, "actualValue": "85",
        "eventNotificationType": "CustomMonitor", **more,
    }  # fmt: skip
    data |= {} if monitor_id is None else {"variableMonitoringId": monitor_id}
    assert line.ask("NotifyEvent", {"generatedAt": at(seconds), "seqNo": 0, "eventData": [data]}) == {}


def test_an_alarm_of_a_monitor_opens_and_closes(line201: Line) -> None:
    set_monitor(line201, {**UPPER, "status": "Accepted", "id": 7})
    notice(line201, "Alerting")
    assert (monitor()["alerting"], monitor()["last_value"], monitor()["last_event_at"]) == (True, "85", at())
    assert rows("EVENT")[0]["monitor_ids"] == [7]
    notice(line201, "Alerting", 5, cleared=True)
    assert (monitor()["alerting"], monitor()["state"]) == (False, "set")


def test_a_monitor_that_is_not_known_yet_and_one_that_tells_periodically(line201: Line) -> None:
    notice(line201, "Delta")
    notice(line201, "Periodic", 5, monitor_id=8)
    notice(line201, "Delta", 6, monitor_id=None)
    (row,) = rows("MONITOR")
    assert (row["monitor_id"], row["component"], row["alerting"]) == (7, "Controller", False)
    assert [event.get("monitor_ids") for event in rows("EVENT")] == [[7], [8], None]


def test_an_event_of_more_monitors_than_a_commit_holds(line201: Line) -> None:
    data = [
        {**TEMPERATURE, "eventId": n, "timestamp": at(n), "trigger": "Delta", "actualValue": str(n),
         "eventNotificationType": "CustomMonitor", "variableMonitoringId": n}
        for n in range(150)
    ]  # fmt: skip
    assert line201.ask("NotifyEvent", {"generatedAt": at(), "seqNo": 0, "eventData": data}) == {}
    assert len(rows("MONITOR")) == 99
    assert len(rows("EVENT")[0]["monitor_ids"]) == 150


# --- customers ------------------------------------------------------------------------------------------------------

ASKED = {"requestId": 5, "report": True, "clear": False, "idToken": {"idToken": "CARD-OF-SOMEBODY", "type": "ISO14443"}}


def tell(line: Line, seq: int, data: str, *, tbc: bool) -> None:
    assert line.ask("NotifyCustomerInformation", {**PARTS, "seqNo": seq, "data": data, "tbc": tbc}) == {}


def known(store: Store) -> customer_information.Information:
    found = customer_information.assembled(store, "CP1", 5)
    assert found is not None
    return found


def test_what_a_station_knows_of_a_customer_in_parts(line201: Line, store: Store) -> None:
    assert customer_information.assembled(store, "CP1", 5) is None
    tell(line201, 1, "B", tbc=False)
    assert (known(store).status, known(store).complete) == (None, False), "parts may come before the answer"
    answered(line201, "CustomerInformation", ASKED, {"status": "Accepted"})
    tell(line201, 0, "A", tbc=True)
    tell(line201, 0, "A", tbc=True)
    assert known(store) == customer_information.Information(5, "Accepted", True, False, True, "AB")


def test_personal_data_expire_and_the_token_is_not_kept_beside_them(line201: Line) -> None:
    answered(line201, "CustomerInformation", ASKED, {"status": "Accepted"})
    tell(line201, 0, "A", tbc=False)
    kept = rows("CUSTOMER") + rows("CUSTOMERPART")
    assert {int(row["expires_at_s"]) for row in kept} == {int((NOW + timedelta(days=30)).timestamp())}
    assert "CARD-OF-SOMEBODY" not in json.dumps(kept, default=str)


@pytest.mark.parametrize("status", ["Rejected", "Invalid"])
def test_a_request_that_the_station_does_not_take(line201: Line, store: Store, status: str) -> None:
    answered(line201, "CustomerInformation", ASKED, {"status": status})
    assert (known(store).status, known(store).complete, known(store).data) == (status, False, "")


# --- networks -------------------------------------------------------------------------------------------------------


def profile(url: str) -> dict[str, Any]:
    return {
        "ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": url, "messageTimeout": 30, "securityProfile": 2,
        "ocppInterface": "Wired0",
        "apn": {"apn": "internet", "apnUserName": "u", "apnPassword": "apn-password-1", "apnAuthentication": "PAP"},
        "vpn": {"server": "s", "user": "u", "password": "vpn-password-1", "key": "vpn-key-1", "type": "IPSec"},
    }  # fmt: skip


def test_network_profiles_stand_in_their_slots_without_secrets(line201: Line) -> None:
    for slot, status in ((1, "Accepted"), (2, "Accepted"), (2, "Rejected"), (3, "Failed")):
        url = f"wss://{status}"
        asked = {"configurationSlot": slot, "connectionData": profile(url)}
        answered(line201, "SetNetworkProfile", asked, {"status": status})
    assert [(row["slot"], row["profile"]["ocppCsmsUrl"]) for row in rows("NETWORKPROFILE")] == [
        (1, "wss://Accepted"),
        (2, "wss://Accepted"),
    ]
    everything = json.dumps(all_items(contract.CHARGERS), default=str)
    assert not any(secret in everything for secret in ("apn-password-1", "vpn-password-1", "vpn-key-1"))


# --- published firmware ---------------------------------------------------------------------------------------------

PUBLISH = {"requestId": 4, "location": "https://fw.example/1", "checksum": "A" * 32}


def published(line: Line, status: str, **more: Any) -> None:
    assert line.ask("PublishFirmwareStatusNotification", {"status": status, **more}) == {}


def test_firmware_is_published_and_taken_back(line201: Line) -> None:
    published(line201, "Downloading", requestId=4)
    answered(line201, "PublishFirmware", PUBLISH, {"status": "Accepted"})
    (row,) = rows("PUBLISH")
    assert (row["status"], row["answer"], row["location"]) == ("Downloading", "Accepted", "https://fw.example/1")
    published(line201, "Published", requestId=4, location=["http://10.0.0.1/fw"])
    (row,) = rows("PUBLISH")
    assert (row["status"], row["addresses"]) == ("Published", ["http://10.0.0.1/fw"])
    for status, after in (("DownloadOngoing", "Published"), ("Unpublished", "Unpublished")):
        answered(line201, "UnpublishFirmware", {"checksum": "a" * 32}, {"status": status})
        assert rows("PUBLISH")[0]["status"] == after


def test_idle_is_of_no_request(line201: Line) -> None:
    published(line201, "Idle")
    assert (len(rows("EVENT")), rows("PUBLISH")) == (1, [])


def test_other_firmware_stays_published(line201: Line) -> None:
    answered(line201, "PublishFirmware", PUBLISH, {"status": "Accepted"})
    answered(line201, "UnpublishFirmware", {"checksum": "b" * 32}, {"status": "NoFirmware"})
    assert "status" not in rows("PUBLISH")[0]


# --- what no provider answers ---------------------------------------------------------------------------------------


def test_contract_certificates_and_ocsp_are_failed_cleanly(line201: Line) -> None:
    exi = {"iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "action": "Install", "exiRequest": "gJgC"}
    assert line201.ask("Get15118EVCertificate", exi) == {"status": "Failed", "exiResponse": ""}
    ocsp = {
        "hashAlgorithm": "SHA256", "issuerNameHash": "a1", "issuerKeyHash": "b2", "serialNumber": "c3",
        "responderURL": "https://ocsp.example",
    }  # fmt: skip
    assert line201.ask("GetCertificateStatus", {"ocspRequestData": ocsp}) == {"status": "Failed"}
    assert chargers.get_station(line201.store, "CP1") is not None
