"""A terminal's payment session, step by step through the product's own doors: the states' handlers and real frames."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store import chargers, commands, master, sessions
from functions.ocpp.decision import Charger
from functions.ocpp.handler import handle_frame
from functions.payment_session import await_capture, charge, close, expire, settle, start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item, Store

CHARGER_ID = "CP-1"
PARTNER_ID = "payter"
REFERENCE = "8c1b7a3e-ref"
EVSE_UID = "evse-1"
LOCATION_ID = "loc-1"
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TARIFF: dict[str, Any] = {
    "id": "tariff-1",
    "country_code": "DE",
    "party_id": "CSM",
    "currency": "EUR",
    "type": "AD_HOC_PAYMENT",
    "tax_included": "NO",
    "preauthorize_amount": Decimal(50),
    "elements": [
        {
            "price_components": [
                {"type": "FLAT", "price": Decimal("0.50"), "vat": Decimal(20), "step_size": 1},
                {"type": "ENERGY", "price": Decimal("0.40"), "vat": Decimal(20), "step_size": 1},
                {"type": "PARKING_TIME", "price": Decimal(6), "vat": Decimal(20), "step_size": 60},
            ]
        }
    ],
    "last_updated": "2026-01-01T00:00:00.000Z",
}
LOCATION: dict[str, Any] = {
    "country_code": "DE",
    "party_id": "CSM",
    "id": LOCATION_ID,
    "publish": True,
    "name": "Market square",
    "address": "Market square 1",
    "city": "Ulm",
    "country": "DEU",
    "coordinates": {"latitude": "48.39", "longitude": "9.99"},
    "time_zone": "Europe/Berlin",
}
EVSE: dict[str, Any] = {
    "uid": EVSE_UID,
    "evse_id": "DE*CSM*E1",
    "status": "AVAILABLE",
    "charger_id": CHARGER_ID,
    "ocpp_evse_id": 1,
    "connectors": [
        {
            "id": "1",
            "standard": "IEC_62196_T2",
            "format": "SOCKET",
            "power_type": "AC_3_PHASE",
            "max_voltage": 230,
            "max_amperage": 32,
            "tariff_ids": ["tariff-1"],
        }
    ],
    "last_updated": "2026-01-01T00:00:00.000Z",
}


def after(minutes: float) -> datetime:
    """A moment of the session, by the charger's clock."""
    return BEGIN + timedelta(minutes=minutes)


