"""Frames of chargers for tests: who speaks, what is said, and the shortest way to say it to the frame handler."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store import chargers
from functions.ocpp.decision import Charger
from functions.ocpp.handler import handle_frame

if TYPE_CHECKING:
    from csms.store.dynamo import Store

OCPP16, OCPP201, OCPP21 = "ocpp1.6", "ocpp2.0.1", "ocpp2.1"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_ids = itertools.count(1)


def at(seconds: float = 0) -> str:
    """A time stamp `seconds` after NOW, as chargers write it."""
    return format_time(NOW + timedelta(seconds=seconds))


def call(action: str, payload: Any, message_id: str | None = None) -> str:
    """A CALL as text."""
    return json.dumps([2, message_id or f"m-{next(_ids)}", action, payload])


@dataclass
class Line:
    """A charger's line to the frame handler. `now` is when its frames arrive."""

    store: Store
    protocol: str = OCPP16
    charger_id: str = "CP1"
    registration: str = "accepted"
    now: datetime = field(default=NOW)

    @property
    def charger(self) -> Charger:
        return Charger(self.charger_id, self.protocol, f"conn-{self.charger_id}", 2, self.registration)

    def register(self, **attributes: Any) -> Line:
        """Put the charger into the registry."""
        self.store.commit(chargers.registered(self.charger_id, self.now, **attributes))
        return self

    def text(self, text: str) -> list[Any] | None:
        """Say a frame as it is written; the answer as a list, None for silence. What follows the answer is done too."""
        outcome = handle_frame(self.charger, text, self.now, self.store)
        if outcome.afterwards is not None:
            outcome.afterwards()
        return json.loads(outcome.reply) if outcome.reply is not None else None

    def say(self, action: str, payload: Any, message_id: str | None = None) -> list[Any] | None:
        """Say a CALL; the whole answer."""
        return self.text(call(action, payload, message_id))

    def ask(self, action: str, payload: Any, message_id: str | None = None) -> dict[str, Any]:
        """Say a CALL that must get a CALLRESULT; its payload."""
        answer = self.say(action, payload, message_id)
        assert answer is not None, f"{action} was not answered"
        assert answer[0] == 3, f"{action}: {answer}"
        payload = answer[2]
        assert isinstance(payload, dict)
        return payload


# --- payloads -------------------------------------------------------------------------------------------------------


def meter_16(seconds: float, wh: Any, context: str = "Sample.Periodic", **more: Any) -> dict[str, Any]:
    """One 1.6 MeterValue with the energy register and the power."""
    return {
        "timestamp": at(seconds),
        "sampledValue": [
            {"value": str(wh), "context": context, "measurand": "Energy.Active.Import.Register", "unit": "Wh", **more},
            {"value": "11000", "context": context, "measurand": "Power.Active.Import", "unit": "W"},
        ],
    }


def meter_2x(seconds: float, wh: float, context: str = "Sample.Periodic") -> dict[str, Any]:
    """One 2.x MeterValue with the energy register and the power."""
    return {
        "timestamp": at(seconds),
        "sampledValue": [
            {"value": wh, "context": context, "unitOfMeasure": {"unit": "Wh"}},
            {"value": 11000.0, "context": context, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W"}},
        ],
    }


def start_16(seconds: float = 0, id_tag: str = "CARD1", meter: Any = 1000, connector_id: int = 1) -> dict[str, Any]:
    """A StartTransaction."""
    return {"connectorId": connector_id, "idTag": id_tag, "meterStart": meter, "timestamp": at(seconds)}


def stop_16(transaction_id: Any, seconds: float = 600, meter: Any = 3000, **more: Any) -> dict[str, Any]:
    """A StopTransaction."""
    return {"transactionId": transaction_id, "meterStop": meter, "timestamp": at(seconds), **more}


def event(
    kind: str,
    seq_no: int,
    seconds: float,
    *,
    transaction_id: str = "tx-1",
    trigger: str | None = None,
    state: str | None = "Charging",
    wh: float | None = None,
    context: str = "Sample.Periodic",
    about: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A TransactionEvent; `about` goes into transactionInfo, `more` beside it. None leaves a field out."""
    triggers = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "StopAuthorized"}
    info = {"transactionId": transaction_id, "chargingState": state, **(about or {})}
    payload = {
        "eventType": kind,
        "timestamp": at(seconds),
        "triggerReason": trigger or triggers[kind],
        "seqNo": seq_no,
        "transactionInfo": {name: value for name, value in info.items() if value is not None},
        **more,
    }
    if wh is not None:
        payload["meterValue"] = [meter_2x(seconds, wh, context)]
    return {name: value for name, value in payload.items() if value is not None}


def token(uid: str = "CARD1", kind: str = "ISO14443") -> dict[str, Any]:
    """A 2.x idToken."""
    return {"idToken": uid, "type": kind}
