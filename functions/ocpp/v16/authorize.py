"""Authorize: may this token charge (ocpp-1.6 §4.1)?"""

from __future__ import annotations

from functions.ocpp.authorization import id_tag_info, verdict_of
from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Looks the token up; changes nothing. ConcurrentTx is never answered here (§7.2)."""
    verdict = verdict_of(frame.store, frame.charger_id, frame.payload["idTag"], frame.now)
    return Decision({"idTagInfo": id_tag_info(verdict)})