@dataclass
class PaidSession:
    """One payment at one charger. `protocol` decides what its frames look like."""

    store: Store
    protocol: str = "ocpp1.6"
    reference: str = REFERENCE
    tariff: Mapping[str, Any] = field(default_factory=lambda: TARIFF)
    facts: Mapping[str, Any] = field(default_factory=dict)
    transaction_id: Any = None

    @property
    def payment_id(self) -> str:
        return sessions.payment_id(PARTNER_ID, self.reference)

    @property
    def event(self) -> dict[str, Any]:
        return {"payment": {"partner_id": PARTNER_ID, "authorization_reference": self.reference}}

    def payment(self) -> Item:
        found = sessions.get_payment(self.store, self.payment_id)
        assert found is not None
        return found

    def session(self) -> Item:
        found = sessions.get_session(self.store, self.payment()["session_id"])
        assert found is not None
        return found

    def transaction(self) -> Item:
        found = sessions.get_transaction(self.store, CHARGER_ID, self.transaction_id)
        assert found is not None
        return found

    def cdr(self) -> Item:
        found = sessions.get_cdr(self.store, self.payment()["cdr_id"])
        assert found is not None
        return found

    # --- what stands before the first step

    def place(self) -> None:
        """The charger at its location, connected."""
        now = BEGIN
        self.store.commit(
            chargers.registered(
                CHARGER_ID,
                now,
                location_id=LOCATION_ID,
                evses={"1": {"uid": EVSE_UID, "connectors": {"1": "1"}}},
            )
        )
        self.connect()
        self.store.commit(master.location_put(LOCATION, {EVSE_UID: EVSE}, now))

    def connect(self) -> None:
        connection = {"connection_id": "conn-1", "protocol": self.protocol}
        self.store.commit(chargers.connected(CHARGER_ID, connection, BEGIN))

    def request(self) -> None:
        """START_SESSION was accepted."""
        facts: dict[str, Any] = {
            "charger_id": CHARGER_ID,
            "evse_id": 1,
            "connector_id": 1,
            "location_id": LOCATION_ID,
            "evse_uid": EVSE_UID,
            "ocpi_connector_id": "1",
            "token": {"uid": "TERMINAL-1", "type": "AD_HOC_USER", "contract_id": "TERMINAL-1"},
            "response_url": "https://partner.example/commands/START_SESSION/1",
            "tariff": dict(self.tariff),
            "limit_amount": Decimal(50),
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            **self.facts,
        }
        self.store.commit(sessions.payment_opened(PARTNER_ID, self.reference, "REQUESTED", BEGIN, **facts))

    # --- the states of the state machine

    def start(self, ticket: str = "start-token") -> None:
        start.handler({**self.event, "task_token": ticket}, None)

    def expire(self, error: str = "States.Timeout") -> dict[str, Any]:
        return expire.handler({**self.event, "error": {"Error": error, "Cause": ""}}, None)

    def charge(self, ticket: str = "charge-token") -> None:
        charge.handler({**self.event, "task_token": ticket}, None)

    def settle(self) -> dict[str, Any]:
        return settle.handler(self.event, None)

    def await_capture(self, ticket: str = "capture-token") -> None:
        await_capture.handler({**self.event, "task_token": ticket}, None)

    def close(self) -> str:
        return str(close.handler(self.event, None)["state"])

    # --- the charger

    def frame(self, action: str, payload: Mapping[str, Any], at: datetime, message_id: str = "m1") -> dict[str, Any]:
        """A CALL of the charger, with what is done after its answer; returns the answer's payload."""
        charger = Charger(CHARGER_ID, self.protocol, "conn-1")
        outcome = handle_frame(charger, json.dumps([2, message_id, action, payload]), at, self.store)
        if outcome.afterwards:
            outcome.afterwards()
        assert outcome.reply is not None
        kind, _, *rest = json.loads(outcome.reply)
        assert kind == 3, rest
        return dict(rest[0])

    def answer_start(self, status: str) -> None:
        """The charger's answer to the remote start."""
        command_id = self.payment()["command_id"]
        self.store.commit(
            commands.slot_taken(CHARGER_ID, command_id, "conn-1", BEGIN),
            commands.changed(CHARGER_ID, command_id, commands.SENT, was=(commands.QUEUED,)),
        )
        charger = Charger(CHARGER_ID, self.protocol, "conn-1")
        outcome = handle_frame(charger, json.dumps([3, command_id, {"status": status}]), after(-1), self.store)
        if outcome.afterwards:
            outcome.afterwards()

    def plug_in(self, register_wh: int = 1000, minutes: float = 0) -> None:
        """The transaction begins."""
        at = after(minutes)
        if self.protocol == "ocpp1.6":
            payload = {
                "connectorId": 1,
                "idTag": self.payment()["id_tag"],
                "meterStart": register_wh,
                "timestamp": format_time(at),
            }
            self.transaction_id = self.frame("StartTransaction", payload, at)["transactionId"]
            return
        self.transaction_id = "tx-2x"
        started = {
            "triggerReason": "RemoteStart",
            "evse": {"id": 1, "connectorId": 1},
            "idToken": {"idToken": self.payment()["id_tag"], "type": "Central"},
        }
        self.event_2x("Started", 0, at, register_wh, "Transaction.Begin", started)

    def meter(self, register_wh: int, minutes: float, **more: Any) -> None:
        at = after(minutes)
        if self.protocol == "ocpp1.6":
            value = {"timestamp": format_time(at), "sampledValue": [{"value": str(register_wh)}]}
            payload = {"connectorId": 1, "transactionId": self.transaction_id, "meterValue": [value]}
            self.frame("MeterValues", payload, at)
            return
        body = {"triggerReason": "MeterValuePeriodic"}
        self.event_2x("Updated", int(minutes), at, register_wh, "Sample.Periodic", body, **more)

    def status(self, status: str, minutes: float) -> None:
        """1.6: the connector says what it does."""
        at = after(minutes)
        payload = {"connectorId": 1, "status": status, "errorCode": "NoError", "timestamp": format_time(at)}
        self.frame("StatusNotification", payload, at)

    def unplug(self, register_wh: int, minutes: float, reason: str = "EVDisconnected", **more: Any) -> None:
        """The transaction ends."""
        at = after(minutes)
        if self.protocol == "ocpp1.6":
            payload = {
                "transactionId": self.transaction_id,
                "meterStop": register_wh,
                "timestamp": format_time(at),
                "reason": reason,
                **more,
            }
            self.frame("StopTransaction", payload, at)
            return
        body = {"triggerReason": "EVCommunicationLost", "stopped": reason, **more}
        self.event_2x("Ended", int(minutes), at, register_wh, "Transaction.End", body)

    def event_2x(
        self,
        event_type: str,
        seq_no: int,
        at: datetime,
        register_wh: int | None,
        context: str,
        more: Mapping[str, Any],
        **info: Any,
    ) -> None:
        body = dict(more)
        stopped = body.pop("stopped", None)
        if stopped:
            info["stoppedReason"] = stopped
        payload: dict[str, Any] = {
            "eventType": event_type,
            "timestamp": format_time(at),
            "seqNo": seq_no,
            "transactionInfo": {"transactionId": self.transaction_id, **info},
            **body,
        }
        if event_type == "Started":
            payload["transactionInfo"]["remoteStartId"] = int(self.payment()["remote_start_id"])
        if register_wh is not None:
            sample = {"value": register_wh, "context": context, "measurand": "Energy.Active.Import.Register"}
            payload["meterValue"] = [{"timestamp": format_time(at), "sampledValue": [sample]}]
        self.frame("TransactionEvent", payload, at)

    def captured(self, amount: str, status: str = "SUCCESS", fac_id: str = "fac-1", minute: int = 0) -> None:
        """The platform's report of a capture, as it is stored."""
        fac = {
            "id": fac_id,
            "authorization_reference": self.reference,
            "total_costs": {"before_taxes": Decimal(amount), "taxes": []},
            "currency": "EUR",
            "eft_data": ["VISA ****1234", "AID A0000000031010"],
            "capture_status_code": status,
            "last_updated": format_time(after(200 + minute)),
        }
        self.store.commit(*sessions.capture_recorded(PARTNER_ID, fac, after(200 + minute)))


def running(store: Store, protocol: str = "ocpp1.6", **more: Any) -> PaidSession:
    """A payment whose transaction has just begun at 1000 Wh."""
    paid = PaidSession(store, protocol, **more)
    paid.place()
    paid.request()
    paid.start()
    paid.answer_start("Accepted")
    paid.plug_in()
    return paid
