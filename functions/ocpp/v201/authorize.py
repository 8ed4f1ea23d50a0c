"""Authorize: may this token charge (OCPP 2.0.1 C01 to C06)?"""

from __future__ import annotations

from functions.ocpp.authorization import id_token_info, verdict_of
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Looks the token up; changes nothing. Its type is not compared: one card comes under several types."""
    verdict = verdict_of(frame.store, frame.charger_id, frame.payload["idToken"]["idToken"], frame.now)
    return Decision({"idTokenInfo": id_token_info(verdict)})
